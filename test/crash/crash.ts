import { afterAll, beforeAll, expect, it } from 'vitest';
import { onPostgres } from '../support/site.js';
import { openDriver } from './driver.js';
import type { Driver, Point, Told } from './driver.js';
import { SEED } from '../support/seed.js';
import { POINTS, choosePoints, nameOf, summary, whyLeftOut } from './points.js';
import type { HomeName } from './state-homes.js';

const HOUR_MS = 3_600_000;

/**
 * The tests of one home of the state: an apply is disturbed at one of its writes, a plain one follows, and nothing tells the two
 * from an undisturbed one. `SEED` and `POINTS` in the environment say at which (`POINTS=all`: at each, in every way).
 */
export function crashTests(home: HomeName): void {
  onPostgres(`a run that is disturbed, with its state in ${home}`, (server) => {
    let driver: Driver | undefined;
    const leftOut = whyLeftOut(home);
    beforeAll(async () => {
      if (leftOut !== undefined) return;
      driver = await openDriver(server(), home);
    });
    afterAll(async () => {
      await driver?.site.close();
    });

    it(
      'is finished by the next one',
      async (context) => {
        context.skip(leftOut !== undefined, leftOut);
        if (driver === undefined) throw new Error('no driver');
        const points = choosePoints(driver, home);
        const { first, change } = driver.counts;
        console.info(
          `crash (${home}): SEED=${String(SEED)} POINTS=${POINTS}; ${String(first)} + ${String(change)} writes`,
        );
        const told: (readonly [Point, Told])[] = [];
        const failed: string[] = [];
        for (const [index, point] of points.entries()) {
          const words = nameOf(point);
          try {
            told.push([point, await driver.run(point, POINTS !== 'all' || index % 4 === 0)]);
          } catch (error) {
            failed.push(`${words}: ${error instanceof Error ? error.message : String(error)}`);
            console.info(`crash (${home}): FAILED ${failed.at(-1) ?? ''}`);
          }
          if (index % 25 === 24)
            console.info(`crash (${home}): ${String(index + 1)} of ${String(points.length)}`);
        }
        console.info(`crash (${home}): ${String(told.length)} points\n${summary(told)}`);
        expect(failed).toEqual([]);
      },
      6 * HOUR_MS,
    );
  });
}
