/** Gives RFC 3339 times in UTC with six decimals, each later than the one before. */
export type Tick = () => string;

/**
 * A clock for timestamps that never repeats: where `now` repeats or goes back, it advances by one
 * microsecond. Two updates within one millisecond thus differ, and only in digits that a millisecond clock drops.
 * Six decimals, because that is the most that the official Python SDK decodes on every Python.
 */
export function strictClock(now: () => Date): Tick {
  let last = 0;
  return () => {
    last = Math.max(now().getTime() * 1000, last + 1);
    const seconds = new Date(Math.floor(last / 1000)).toISOString().slice(0, 19);
    return `${seconds}.${String(last % 1_000_000).padStart(6, '0')}Z`;
  };
}
