import { defined } from '../model/index.js';
import type { EndSource, Transforms, ValueSource } from '../model/index.js';
import type { ProblemWords } from '../model/problem.js';
import type { JsonSchema } from '../model/json-schema.js';
import { BESIDE, TRANSFORMS, WORD_SCHEMAS } from './schema/source-words.js';

/** What a value source is read with: the words beside it, and what its file and the other secrets say. */
export interface SourceContext {
  /** The folder of the configuration file. */
  readonly base: string;
  /** Where it stands: file, line and column. */
  readonly place: string;
  /** The words beside the source's own, as text. */
  readonly beside: ReadonlyMap<string, string>;
  /** The address of another secret of this configuration; `undefined` where there is none, which is then said. */
  readonly secretAddress: (name: string) => string | undefined;
  /** Says what is wrong with one of the words beside it. */
  readonly refuse: (key: string, words: ProblemWords) => void;
}

/** One value source of the language. */
export interface SourceWord {
  /** Its key: `env`. */
  readonly word: ValueSource['from'];
  /** The schema of what stands behind the key. */
  readonly schema: JsonSchema;
  /** The keys that may stand beside it, the transforms apart. */
  readonly beside: readonly string[];
  /** Those of them that must. */
  readonly needs?: readonly string[];
  /** How it is written, for messages. */
  readonly example: string;
  /** From what is written, checked already, to the model: a text is a list of one, `true` is a list of none. */
  readonly read: (
    texts: readonly [string, ...string[]],
    context: SourceContext,
  ) => WithoutTransforms | ValueSource | undefined;
}

type OmitTransforms<Source> = Source extends unknown ? Omit<Source, keyof Transforms> : never;
type WithoutTransforms = OmitTransforms<EndSource>;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000 };

/** The milliseconds of a time such as `10s`. */
function millisecondsOf(text: string): number {
  return Number(text.slice(0, -1)) * (UNIT_MS[text.slice(-1)] ?? 1000);
}

