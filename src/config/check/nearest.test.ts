import { describe, expect, it } from 'vitest';
import { suggest } from './nearest.js';

describe('the nearest word', () => {
  it('is a known one', () => {
    expect(suggest('ownrs', ['readers', 'owners'])).toBe('Did you mean `owners`?');
    expect(suggest('zzz', ['readers', 'owners'])).toBe('Known: `readers`, `owners`.');
  });
});
