import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { leaksIn } from '../support/canaries.js';
import { randomOf } from './rounds.js';
import { openSearch } from './search.js';
import { SHAPES, large, oneByte } from './shapes.js';

/** Ways in which a value gets into a text; each must be seen through. */
const WAYS: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  'an SQL literal': (value) => `SET x '${value.replaceAll("'", "''")}'`,
  'an SQL literal with escapes': (value) => `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  JSON: (value) => JSON.stringify({ value }),
  'JSON in JSON': (value) => JSON.stringify({ log: JSON.stringify({ value }) }),
  'JSON in JSON in JSON': (value) => JSON.stringify([JSON.stringify({ log: JSON.stringify({ value }) })]),
  'JSON in ASCII': (value) =>
    JSON.stringify(value).replace(
      /[^ -~]/g,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  'a URL': (value) => `?token=${encodeURIComponent(value)}&x=1`,
  'a form': (value) => new URLSearchParams({ value }).toString(),
  ...Object.fromEntries(
    [0, 1, 2].map((shift) => [
      `base64 after ${String(shift)} bytes`,
      (value: string) => `Basic ${Buffer.from(`${'u:'.slice(0, shift)}${value}\n`).toString('base64')}`,
    ]),
  ),
  'base64 for URLs': (value) => Buffer.from(value).toString('base64url'),
  'base64 in lines': (value) =>
    (
      Buffer.from(`some words before ${value}`)
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\n'),
  'JSON in base64 in JSON': (value) =>
    JSON.stringify({ data: Buffer.from(JSON.stringify({ value })).toString('base64') }),
  'base64 of base64': (value) => Buffer.from(Buffer.from(value).toString('base64')).toString('base64'),
  hexadecimal: (value) => `\\x${Buffer.from(value).toString('hex')}`,
  'HEXADECIMAL in the middle': (value) => `a${Buffer.from(value).toString('hex').toUpperCase()}`,
  'its first part': (value) => `${value.slice(0, Math.max(10, value.length / 2))}…`,
  'its last part': (value) => `…${value.slice(-Math.max(10, value.length / 2))}`,
};

describe('the search of these tests', () => {
  const random = randomOf('search', 0);

  it.each(Object.entries(WAYS))('sees a value of any shape through: %s', (_, way) => {
    for (const [shape, make] of Object.entries(SHAPES)) {
      const canary = make(random);
      const search = openSearch();
      search.add(shape, canary);
      expect(search.find(`It failed:\n  ${way(canary.text)} (42).\n`), shape).toEqual([shape]);
    }
  });

  it('finds what large values have in them, and a single byte between quotes', () => {
    const [big, byte] = [large(random), oneByte(random)];
    expect(Buffer.byteLength(big.text)).toBeGreaterThan(5e6 - 1e5);
    const search = openSearch();
    search.add('big', big);
    search.add('byte', byte);
    expect(search.find(big.text.slice(0, 12))).toEqual(['big']);
    expect(search.find(big.text.slice(3_000_000, 3_000_080))).toEqual(['big']);
    expect(search.find(`invalid input: "${byte.text}"`)).toEqual(['byte']);
    expect(search.find(`{\\"value\\":\\"${byte.text}\\"}`)).toEqual(['byte']);
    expect(search.find(`~ update ^ QZ Q ${byte.text}`)).toEqual([]);
    expect(search.without('byte').find(`"${byte.text}"`)).toEqual([]);
  });

  it('finds nothing in what is not the value', () => {
    const search = openSearch();
    for (const [shape, make] of Object.entries(SHAPES)) search.add(shape, make(random));
    const other = Object.values(SHAPES).map((make) => make(random).text);
    for (const text of other) expect(search.find(JSON.stringify({ text }))).toEqual([]);
    expect(search.find(gzipSync(other.join('')).toString('base64'))).toEqual([]);
  });
});

describe('the quick look of the other tests', () => {
  it('finds a value in each of its forms', () => {
    const value = 'canary-1f0c\'"\\\ncanary-second-line %s ünïcode';
    for (const form of [
      value,
      JSON.stringify({ value }),
      Buffer.from(`x${value}`).toString('base64'),
      Buffer.from(`xy${value}z`).toString('base64url'),
      encodeURIComponent(value),
      `'${value.replaceAll("'", "''")}'`,
    ]) {
      expect(leaksIn(`before ${form} after`, [value])).toEqual(['value 0']);
    }
    expect(leaksIn(JSON.stringify({ value: 'something else' }), [value])).toEqual([]);
  });
});
