import type { ValueSource } from '../model/index.js';
import type { JsonSchema } from './schema/json-schema.js';

/** What a value source is read with: the words beside it, and what its file and the other secrets say. */
interface SourceContext {
  /** The folder of the configuration file. */
  readonly base: string;
  /** The words beside the source's own, as written. */
  readonly beside: ReadonlyMap<string, string | number | boolean | null>;
  /** The address of another secret of this configuration; `undefined` where there is none, which is then said. */
  readonly secretAddress: (name: string) => string | undefined;
}

/** One value source of the language. */
export interface SourceWord {
  /** Its key: `env`. */
  readonly word: string;
  /** The schema of what stands behind the key. */
  readonly schema: JsonSchema;
  /** Other keys that may stand beside it, and their schemas. */
  readonly beside: Readonly<Record<string, JsonSchema>>;
  /** How it is written, for messages. */
  readonly example: string;
  /** From what is written, checked already, to the model. */
  readonly read: (text: string, context: SourceContext) => ValueSource | undefined;
}

/** Every value source that this version knows: a new one is one more entry here, and a reader in `src/values`. */
export const VALUE_SOURCES: readonly SourceWord[] = [
  {
    word: 'env',
    schema: {
      type: 'string',
      title: 'the name of an environment variable',
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      patternErrorMessage:
        'Write the name of an environment variable (letters, digits and _), not its value.',
      description: 'The value of an environment variable, by its name.',
      examples: ['HF_TOKEN'],
    },
    beside: {},
    example: '{ env: NAME }',
    read: (text) => ({ from: 'env', name: text }),
  },
  {
    word: 'file',
    schema: {
      type: 'string',
      title: 'the path of a file',
      pattern: '^[^\\u0000]+$',
      patternErrorMessage: 'Write the path of a file.',
      description: 'What a file holds. A relative path starts from the folder of this configuration file.',
      examples: ['./hf-token.txt'],
    },
    beside: {
      trim: {
        type: 'boolean',
        description: 'Take white space off both ends (the newline at the end of the file, say).',
        examples: [true],
      },
      base64: {
        type: 'boolean',
        description: 'The file holds base64: decode it.',
        examples: [true],
      },
    },
    example: '{ file: PATH }',
    read: (text, { base, beside }) => ({
      from: 'file',
      path: text,
      base,
      ...(beside.get('trim') === true ? { trim: true } : {}),
      ...(beside.get('base64') === true ? { base64: true } : {}),
    }),
  },
  {
    word: 'secret',
    schema: {
      type: 'string',
      title: 'the name of a secret',
      pattern: '^([a-z_]+\\.[^./]+\\.)?[A-Za-z0-9_][A-Za-z0-9_$-]{0,254}$',
      patternErrorMessage:
        'Write the name of a secret of this configuration, or its address such as secret.helios.HF_TOKEN.',
      description: 'The value of another secret of this configuration, by its name or its address.',
      examples: ['AWS_SECRET_KEY', 'secret.helios.AWS_SECRET_KEY'],
    },
    beside: {},
    example: '{ secret: NAME }',
    read: (text, { secretAddress }) => {
      const address = secretAddress(text);
      return address === undefined ? undefined : { from: 'secret', address };
    },
  },
];

/** The keys that choose a source. */
export const SOURCE_WORDS: readonly string[] = VALUE_SOURCES.map((one) => one.word);

/** The known sources as a phrase: `env, file, secret`. */
export const SOURCE_LIST = SOURCE_WORDS.join(', ');
