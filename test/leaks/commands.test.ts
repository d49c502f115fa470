import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { onPostgres } from '../support/site.js';
import { HOMES } from './homes.js';
import { processesOf } from './in-flight.js';
import { ROUNDS, randomOf, whereOf } from './rounds.js';
import { NAMES } from './values.js';
import { LOUD, changeByHand, openWorld, plantOld } from './world.js';
import type { World } from './world.js';

const LIMIT_MS = 180_000;

/*
 * Every command, in both of its formats, over values of every shape. Each run is followed by a look at all that it printed,
 * kept and sent, so a line `ends` says two things: how the command ends, and that it told nothing.
 */

const MAPPING = 'user_mapping.warehouse.lake/analyst';

/** What the systems hold is what was wanted: nothing here would be worth looking for otherwise. */
async function expectValues(world: World): Promise<void> {
  const { helios, of, sql } = world;
  for (const name of NAMES) expect(helios.control.valueOf(name) === of(name), name).toBe(true);
  const [row] = await sql("SELECT array_to_string(umoptions, '|') AS options FROM pg_user_mappings");
  for (const name of ['V_ENV', 'V_FILE', 'mapping']) {
    expect(String(row?.['options']).includes(of(name)), name).toBe(true);
  }
}

async function plansAndApplies({ ends, ...world }: World, isJson: boolean): Promise<void> {
  const json = isJson ? ['--json'] : [];
  await ends(0, 'validate');
  await ends(0, 'validate', '--json');
  await ends(2, 'plan', '--detailed-exitcode', ...json);
  await ends(0, 'plan', '--out', 'p', ...(isJson ? [] : ['--json']));
  await ends(0, 'show', 'p');
  await ends(0, 'show', 'p', '--json');
  await ends(0, 'apply', 'p', ...json);
  await expectValues({ ends, ...world });
  await ends(0, 'drift', ...json);
  await changeByHand({ ends, ...world }, NAMES);
  await ends(2, 'drift');
  await ends(2, 'drift', '--json');
  await ends(0, 'plan', ...(isJson ? [] : ['--json']));
  await ends(0, 'apply', '--auto-approve', ...(isJson ? [] : ['--json']));
  await expectValues({ ends, ...world });
  await ends(1, 'apply', 'p');
  await ends(0, 'plan', '--detailed-exitcode');
}

async function worksOnTheState({ ends, project }: World, isJson: boolean): Promise<void> {
  const json = isJson ? ['--json'] : [];
  await ends(0, 'state', 'list', ...json);
  await ends(0, 'state', 'show', 'secret.helios.V_ENV', ...json);
  await ends(0, 'state', 'show', MAPPING, ...(isJson ? [] : ['--json']));
  const { stdout } = await ends(0, 'state', 'pull');
  await project.write('pulled.json', stdout);
  await ends(0, 'state', 'mv', 'secret.helios.V_FILE', 'secret.helios.V_MOVED', ...json);
  await ends(0, 'state', 'rm', 'secret.helios.V_MOVED', MAPPING, ...json);
  await ends(0, 'import', 'secret.helios.V_FILE', ...json);
  await ends(0, 'import', MAPPING, ...(isJson ? [] : ['--json']));
  await ends(0, 'state', 'push', '--force', 'pulled.json', ...json);
  await ends(0, 'state', 'rebind', '--auto-approve', ...json);
  await ends(1, 'state', 'unlock', '00000000-0000-4000-8000-000000000000', ...json);
}

/** `get` prints the one value that was asked for, and nothing else; that one is looked for everywhere else. */
async function getsValues(world: World, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const finished = await world.start('get', `secret.helios.${name}`).finished;
    expect(finished.code, finished.stderr).toBe(0);
    expect(finished.stdout === world.of(name), name).toBe(true);
    await world.look(`get ${name}`, finished, world.search.without(name));
    await world.look(`get ${name}, beside stdout`, { ...finished, stdout: '' });
  }
}

onPostgres(
  'no command',
  (server) => {
    it.each(ROUNDS)(
      'tells a value: round %i',
      async (round) => {
        const random = randomOf('commands', round);
        const home = random.pick(HOMES);
        const world = await openWorld(server(), random, { home, where: whereOf(round) });
        const isJson = random.below(2) === 0;
        await plantOld(world, NAMES);
        await plansAndApplies(world, isJson);
        await worksOnTheState(world, isJson);
        await getsValues(world, random.some(NAMES, 3));
        const { folder } = world.project;
        await mkdir(join(folder, 'aside'));
        await rename(join(folder, 'secrets.yaml'), join(folder, 'aside', 'secrets.yaml'));
        await world.ends(0, 'init');
        expect(await readFile(join(folder, 'secrets.yaml'), 'utf8')).toContain('stack: my-stack');
      },
      LIMIT_MS,
    );

    it.each(ROUNDS)('tells of a value of five megabytes: round %i', async (round) => {
      const random = randomOf('large', round);
      const world = await openWorld(server(), random, {
        home: random.pick(HOMES),
        hasLarge: true,
        where: whereOf(round),
      });
      await world.ends(0, 'apply', '--auto-approve', '--json');
      await expectValues(world);
      await changeByHand(world, ['V_LARGE']);
      // An answer may hold a large value as well, and end in the middle of it.
      world.helios.control.addFault({ kind: 'truncated', method: 'GET', path: '/secrets', times: 2 });
      await world.ends(0, 'apply', '--auto-approve');
      await expectValues(world);
    });

    it.each(ROUNDS)('tells a value that the program made itself: round %i', async (round) => {
      const random = randomOf('made', round);
      const world = await openWorld(server(), random, { home: random.pick(HOMES), where: whereOf(round) });
      const { project, helios, search } = world;
      const text = world.configuration.replace('{ file: inputs/byte }', '{ generate: 40 }');
      await project.write('secrets.yaml', text);
      for (const more of [[], ['--rotate', 'secret.helios.V_BYTE', '--json']]) {
        const finished = await world.start('apply', '--auto-approve', ...more).finished;
        expect(finished.code, finished.stderr).toBe(0);
        // Only now is there somebody who can say what it is.
        const made = helios.control.valueOf('V_BYTE') ?? '';
        expect(made).toHaveLength(40);
        search.add(`made, ${String(more.length)}`, { text: made, telling: [made] });
        await world.look('apply', finished);
      }
      await world.ends(0, 'plan', '--json', '--detailed-exitcode');
    });

    it.each(ROUNDS)('shows one to other processes: round %i', async (round) => {
      const random = randomOf('processes', round);
      const world = await openWorld(server(), random, { home: random.pick(HOMES), where: whereOf(round) });
      await processesOf(world);
      const sandbox = world.start('sandbox', '--json');
      await sandbox.printed(/"document":"sandbox"/);
      sandbox.child.kill('SIGTERM');
      await world.look('sandbox', await sandbox.finished);
    });
  },
  [18],
  LOUD,
);
