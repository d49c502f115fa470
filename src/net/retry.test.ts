import { defined } from '../model/index.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY, mayRetry, parseRetryAfter, retryDelay } from './retry.js';

const facts = (failure: 'status' | 'timeout' | 'reset' | 'unconnected' | 'not-json', status?: number) => ({
  failure,
  method: 'GET',
  path: '/',
  ...defined({ status }),
});

describe('mayRetry', () => {
  it('repeats what passes, where sending twice does no harm', () => {
    for (const status of [429, 502, 503, 504]) expect(mayRetry(facts('status', status), 'safe')).toBe(true);
    for (const status of [400, 401, 403, 404, 409, 500])
      expect(mayRetry(facts('status', status), 'safe')).toBe(false);
    expect(mayRetry(facts('timeout'), 'safe')).toBe(true);
    expect(mayRetry(facts('reset'), 'safe')).toBe(true);
    expect(mayRetry(facts('unconnected'), 'safe')).toBe(false);
    expect(mayRetry(facts('not-json', 200), 'safe')).toBe(false);
  });

  it('repeats a write only where the server said that it did not look at it', () => {
    expect(mayRetry(facts('status', 429), 'once')).toBe(true);
    for (const one of [facts('status', 503), facts('timeout'), facts('reset')])
      expect(mayRetry(one, 'once')).toBe(false);
  });
});

describe('retryDelay', () => {
  it('never waits less than asked for, nor much longer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.nat(1e9),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, asked, random) => {
          const delay = retryDelay(attempt, asked, random, DEFAULT_RETRY);
          expect(delay).toBeGreaterThanOrEqual(asked);
          expect(delay).toBeLessThanOrEqual(asked + DEFAULT_RETRY.capMs);
        },
      ),
    );
    expect([1, 2, 3, 9].map((attempt) => retryDelay(attempt, undefined, 1, DEFAULT_RETRY))).toEqual([
      250, 500, 1000, 8000,
    ]);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');
  it.each([
    ['0', 0],
    ['7', 7000],
    ['1.5', 1500],
    ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
    ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});
