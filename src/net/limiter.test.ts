import { describe, expect, it } from 'vitest';
import { createLimiter } from './limiter.js';

/** A clock that only moves when somebody sleeps. */
function fakeClock() {
  const clock = { time: 0, slept: [] as number[] };
  return {
    ...clock,
    now: () => clock.time,
    sleep: (milliseconds: number) => {
      clock.slept.push(milliseconds);
      clock.time += milliseconds;
      return Promise.resolve();
    },
    random: () => 0,
    slept: clock.slept,
  };
}

/** A task that ends when told. */
function held() {
  let release: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { ended, release };
}

describe('createLimiter', () => {
  it('never runs more at once than it may, and runs all', async () => {
    const limiter = createLimiter(3, fakeClock());
    let active = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        limiter.run(async () => {
          active += 1;
          most = Math.max(most, active);
          await new Promise((resolve) => setImmediate(resolve));
          active -= 1;
          return index;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(results.map((result) => result?.result)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('halves on "too many", pauses, and recovers one by one', async () => {
    const clock = fakeClock();
    const limiter = createLimiter(8, clock);
    limiter.slowDown(500);
    expect(limiter.limit).toBe(4);
    await limiter.run(() => Promise.resolve());
    expect(clock.slept).toEqual([500]);
    for (let n = 0; n < 4; n += 1) limiter.speedUp();
    expect(limiter.limit).toBe(5);
    for (let n = 0; n < 100; n += 1) limiter.speedUp();
    expect(limiter.limit).toBe(8);
    for (let n = 0; n < 10; n += 1) limiter.slowDown(0);
    expect(limiter.limit).toBe(1);
  });

  it('does not start what waits when the run is stopped, and lets the others pass', async () => {
    const limiter = createLimiter(1, fakeClock());
    const stop = new AbortController();
    const first = held();
    const running = limiter.run(() => first.ended);
    const cancelled = limiter.run(() => Promise.reject(new Error('started')), stop.signal);
    const finishing = limiter.run(() => Promise.resolve('finished'));
    stop.abort();
    expect(await cancelled).toBeUndefined();
    first.release();
    await running;
    expect(await finishing).toEqual({ result: 'finished' });
  });
});
