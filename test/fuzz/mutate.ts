import fc from 'fast-check';

/*
 * How an input is spoiled: by bytes, by lines, and (of JSON) by nodes. An edit is data, independent of the input that it is applied
 * to: a place is a fraction of the input.
 */

/** One edit of an input. */
export type Edit = (input: Buffer) => Buffer;

/** No mutated input is larger: twice what a configuration file may have. */
const MOST_BYTES = 4 * 2 ** 20;

/** What parsers of YAML and JSON, and programs behind them, have stumbled over. */
const TOKENS: readonly string[] = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'null',
  '~',
  'true',
  '0x7fffffff',
  '1e999',
  '-0',
  '.nan',
  '9007199254740993',
  '""',
  "''",
  '[]',
  '{}',
  '[[',
  '{{',
  ']',
  '}',
  ':',
  ': ',
  '- ',
  '? ',
  ',',
  '"',
  "'",
  '|',
  '>-',
  '#',
  '\t',
  '\r',
  '\n',
  '\n\n',
  '\n---\n',
  '\n...\n',
  '%YAML 1.1\n---\n',
  '%TAG ! tag:x,2000:\n',
  '&a ',
  '*a',
  '<<: *a',
  '!!binary ',
  '!!js/function ',
  '!!set ',
  '!<tag:yaml.org,2002:python/object> ',
  '\\',
  '\\u0000',
  '\\ud800',
  '\0',
  '\u001b[2J',
  '\ufeff',
  '\u202e',
  '\u2028',
  '\u00a0',
  '\u{1f600}',
  '${HOME}',
  '$${',
  '{ env: X }',
  '{ exec: [sh] }',
  '{ file: /dev/zero }',
  '{ secret: A }',
  '../../../../etc/passwd',
  '/dev/stdin',
  'secret.helios.A',
  'share.helios.A/user:x',
  '*',
  '**',
  '(a+)+$',
  '::error::x',
  '##[group]x',
  '%00',
  '`',
  '|'.repeat(64),
];

/** Bytes that are not UTF-8, alone or cut. */
const BYTES = [
  [0xff],
  [0xc3],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xfe, 0xff],
].map((bytes) => Buffer.from(bytes));

const token: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...TOKENS).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.constantFrom(...BYTES) },
  { weight: 2, arbitrary: fc.string({ maxLength: 12, unit: 'binary' }).map((text) => Buffer.from(text)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('[', '{a: ', '- ', 'x', '\n', '"', '&a ', '*a ', '? '),
        fc.constantFrom(100, 2_000, 100_000),
      )
      .map(([text, times]) => Buffer.from(text.repeat(times))),
  },
);

/** A place in an input: 0 is its beginning, 1 its end. */
const place = fc.noBias(fc.nat(1_000_000)).map((millionths) => millionths / 1_000_000);

const length = fc.oneof({ weight: 5, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(2_000) });

function at(input: Buffer, where: number): number {
  return Math.floor(input.length * where);
}

function splice(input: Buffer, from: number, cut: number, put: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, from), put, input.subarray(Math.min(input.length, from + cut))]);
}

const byteEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ place, length, token }).map(
    ({ place: where, length: cut, token: put }): Edit =>
      (input) =>
        splice(input, at(input, where), cut, put),
  ),
  fc.record({ place, token }).map(
    ({ place: where, token: put }): Edit =>
      (input) =>
        splice(input, at(input, where), 0, put),
  ),
  fc.record({ place, bit: fc.nat(7) }).map(({ place: where, bit }): Edit => (input) => {
    const copy = Buffer.from(input);
    const index = Math.min(at(input, where), copy.length - 1);
    if (index >= 0) copy[index] = (copy[index] ?? 0) ^ (1 << bit);
    return copy;
  }),
  place.map(
    (where): Edit =>
      (input) =>
        input.subarray(0, at(input, where)),
  ),
  fc
    .record({ place, length, to: place, times: fc.constantFrom(1, 2, 50, 3_000) })
    .map(({ place: where, length: cut, to, times }): Edit => (input) => {
      const from = at(input, where);
      const part = input.subarray(from, from + cut);
      return splice(input, at(input, to), 0, Buffer.concat(Array<Buffer>(times).fill(part)));
    }),
);

