import { describe, expect, it } from 'vitest';
import { strictClock } from './clock.js';

describe('strictClock', () => {
  it('moves on by a microsecond while the clock stands still', () => {
    const tick = strictClock(() => new Date('2026-03-01T10:00:00.999Z'));
    expect([tick(), tick(), tick()]).toEqual([
      '2026-03-01T10:00:00.999000Z',
      '2026-03-01T10:00:00.999001Z',
      '2026-03-01T10:00:00.999002Z',
    ]);
  });

  it('never goes back, and carries into the next second', () => {
    const times = [new Date('2026-03-01T10:00:00.999Z'), new Date('2020-01-01T00:00:00Z')];
    const tick = strictClock(() => times.shift() ?? new Date('2020-01-01T00:00:00Z'));
    const got = Array.from({ length: 1002 }, tick);
    expect(got.at(0)).toBe('2026-03-01T10:00:00.999000Z');
    expect(got.at(1000)).toBe('2026-03-01T10:00:01.000000Z');
    expect([...got].sort()).toEqual(got);
    expect(new Set(got).size).toBe(got.length);
  });
});
