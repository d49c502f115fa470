import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ListReader, loadListParser } from '../../src/net/http-list.js';

const library = await loadListParser();

/** What a reader gives of a body that comes in pieces of so many bytes. */
function read(body: string | Uint8Array, piece = 7, maxItemBytes = 1024 * 1024): unknown {
  const bytes = Buffer.from(body);
  const reader = new ListReader<unknown>(library, 'secrets', maxItemBytes, (item, index) => [index, item]);
  try {
    for (let at = 0; at < bytes.byteLength; at += piece) reader.write(bytes.subarray(at, at + piece));
    return reader.end();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : error;
  }
}

describe('a list that is read as it arrives', () => {
  it('gives the items of both forms, whatever the pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.dictionary(
          fc.string().filter((name) => name !== 'secrets'),
          fc.jsonValue(),
        ),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (items, others, piece, isObject) => {
          const body = JSON.stringify(isObject ? { ...others, secrets: items, more: others } : items);
          const expected = (JSON.parse(JSON.stringify(items)) as unknown[]).map((item, index) => [
            index,
            item,
          ]);
          expect(read(body, piece)).toEqual(expected);
        },
      ),
    );
  });

  it('takes null for an empty list, and no list for none', () => {
    for (const body of ['[]', 'null', '{"secrets":[]}', '{"secrets":null}', ' \n{"a":1,"secrets":[]}\n '])
      expect(read(body)).toEqual([]);
    for (const body of [
      '',
      ' ',
      '{}',
      '{"secrets":{}}',
      '{"secrets":"x"}',
      '{"other":[1]}',
      '"x"',
      '7',
      'true',
    ])
      expect(read(body)).toBe('ListError: shape');
  });

  it('refuses what is not whole JSON in UTF-8', () => {
    for (const body of ['[1', '{"secrets":[1]', '[1]]', '[1,]', '<html>', '[1] [2]', "['a']"])
      expect(read(body)).toBe('ListError: not-json');
    expect(read(Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d))).toBe('ListError: not-json');
  });

  it('limits each item, and what is between them, not the list', () => {
    const item = 'x'.repeat(60_000);
    const list = JSON.stringify(Array.from({ length: 50 }, () => item));
    expect(read(list, 10_000, 100_000)).toHaveLength(50);
    expect(read(list, 10_000, 50_000)).toBe('ListError: too-large');
    expect(read(`{"other":"${item}","secrets":[]}`, 10_000, 50_000)).toBe('ListError: too-large');
    expect(read('['.repeat(200_000), 10_000)).toBe('ListError: too-large');
    expect(read(`{"secrets":${'[{"a":'.repeat(1000)}`)).toBe('ListError: too-large');
  });

  it('keeps nothing of an item that is not wanted, and stops at one that is refused', () => {
    const reader = new ListReader<string>(library, 'secrets', 1024, (item) =>
      item === 'kept' ? 'kept' : undefined,
    );
    reader.write(Buffer.from('["a","kept","b"]'));
    expect(reader.end()).toEqual(['kept']);
    const strict = new ListReader<string>(library, 'secrets', 1024, () => {
      throw new RangeError('refused');
    });
    expect(() => {
      strict.write(Buffer.from('[1]'));
    }).toThrow(RangeError);
  });
});
