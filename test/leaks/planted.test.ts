import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { onPostgres } from '../support/site.js';
import { watchProcesses } from './processes.js';
import { ROUNDS, randomOf } from './rounds.js';
import { LOUD, openWorld } from './world.js';
import type { World } from './world.js';

/*
 * Leaks that are made on purpose: what finds none elsewhere must find these. They go through the same look as every run of the
 * other tests.
 */

const PRELOAD = fileURLToPath(new URL('./plant.mjs', import.meta.url));

const ENCODINGS = ['plain', 'json', 'url', 'base64', 'hex', 'sql'];
const FILES = ['left', '.secrets/leaks.state.json.draft', 'tmp/x/..data', 'logs/9', 'p'];

/** A run with such a defect in it. */
function defective({ project, of }: World, name: string, encoding: string, place: string): void {
  Object.assign(project.env, {
    NODE_OPTIONS: `--import=file://${PRELOAD}`,
    PLANT_VALUE: Buffer.from(of(name)).toString('base64'),
    PLANT_ENCODING: encoding,
    PLANT_PLACE: place,
  });
}

onPostgres(
  'a leak that is made on purpose',
  (server) => {
    it.each(ROUNDS)('is found: round %i', async (round) => {
      const random = randomOf('planted', round);
      const world = await openWorld(server(), random, { home: 'http' });
      const name = (): string =>
        random.pick(['V_ENV', 'old V_AGE', 'hand V_FILE', 'api key', 'state password']);
      // Without a defect nothing is found.
      const { run } = world;
      await run('validate');
      for (const encoding of ENCODINGS) {
        const [planted, place] = [name(), random.pick(['stdout', 'stderr'])];
        defective(world, planted, encoding, place);
        const finished = await world.start('validate').finished;
        expect([...(await world.leaks(finished))], encoding).toEqual([[place, [planted]]]);
      }
      const [planted, file] = [
        name(),
        random.pick(FILES.filter((one) => !one.includes('/') || one.startsWith('logs'))),
      ];
      defective(world, planted, random.pick(ENCODINGS), file);
      const finished = await world.start('validate').finished;
      expect([...(await world.leaks(finished))]).toEqual([[file, [planted]]]);
    });

    it.each(ROUNDS)('is found in the systems, and among the processes: round %i', async (round) => {
      const random = randomOf('planted elsewhere', round);
      const world = await openWorld(server(), random, { home: 'http' });
      const nothing = { code: 0, signal: null, stdout: '', stderr: '' };
      expect([...(await world.leaks(nothing))]).toEqual([]);

      await world.loudSql(`SELECT '${world.of('hand mapping').replaceAll("'", "''")}'`);
      expect([...(await world.leaks(nothing))]).toEqual([["the server's log", ['hand mapping']]]);

      world.home.server!.state('leaks').text = JSON.stringify({
        records: [{ value: world.of('old V_ENV') }],
      });
      expect([...(await world.leaks(nothing))]).toEqual([['the state', ['old V_ENV']]]);

      defective(world, 'V_FILE', 'plain', 'arguments');
      const running = world.start('validate');
      const watch = watchProcesses(running.child.pid ?? 0);
      await running.finished;
      const told = (await watch.end()).flatMap(({ cmdline }) => world.search.find(cmdline));
      expect(told).toContain('V_FILE');
    });
  },
  [18],
  LOUD,
);