/** Words beside a source that go into the model as they are, where they are there. */
function taken(beside: ReadonlyMap<string, string>, ...keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const text = beside.get(key);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

function vaultVersion({ beside, refuse }: SourceContext): { version?: number } {
  const text = beside.get('version');
  if (text === undefined) return {};
  if (/^[1-9][0-9]{0,9}$/.test(text)) return { version: Number(text) };
  refuse('version', {
    code: 'bad-text',
    summary: 'A version in Vault is a whole number, from 1 on.',
    next: 'Write `version: 3`, or take it away to read the newest one.',
  });
  return {};
}

/** `projects/P/secrets/S/versions/V`, in full, from what may be shorter. */
function gcpResource(text: string): string {
  const short = /^([^/]+)\/([^/]+)$/.exec(text);
  const full = short === null ? text : `projects/${short[1] ?? ''}/secrets/${short[2] ?? ''}`;
  return full.includes('/versions/') ? full : `${full}/versions/latest`;
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The alphabets of generated values, by their names. Printable leaves out what shells, URLs and quoting trip over. */
const ALPHABETS: Readonly<Record<string, string>> = {
  hex: '0123456789abcdef',
  base64url: `${ALPHANUMERIC}-_`,
  printable: `${ALPHANUMERIC}!#*+,-./:=?@^_~`,
  digits: '0123456789',
};

/** Every value source that this version knows: a new one is one more entry here, its schema, and a reader in `src/values`. */
export const VALUE_SOURCES: readonly SourceWord[] = [
  {
    word: 'env',
    schema: WORD_SCHEMAS.env,
    beside: [],
    example: '{ env: NAME }',
    read: ([name]) => ({ from: 'env', name }),
  },
  {
    word: 'file',
    schema: WORD_SCHEMAS.file,
    beside: [],
    example: '{ file: PATH }',
    read: ([path], { base }) => ({ from: 'file', path, base }),
  },
  {
    word: 'dotenv',
    schema: WORD_SCHEMAS.dotenv,
    beside: ['name'],
    needs: ['name'],
    example: '{ dotenv: PATH, name: NAME }',
    read: ([path], { base, beside }) => ({ from: 'dotenv', path, base, name: beside.get('name') ?? '' }),
  },
  {
    word: 'stdin',
    schema: WORD_SCHEMAS.stdin,
    beside: [],
    example: '{ stdin: true }',
    read: () => ({ from: 'stdin' }),
  },
  {
    word: 'exec',
    schema: WORD_SCHEMAS.exec,
    beside: ['timeout'],
    example: '{ exec: [PROGRAM, ARGUMENT] }',
    read: (command, { base, beside }) => {
      const timeout = beside.get('timeout');
      const limit = timeout === undefined ? {} : { timeoutMs: millisecondsOf(timeout) };
      return { from: 'exec', command, base, ...limit };
    },
  },
  {
    word: 'sops',
    schema: WORD_SCHEMAS.sops,
    beside: [],
    example: '{ sops: PATH, key: KEY }',
    read: ([path], { base }) => ({ from: 'sops', path, base }),
  },
  {
    word: 'age',
    schema: WORD_SCHEMAS.age,
    beside: [],
    example: '{ age: PATH }',
    read: ([path], { base }) => ({ from: 'age', path, base }),
  },
  {
    word: 'vault',
    schema: WORD_SCHEMAS.vault,
    beside: ['version'],
    example: '{ vault: PATH, key: FIELD }',
    read: ([path], context) => ({ from: 'vault', path, ...vaultVersion(context) }),
  },
  {
    word: 'aws_secret',
    schema: WORD_SCHEMAS.aws_secret,
    beside: ['stage', 'region'],
    example: '{ aws_secret: NAME }',
    read: ([id], { beside }) => ({ from: 'aws_secret', id, ...taken(beside, 'stage', 'region') }),
  },
  {
    word: 'aws_parameter',
    schema: WORD_SCHEMAS.aws_parameter,
    beside: ['region'],
    example: '{ aws_parameter: NAME }',
    read: ([name], { beside }) => ({ from: 'aws_parameter', name, ...taken(beside, 'region') }),
  },
  {
    word: 'gcp',
    schema: WORD_SCHEMAS.gcp,
    beside: [],
    example: '{ gcp: PROJECT/SECRET }',
    read: ([text]) => ({ from: 'gcp', resource: gcpResource(text) }),
  },
  {
    word: 'azure',
    schema: WORD_SCHEMAS.azure,
    beside: ['version'],
    example: '{ azure: VAULT/SECRET }',
    read: ([text], { beside }) => {
      const [vault = '', name = ''] = text.split('/');
      return { from: 'azure', vault, name, ...taken(beside, 'version') };
    },
  },
  {
    word: 'onepassword',
    schema: WORD_SCHEMAS.onepassword,
    beside: [],
    example: '{ onepassword: "op://VAULT/ITEM/FIELD" }',
    read: ([reference]) => ({ from: 'onepassword', reference }),
  },
  {
    word: 'generate',
    schema: WORD_SCHEMAS.generate,
    beside: ['alphabet'],
    example: '{ generate: 32 }',
    read: ([length], { beside, place }) => ({
      from: 'generate',
      length: Number(length),
      alphabet: ALPHABETS[beside.get('alphabet') ?? ''] ?? ALPHANUMERIC,
      place,
    }),
  },
  {
    word: 'secret',
    schema: WORD_SCHEMAS.secret,
    beside: [],
    example: '{ secret: NAME }',
    read: ([text], { secretAddress }) => {
      const address = secretAddress(text);
      return address === undefined ? undefined : { from: 'secret', address };
    },
  },
];

/** The value sources of a language, and what follows from them. */
export interface SourceTable {
  readonly all: readonly SourceWord[];
  /** The keys that choose a source. */
  readonly words: readonly string[];
  /** The sources as a phrase: `env, file, secret`. */
  readonly list: string;
  /** Every key that may stand in a value source: the sources' own, and those beside them. */
  readonly keys: ReadonlySet<string>;
  /** The transforms that may stand beside a source: none beside `secret`, which is read as its own entry says, and what is made here. */
  readonly transformsOf: (source: SourceWord) => readonly string[];
  /** The sources that a key may stand beside. */
  readonly wordsBeside: (key: string) => readonly string[];
}

/** Indexes value sources. */
export function sourceTable(all: readonly SourceWord[]): SourceTable {
  const words = all.map(({ word }) => word);
  const transformsOf = ({ word }: SourceWord): readonly string[] =>
    word === 'secret' || word === 'generate' ? [] : Object.keys(TRANSFORMS);
  return {
    all,
    words,
    list: words.join(', '),
    keys: new Set([...words, ...Object.keys(BESIDE), ...Object.keys(TRANSFORMS)]),
    transformsOf,
    wordsBeside: (key) =>
      all
        .filter((source) => source.beside.includes(key) || transformsOf(source).includes(key))
        .map(({ word }) => word),
  };
}

/** From what is written to the model, with its transforms; `undefined` where the source refers to nothing. */
export function readWord(
  one: SourceWord,
  texts: readonly [string, ...string[]],
  context: SourceContext,
): ValueSource | undefined {
  const source = one.read(texts, context);
  if (source === undefined || source.from === 'secret') return source;
  const { beside } = context;
  const key = beside.get('key');
  return {
    ...source,
    ...(beside.get('base64') === 'true' ? { base64: true } : {}),
    ...defined({ key }),
    ...(beside.get('trim') === 'true' ? { trim: true } : {}),
  };
}
