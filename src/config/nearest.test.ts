import { describe, expect, it } from 'vitest';
import { patternTest } from './build/shares.js';
import { editDistance, meant, nearest } from './nearest.js';

describe('the nearest word', () => {
  it('counts letters added, taken away, changed and swapped, without case', () => {
    expect(editDistance('value', 'vlaue')).toBe(1);
    expect(editDistance('env', 'envs')).toBe(1);
    expect(editDistance('S3', 's3')).toBe(0);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('is one that can be meant', () => {
    expect(nearest('ownrs', ['readers', 'owners'])).toBe('owners');
    expect(nearest('zzz', ['readers', 'owners'])).toBeUndefined();
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
