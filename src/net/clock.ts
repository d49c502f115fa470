import { setTimeout as wait } from 'node:timers/promises';

/** Time and chance, as a parameter, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Waits so many milliseconds; ends early, without an error, when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}

/**
 * A clock that really waits.
 * @param now the run's wall clock
 */
export function realClock(now: () => Date): Clock {
  return { now: () => now().getTime(), sleep, random: () => Math.random() };
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
