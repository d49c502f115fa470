import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import { DiagnosticError, canonicalJson, errorCode, groupBy, hasErrors, samePlain } from './index.js';
import type { Plain } from './index.js';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Plain>;

/** The same value with the keys of every object the other way round. */
function reversed(value: Plain): Plain {
  if (Array.isArray(value)) return value.map((one: Plain) => reversed(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, reversed(one)]),
  );
}

describe('plain values', () => {
  it('are the same whatever the order of keys, and one text stands for one value', () => {
    holds(json, (value) => {
      expect(samePlain(value, reversed(value))).toBe(true);
      expect(canonicalJson(value)).toBe(canonicalJson(reversed(value)));
      expect(JSON.stringify(JSON.parse(canonicalJson(value)))).toBe(
        JSON.stringify(JSON.parse(canonicalJson(reversed(value)))),
      );
    });
  });

  it('differ in type, in order of lists, and in what is missing', () => {
    for (const [a, b] of [
      ['1', 1],
      [true, 'true'],
      [null, 'null'],
      [null, {}],
      [[], {}],
      [
        [1, 2],
        [2, 1],
      ],
      [{ a: null }, {}],
      ['', null],
    ] as const) {
      expect(samePlain(a, b)).toBe(false);
    }
  });
});

it('groups keep the order of their items, and leave out what has no key', () => {
  const groups = groupBy([1, 2, 3, 4, 5], (one) => (one === 5 ? undefined : one % 2));
  expect([...groups]).toEqual([
    [1, [1, 3]],
    [0, [2, 4]],
  ]);
});

describe('diagnostics', () => {
  it('are errors where one of them is', () => {
    const warning = { severity: 'warning', code: 'w', summary: 'W' } as const;
    expect(hasErrors([warning])).toBe(false);
    expect(hasErrors([warning, { ...warning, severity: 'error' }])).toBe(true);
    expect(new DiagnosticError([warning, { ...warning, summary: 'V' }]).message).toBe('W; V');
  });

  it('know the code of system errors', () => {
    expect(errorCode(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
    expect([new Error('x'), 'ENOENT', null, undefined, { code: 'X' }].map(errorCode)).toEqual(
      Array(5).fill(undefined),
    );
  });
});
