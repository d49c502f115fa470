import { randomInt } from 'node:crypto';
import { own } from '../../model/index.js';
import type { EndSource } from '../../model/index.js';
import type { SourceDefinition } from '../definition.js';

/** A random value. */
export interface GenerateSource extends EndSource {
  readonly from: 'generate';
  readonly generated: true;
  /** How many characters. */
  readonly length: number;
  /** The characters to choose from. */
  readonly alphabet: string;
  /** Where it is written: what is made for one place is not that of another one. */
  readonly place: string;
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The alphabets by name. Printable leaves out the characters that break in shells, URLs and quotes. */
const ALPHABETS: Readonly<Record<string, string>> = {
  alphanumeric: ALPHANUMERIC,
  hex: '0123456789abcdef',
  base64url: `${ALPHANUMERIC}-_`,
  printable: `${ALPHANUMERIC}!#*+,-./:=?@^_~`,
  digits: '0123456789',
};

export const generate: SourceDefinition<GenerateSource> = {
  word: 'generate',
  schema: {
    type: 'integer',
    title: 'a number of characters',
    minimum: 16,
    maximum: 1024,
    description:
      'A random value of so many characters, made when the secret is created and kept in its system; `--rotate ADDRESS` makes a new one.',
    examples: [32],
  },
  beside: {
    alphabet: {
      type: 'string',
      title: 'an alphabet',
      pattern: `^(${Object.keys(ALPHABETS).join('|')})$`,
      patternErrorMessage: 'Write alphanumeric, hex, base64url, printable or digits.',
      description:
        'Which characters a generated value has (with `generate`): alphanumeric where none is written.',
      examples: ['hex'],
    },
  },
  example: '{ generate: 32 }',
  notForSettings: {
    code: 'generate-for-setting',
    why: 'cannot have generated settings: nobody would know their values',
  },
  transforms: false,
  parse: ([length], { beside, place }) => ({
    from: 'generate',
    generated: true,
    length: Number(length),
    alphabet: own(ALPHABETS, beside.get('alphabet') ?? '') ?? ALPHANUMERIC,
    place,
  }),
  name: ({ place }) => `The value generated at ${place}`,
  read: (source) => ({ text: randomText(source) }),
};

/** Each character is chosen evenly, by the system's source of randomness for keys. */
function randomText({ length, alphabet }: GenerateSource): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
