import { describe, expect, it } from 'vitest';
import { wildcard } from './wildcard.js';

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
    expect(wildcard(pattern, { single: true })(name)).toBe(fits);
  });

  it('answers at once to many stars', () => {
    expect(wildcard('*a'.repeat(100))(`${'a'.repeat(250)}b`)).toBe(false);
  });
});
