import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SEED } from '../support/seed.js';
import { Play, type Tally } from './play.js';
import { anyStep, type Step } from './steps.js';

/*
 * Random organizations, files, changes by hand and faults, step by step, against the emulated API. A run is repeated with
 * the SEED that it printed; STEPS says how long it is to be. Each organization has a seed of its own, which a failure
 * names: `SEED=<that one> STEPS=1` plays it alone.
 */

const STEPS = Number(process.env['STEPS'] ?? 150);
/** Steps of one organization at most. */
const LENGTH = 40;

/** One step as a command of fast-check. */
class Command implements fc.AsyncCommand<object, Play> {
  constructor(private readonly step: Step) {}

  check(): boolean {
    return true;
  }

  run(_model: object, play: Play): Promise<void> {
    return play.take(this.step);
  }

  toString(): string {
    return `\n  ${JSON.stringify(this.step)}`;
  }
}

it(
  'keeps its promises through anything that happens',
  async () => {
    console.info(`helios model: SEED=${SEED} STEPS=${STEPS}`);
    const tally: Tally = { steps: 0, applied: 0, refused: 0, failed: 0, disturbed: 0 };
    const commands = fc.commands([anyStep.map((step) => new Command(step))], {
      maxCommands: LENGTH,
      size: 'max',
    });
    for (let round = 0; tally.steps < STEPS; round += 1) {
      const seed = (SEED + round) | 0;
      const variant = {
        apiShape: seed % 2 === 0 ? ('node' as const) : ('go' as const),
        bare: seed % 3 === 0,
      };
      await fc.assert(
        fc.asyncProperty(commands, async (steps) => {
          const play = await Play.open(tally, variant);
          try {
            await fc.asyncModelRun(() => ({ model: {}, real: play }), steps);
          } finally {
            await play.close();
          }
        }),
        { seed, numRuns: 1, interruptAfterTimeLimit: 120_000 },
      );
    }
    console.info(`helios model: ${JSON.stringify(tally)}`);
    expect(tally.applied + tally.disturbed).toBeGreaterThan(STEPS / 20);
  },
  60_000 + STEPS * 500,
);
