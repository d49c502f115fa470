import type { Random } from './rounds.js';

/** A value that is found nowhere else in the world. */
export interface Canary {
  /** The value itself. */
  readonly text: string;
  /** The parts of it that tell of it: the rest (`-----BEGIN …`, the names in a document) stands in many places. */
  readonly telling: readonly string[];
}

/** The characters of a text, each of one code point. */
const each = (characters: string): readonly string[] => Array.from(characters);

const LETTERS = each('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
const BASE64 = [...LETTERS, '+', '/'];

function text(random: Random, letters: readonly string[], length: number): string {
  return Array.from({ length }, () => random.pick(letters)).join('');
}

/** Letters, every third of which is one of some awkward ones. */
function awkward(random: Random, odd: readonly string[], length = 36): string {
  return Array.from({ length }, (_, at) => random.pick(at % 3 === 1 ? odd : LETTERS)).join('');
}

const whole = (value: string): Canary => ({ text: value, telling: [value] });

/** Code points of some ranges, as texts. */
function points(...ranges: readonly (readonly [number, number])[]): readonly string[] {
  return ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at)),
  );
}

function pem(random: Random): Canary {
  const lines = Array.from({ length: 8 }, (_, at) => text(random, BASE64, at === 7 ? 37 : 64));
  return {
    text: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
    telling: lines,
  };
}

function json(random: Random): Canary {
  const [key, id] = [pem(random), text(random, LETTERS, 30)];
  return {
    text: JSON.stringify({ type: 'service_account', private_key_id: id, private_key: key.text }, null, 2),
    telling: [...key.telling, id],
  };
}

function url(random: Random): Canary {
  const password = awkward(random, each('@:/?#%&+ é'), 18);
  const token = text(random, LETTERS, 20);
  return {
    text: `postgres://deploy:${encodeURIComponent(password)}@db.example.com/ops?token=${token}`,
    telling: [encodeURIComponent(password), password, token],
  };
}

function lines(random: Random): Canary {
  const all = Array.from({ length: 4 }, () => text(random, LETTERS, 16));
  return { text: `${all[0] ?? ''}\n${all[1] ?? ''}\r\n\t${all[2] ?? ''}\n\n${all[3] ?? ''}\n`, telling: all };
}

/** The shapes that values have, awkward ones above all. */
export const SHAPES: Readonly<Record<string, (random: Random) => Canary>> = {
  plain: (random) => whole(text(random, LETTERS, 32)),
  'twelve letters': (random) => whole(text(random, LETTERS, 12)),
  quotes: (random) => whole(awkward(random, each('\'"`´‘’“”«»'))),
  'quotes alone at the ends': (random) => whole(`'"${text(random, LETTERS, 20)}"'`),
  percent: (random) => whole(awkward(random, ['%', '%s', '%d', '%j', '%27', '%00', '%%'])),
  dollar: (random) => whole(awkward(random, ['$', '$$', '$&', '$1', '${x}', '$(id)', '$HOME', '`id`'])),
  backslashes: (random) =>
    whole(awkward(random, ['\\', '\\\\', '\\n', '\\"', "\\'", '\\u0041', '\\x41', '\\0'])),
  sql: (random) => whole(awkward(random, ["'", "''", "');--", "E'\\'", '$$', '/*', '*/', ';'])),
  markup: (random) => whole(awkward(random, ['<', '>', '&', '&amp;', '</i>', '"', '{{', '}}'])),
  yaml: (random) => whole(awkward(random, [': ', ' #', '- ', '!', '*', '&', '|', '{', '[', ','])),
  lines,
  'control characters': (random) =>
    whole(awkward(random, ['\u001b[31m', '\u0007', '\b', '\r', '\u0001', '\u007f', '\u0085', '\u2028'])),
  combining: (random) => whole(awkward(random, points([0x300, 0x36f]))),
  emoji: (random) => whole(text(random, [...points([0x1f300, 0x1f5ff]), '👩‍👩‍👧‍👦', '🏳️‍🌈', '👍🏽'], 24)),
  'from right to left': (random) => whole(text(random, [...points([0x5d0, 0x5ea], [0x627, 0x64a])], 28)),
  'unseen characters': (random) =>
    whole(awkward(random, ['\u202e', '\u200b', '\u200f', '\ufeff', '\u00ad', '\u2066'])),
  'other scripts': (random) => whole(text(random, points([0x4e00, 0x4fff], [0x3041, 0x3090]), 24)),
  'white space around': (random) => whole(` \t\n${text(random, LETTERS, 24)} \n\n`),
  base64: (random) => whole(`${text(random, BASE64, 43)}=`),
  hex: (random) => whole(text(random, each('0123456789abcdef'), 64)),
  pem,
  json,
  url,
};

/** One byte: it can be found only where it stands alone between quotes. */
export function oneByte(random: Random): Canary {
  return whole(random.pick(each('^QZ')));
}

/** As large as a value of SingleStore Helios may be, in bytes. */
const LARGEST = 5 * 1024 * 1024;

/** Five megabytes, awkward throughout. */
export function large(random: Random): Canary {
  const parts: string[] = [];
  for (let size = 0; size < LARGEST - 64 * 1024;) {
    // Every block is another one: a block of its own, and where it stands.
    const block = awkward(random, ["'", '"', '\\', '\n', '%', '$', 'é'.normalize('NFC')], 4096);
    parts.push(block);
    size += Buffer.byteLength(block);
  }
  return whole(parts.join(''));
}

/** A value of a random shape. */
export function anyCanary(random: Random): Canary {
  return (SHAPES[random.pick(Object.keys(SHAPES))] ?? lines)(random);
}

/** A value that a header or an address takes as it is. */
export function plainCanary(random: Random, length = 40): Canary {
  return whole(text(random, LETTERS, length));
}

/** A password with everything that an address must escape. */
export function passwordCanary(random: Random): Canary {
  return whole(awkward(random, each('@:/?#%&+ \'"\\$'), 24));
}
