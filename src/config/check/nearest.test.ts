import { describe, expect, it } from 'vitest';
import { patternTest } from '../translate/shares.js';
import { meant } from './nearest.js';

describe('the nearest word', () => {
  it('is one that can be meant', () => {
    expect(meant('ownrs', ['readers', 'owners'])).toBe('Did you mean `owners`?');
    expect(meant('zzz', ['readers', 'owners'])).toBe('Known: `readers`, `owners`.');
  });
});

describe('name patterns', () => {
  it.each([
    ['AWS_*', 'AWS_KEY', true],
    ['AWS_*', 'AWS_', true],
    ['AWS_*', 'XAWS_KEY', false],
    ['A?C', 'ABC', true],
    ['A?C', 'AC', false],
    ['*_KEY', 'A_KEY_KEY', true],
    ['A.C', 'ABC', false],
  ])('%s on %s: %s', (pattern, name, fits) => {
    expect(patternTest(pattern)(name)).toBe(fits);
  });

  it('answers at once to many stars', () => {
    expect(patternTest('*a'.repeat(100))(`${'a'.repeat(250)}b`)).toBe(false);
  });
});
