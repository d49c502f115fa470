import { it } from 'vitest';
import { onPostgres } from '../support/site.js';
import { FAILURES, meet } from './failures.js';
import { HOMES } from './homes.js';
import { ROUNDS, randomOf, sampled, whereOf } from './rounds.js';
import { NAMES } from './values.js';
import { LOUD, changeByHand, openWorld, plantOld } from './world.js';

/** Each failure takes two runs, and some of them wait. */
const LIMIT_MS = 600_000;

onPostgres(
  'no failure',
  (server) => {
    it.each(ROUNDS)(
      'tells a value: round %i',
      async (round) => {
        const random = randomOf('failures', round);
        const world = await openWorld(server(), random, { home: random.pick(HOMES), where: whereOf(round) });
        await plantOld(world, NAMES);
        await world.ends(0, 'apply', '--auto-approve');
        for (const failure of sampled(random, FAILURES, 8)) {
          // There is always something to do, and something that nobody here knows of.
          await changeByHand(world, NAMES);
          await meet(world, random, failure);
        }
        await world.ends(0, 'apply', '--auto-approve');
        await world.ends(0, 'plan', '--detailed-exitcode');
      },
      LIMIT_MS,
    );
  },
  [18],
  LOUD,
);