/** Spoils one line: removed, written twice, moved to another indentation, or with another value behind its colon. */
const lineEdit: fc.Arbitrary<Edit> = fc
  .record({
    place,
    token,
    indent: fc.integer({ min: -4, max: 4 }),
    what: fc.constantFrom('remove', 'twice', 'indent', 'value', 'key'),
  })
  .map(({ place: where, token: put, indent, what }): Edit => (input) => {
    const lines = input.toString('latin1').split('\n');
    const number = Math.min(Math.floor(lines.length * where), lines.length - 1);
    const line = lines[number] ?? '';
    const text = put.toString('latin1');
    const changed = {
      remove: [],
      twice: [line, line],
      indent: [indent < 0 ? line.slice(-indent) : ' '.repeat(indent) + line],
      value: [line.replace(/: .*|$/, () => `: ${text}`)],
      key: [line.replace(/[^\s:-][^:]*(?=:)|$/, () => text)],
    }[what];
    lines.splice(number, 1, ...changed);
    return Buffer.from(lines.join('\n'), 'latin1');
  });

const badNode: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    [],
    {},
    '',
    0,
    -1,
    1e300,
    true,
    false,
    [null],
    [[]],
    { a: null },
    'x',
    ' ',
    '\0',
    '\u202e',
    '💥',
  ),
  fc.constantFrom<unknown>(
    'x'.repeat(300_000),
    Array.from({ length: 5_000 }, () => ({})),
    '2026-99-99T00:00:00Z',
    '-1',
    'null',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Spoils one node of a JSON document: replaced, removed, written twice under another key. What is no JSON stays. */
const nodeEdit: fc.Arbitrary<Edit> = fc
  .record({
    place,
    node: badNode,
    what: fc.constantFrom('replace', 'replace', 'remove', 'rename', 'twice'),
    name: fc.constantFrom(...TOKENS),
  })
  .map(({ place: where, node, what, name }): Edit => (input) => {
    let document: unknown;
    try {
      document = JSON.parse(input.toString('utf8'));
    } catch {
      return input;
    }
    const slots = slotsOf(document);
    const slot = slots[Math.min(Math.floor(slots.length * where), slots.length - 1)];
    if (slot === undefined) return Buffer.from(JSON.stringify(node));
    change(slot, what, node, name);
    return Buffer.from(JSON.stringify(document));
  });

interface Slot {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string | number;
}

/** All places in a document that hold something. */
function slotsOf(document: unknown): readonly Slot[] {
  const slots: Slot[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const keys = Array.isArray(node) ? [...node.keys()] : Object.keys(node);
    for (const key of keys) {
      slots.push({ holder: node as Record<string, unknown>, key });
      walk((node as Record<string | number, unknown>)[key]);
    }
  };
  walk(document);
  return slots;
}

function change({ holder, key }: Slot, what: string, node: unknown, name: string): void {
  if (Array.isArray(holder)) {
    if (what === 'remove') holder.splice(Number(key), 1);
    else if (what === 'twice') holder.push(structuredClone(holder[Number(key)]));
    else holder[Number(key)] = node;
    return;
  }
  const value = holder[key];
  if (what === 'replace') holder[key] = node;
  else if (what === 'twice')
    Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
  else {
    Reflect.deleteProperty(holder, key);
    if (what === 'rename')
      Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
  }
}

function edits(edit: fc.Arbitrary<Edit>): fc.Arbitrary<Edit> {
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map(
    (list): Edit =>
      (input) =>
        list.reduce((text, next) => {
          const changed = next(text);
          return changed.length > MOST_BYTES ? changed.subarray(0, MOST_BYTES) : changed;
        }, input),
  );
}

/** One to four edits of a text that people write. */
export const textEdits = edits(
  fc.oneof({ weight: 3, arbitrary: lineEdit }, { weight: 2, arbitrary: byteEdit }),
);

/** One to four edits of a JSON document; most leave it one. */
export const documentEdits = edits(
  fc.oneof({ weight: 4, arbitrary: nodeEdit }, { weight: 1, arbitrary: byteEdit }),
);
