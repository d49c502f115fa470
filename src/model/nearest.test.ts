import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import { editDistance, nearestWords } from './nearest.js';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_'), maxLength: 8 });

describe('the distance of two words', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['owners', 'owner', 1],
    ['vlaue', 'value', 1],
    ['READERS', 'readers', 0],
    ['kitten', 'sitting', 3],
  ])('%j and %j: %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is the same both ways, 0 for the same word alone, and at most the longer length', () => {
    holds(fc.tuple(word, word), ([a, b]) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    });
  });
});

describe('the nearest words', () => {
  it('is one, where a third of the letters or fewer differ', () => {
    expect(nearestWords('vlaue', ['owners', 'value', 'readers'])).toEqual(['value']);
    expect(nearestWords('x', ['owners', 'value'])).toEqual([]);
    expect(nearestWords('ownrs', [])).toEqual([]);
    expect(nearestWords('OWNERS', ['owners'])).toEqual(['owners']);
  });

  it('are several where asked for, best first, each once', () => {
    const known = ['bea@x.y', 'ben@x.y', 'ana@x.y', 'ben@x.y'];
    expect(nearestWords('benn@x.y', known, { within: 2, count: 3 })).toEqual(['ben@x.y', 'bea@x.y']);
  });

  it('are sorted by distance and never too far', () => {
    const input = fc.tuple(word, fc.array(word), fc.nat(4), fc.nat(5));
    holds(input, ([one, known, within, count]) => {
      const found = nearestWords(one, known, { within, count });
      const all = [...new Set(known)].map((it) => editDistance(one, it)).filter((it) => it <= within);
      expect(found.map((it) => editDistance(one, it))).toEqual(all.sort((a, b) => a - b).slice(0, count));
    });
  });

  it('are not looked for where a word is absurdly long', () => {
    expect(nearestWords('a'.repeat(300), ['a'.repeat(300)])).toEqual([]);
    expect(nearestWords('ab', ['a'.repeat(1e6)], { within: 2e6 })).toEqual([]);
  });
});
