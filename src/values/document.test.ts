import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import { parseJson, textAt } from './document.js';
import type { DocumentNode } from './document.js';

/** A document as plain data; leaves as text. */
function plain(node: DocumentNode): unknown {
  if (node.kind === 'leaf') return node.type === 'null' ? null : node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return [...node.entries].map(([key, value]) => [key, plain(value)]);
}

/** JSON data in the same shape, as JavaScript has it. */
function expected(data: unknown): unknown {
  if (data === null || typeof data === 'string') return data;
  if (Array.isArray(data)) return data.map(expected);
  if (typeof data === 'object') return Object.entries(data).map(([key, value]) => [key, expected(value)]);
  return JSON.stringify(data);
}

describe('JSON', () => {
  it('is read as the engine reads it, whatever is in it', () => {
    holds(
      fc.jsonValue({ stringUnit: 'binary' }),
      (data) => {
        const node = parseJson(JSON.stringify(data, null, 1));
        expect(node && plain(node)).toEqual(expected(JSON.parse(JSON.stringify(data))));
      },
      500,
    );
  });

  it('keeps digits, and the order of keys', () => {
    const node = parseJson('{"b":1.10,"10":12345678901234567890,"2":-0.0e+00,"__proto__":1,"a":"1"}');
    expect(node && plain(node)).toEqual([
      ['b', '1.10'],
      ['10', '12345678901234567890'],
      ['2', '-0.0e+00'],
      ['__proto__', '1'],
      ['a', '1'],
    ]);
  });

  it('takes the last of a name that stands twice, or none', () => {
    const text = '{"a":1,"b":[{"c":1,"\\u0063":2}],"a":3}';
    const node = parseJson(text);
    expect(node && plain(node)).toEqual([
      ['a', '3'],
      ['b', [[['c', '2']]]],
    ]);
    expect(parseJson(text, true)).toBeUndefined();
    expect(parseJson('[{"a":1},{"a":1}]', true)).toBeDefined();
  });

  it('may be large', () => {
    const long = '"\\\n'.repeat(2_000_000);
    const node = parseJson(JSON.stringify({ long, list: Array(100_000).fill(1) }));
    expect(node && textAt(node, 'long')).toEqual({ text: long });
    expect(node && textAt(node, 'list.99999')).toEqual({ text: '1' });
  });

  it.each(['', '{', "{'a':1}", '{"a":1,}', '01', '{"a":1} x', 'NaN', '"a\nb"'])('is not: %j', (text) => {
    expect(parseJson(text)).toBeUndefined();
  });
});

describe('a path', () => {
  const root = parseJson('{"a":{"b":["x",true,null,{"c.d":"y","":"z","~/":"w"}],"n":7}}')!;
  it.each([
    ['a.b.0', 'x'],
    ['a.b.1', 'true'],
    ['a.n', '7'],
    ['/a/b/3/c.d', 'y'],
    ['/a/b/3/', 'z'],
    ['/a/b/3/~0~1', 'w'],
  ])('%s leads to a value', (path, text) => {
    expect(textAt(root, path)).toEqual({ text });
  });

  it.each([
    ['b', 'has no `b`'],
    ['a.c', 'has no `c` at `a`'],
    ['a.b.9', 'has no item `9` at `a.b`'],
    ['a.b.-1', 'has no item `-1` at `a.b`'],
    ['a.b.00', 'has no item `00` at `a.b`'],
    ['a.b.length', 'has no item `length` at `a.b`'],
    ['a.b.0.x', 'has no map or list at `a.b.0`, so it has no `x`'],
    ['a.b', 'has a list at `a.b`, not one value'],
    ['a', 'has a map at `a`, not one value'],
    ['a.b.2', 'has null at `a.b.2`, which is not a value'],
    ['a.constructor', 'has no `constructor` at `a`'],
  ])('%s leads nowhere', (path, wrong) => {
    expect(textAt(root, path)).toEqual({ wrong });
  });
});
