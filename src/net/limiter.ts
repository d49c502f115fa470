import type { Clock } from './clock.js';

/** Lets at most so many tasks run at once, and fewer for a while after the server said that it is too much. */
export interface Limiter {
  /**
   * Runs a task when there is room for it.
   * @param signal aborted while the task waits: it is not started, and `run` gives `undefined`
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<{ readonly result: T } | undefined>;
  /** The server said 'too many': halves what runs at once, and starts nothing for so many milliseconds. */
  slowDown(pauseMs: number): void;
  /** A task went well: after as many of them as run at once, one more may. */
  speedUp(): void;
  /** How many may run at once now. */
  readonly limit: number;
}

/**
 * Additive increase, multiplicative decrease, as in TCP: halving finds a rate that the server bears within a few answers,
 * and growing by one per round returns to the full rate without a new burst.
 *
 * @param max never more at once than this (at least 1)
 */
export function createLimiter(max: number, clock: Clock): Limiter {
  const most = Math.max(1, Math.floor(max));
  const waiting: (() => void)[] = [];
  let limit = most;
  let active = 0;
  let goodOnes = 0;
  let pausedUntil = 0;

  /** Hands free places to those that wait longest. */
  function fill(): void {
    while (active < limit) {
      const next = waiting.shift();
      if (next === undefined) return;
      active += 1;
      next();
    }
  }

  async function place(signal: AbortSignal | undefined): Promise<void> {
    if (active < limit && waiting.length === 0) {
      active += 1;
      return;
    }
    await new Promise<void>((resolve) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      // An aborted one takes a place for a moment, outside the count's limit, only to be turned away by `run`.
      const leave = (): void => {
        const at = waiting.indexOf(enter);
        if (at < 0) return;
        waiting.splice(at, 1);
        active += 1;
        resolve();
      };
      waiting.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    async run(task, signal) {
      await place(signal);
      try {
        // Once for each pause that is announced while we wait.
        for (let waited = 0; pausedUntil > Math.max(waited, clock.now()) && signal?.aborted !== true;) {
          waited = pausedUntil;
          await clock.sleep(pausedUntil - clock.now(), signal);
        }
        return signal?.aborted === true ? undefined : { result: await task() };
      } finally {
        active -= 1;
        fill();
      }
    },
    slowDown(pauseMs) {
      limit = Math.max(1, Math.floor(limit / 2));
      goodOnes = 0;
      pausedUntil = Math.max(pausedUntil, clock.now() + pauseMs);
    },
    speedUp() {
      if (limit >= most) return;
      goodOnes += 1;
      if (goodOnes < limit) return;
      goodOnes = 0;
      limit += 1;
      fill();
    },
    get limit() {
      return limit;
    },
  };
}
