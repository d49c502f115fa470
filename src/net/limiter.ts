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
 * Additive increase, multiplicative decrease, as in TCP: halving finds a rate that the server bears within a few responses,
 * and growing by one per round returns to the full rate without a new burst.
 *
 * @param max never more at once than this (at least 1)
 */
export function createLimiter(max: number, clock: Clock): Limiter {
  return new AdaptiveLimiter(Math.max(1, Math.floor(max)), clock);
}

class AdaptiveLimiter implements Limiter {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #active = 0;
  #goodInARow = 0;
  #pausedUntil = 0;

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#limit = most;
    this.#clock = clock;
  }

  get limit(): number {
    return this.#limit;
  }

  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<{ readonly result: T } | undefined> {
    await this.#enter(signal);
    try {
      await this.#pause(signal);
      return signal?.aborted === true ? undefined : { result: await task() };
    } finally {
      this.#active -= 1;
      this.#fill();
    }
  }

  slowDown(pauseMs: number): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#goodInARow = 0;
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + pauseMs);
  }

  speedUp(): void {
    if (this.#limit >= this.#most) return;
    this.#goodInARow += 1;
    if (this.#goodInARow < this.#limit) return;
    this.#goodInARow = 0;
    this.#limit += 1;
    this.#fill();
  }

  /** Hands free places to those that wait longest. */
  #fill(): void {
    while (this.#active < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#active += 1;
      next();
    }
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    if (this.#active < this.#limit && this.#waiting.length === 0) {
      this.#active += 1;
      return;
    }
    await new Promise<void>((resolve) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      // An aborted task takes a place beyond the limit for a moment, only to be turned away by `run`.
      const leave = (): void => {
        const at = this.#waiting.indexOf(enter);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        this.#active += 1;
        resolve();
      };
      this.#waiting.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Waits once for each pause that is announced meanwhile. */
  async #pause(signal: AbortSignal | undefined): Promise<void> {
    const clock = this.#clock;
    for (let waited = 0; this.#pausedUntil > Math.max(waited, clock.now()) && signal?.aborted !== true;) {
      waited = this.#pausedUntil;
      await clock.sleep(this.#pausedUntil - clock.now(), signal);
    }
  }
}
