import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import type { Transforms } from '../model/index.js';
import { runScope } from '../../test/scope.js';
import { stdin } from './stdin/index.js';
import { transformer } from './transforms.js';

const CANARY = 'canary-value-91c4';

/** What becomes of a text or some bytes: the value, or what is wrong. */
function done(raw: string | Uint8Array, transforms: Transforms): string {
  const reading = transformer(
    typeof raw === 'string' ? { text: raw } : { bytes: raw },
    stdin,
    runScope(),
  )({
    from: 'stdin',
    ...transforms,
  });
  expect(JSON.stringify(reading)).not.toContain(CANARY);
  return reading.value?.reveal() ?? `error: ${reading.problems[0]?.summary ?? ''}`;
}
const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** Any text that UTF-8 can hold. */
const text = fc.string({ unit: 'binary', minLength: 1 });

describe('what is done to a value', () => {
  it('is nothing where nothing is asked', () => {
    holds(text, (one) => {
      expect(done(one, {})).toBe(one);
      expect(done(Buffer.from(one), {})).toBe(one);
    });
  });

  it('is base64, then the key, then white space at the ends', () => {
    holds(fc.tuple(text, fc.constantFrom('', ' ', '\n\t')), ([one, space]) => {
      const value = `${space}${one}${space}`;
      const document = JSON.stringify({ a: [value] });
      expect(done(base64(value), { base64: true })).toBe(value);
      expect(done(`${base64(value)}\n`, { base64: true, trim: true })).toBe(value.trim());
      expect(done(document, { key: 'a.0' })).toBe(value);
      expect(done(base64(document), { base64: true, key: 'a.0', trim: true })).toBe(value.trim());
    });
  });

  it('is base64 of the value where the document is none', () => {
    holds(text, (one) => {
      expect(done(JSON.stringify({ a: base64(one) }), { key: 'a', base64: true })).toBe(one);
    });
  });

  it.each<[string, string | Uint8Array, Transforms, string]>([
    ['no UTF-8', Buffer.from([0xff, 0xfe]), {}, 'Standard input is not UTF-8 text.'],
    ['no UTF-8 inside of base64', '//4=', { base64: true }, 'Standard input is not UTF-8 text.'],
    ['no base64', `${CANARY}!`, { base64: true }, 'Standard input is not base64.'],
    [
      'no base64 in a document',
      JSON.stringify({ a: `${CANARY}!` }),
      { base64: true, key: 'a' },
      'Standard input, at `a`, is not base64.',
    ],
    ['no JSON', CANARY, { key: 'a' }, 'Standard input is not JSON, so `key` cannot select a value in it.'],
    ['no such key', JSON.stringify({ b: CANARY }), { key: 'a' }, 'Standard input has no `a`.'],
    [
      'a map',
      JSON.stringify({ a: { [CANARY]: 1 } }),
      { key: 'a' },
      'Standard input has a map at `a`, not one value.',
    ],
  ])('is refused: %s', (_, raw, transforms, wrong) => {
    expect(done(raw, transforms)).toBe(`error: ${wrong}`);
  });

  it('parses one document once, however many places take something out of it', () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => [`k${index}`, `value ${index}`]);
    const take = transformer({ text: JSON.stringify(Object.fromEntries(entries)) }, stdin, runScope());
    for (const [key, value] of entries) {
      expect(take({ from: 'stdin', key: key! }).value?.reveal()).toBe(value);
    }
  });

  it.each<[string, string, Transforms]>([
    ['nothing', '', {}],
    ['white space that is cut', ' \n\uFEFF', { trim: true }],
    ['base64 of nothing', '', { base64: true }],
    ['base64 of white space that is cut', base64('\n'), { base64: true, trim: true }],
    ['an empty text of a document', '{"a":""}', { key: 'a' }],
    ['an empty text of an encoded document', base64('{"a":""}'), { base64: true, key: 'a' }],
  ])('is empty only where that is allowed: %s', (_, raw, transforms) => {
    expect(done(raw, transforms)).toMatch(/^error: Standard input.* exists, but is empty/);
    expect(done(raw, { ...transforms, allowEmpty: true })).toBe('');
  });

  it('keeps the warning of the reader, and adds its own', () => {
    const warning = { severity: 'warning', code: 'file-outside', summary: 'It lies outside.' } as const;
    const { value, problems } = transformer(
      { text: 'a\n', problem: warning },
      stdin,
      runScope(),
    )({ from: 'stdin' });
    expect(value?.byteLength).toBe(2);
    expect(problems.map(({ code }) => code)).toEqual(['file-outside', 'untrimmed-value']);
  });
});
