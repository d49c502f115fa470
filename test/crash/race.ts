import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { onPostgres } from '../support/site.js';
import { differences, expectSame } from './differences.js';
import { SEED } from '../support/seed.js';
import { POINTS, whyLeftOut } from './points.js';
import { expectDone, expectNoPlan, openCrashSite } from './site.js';
import type { CrashSite, Disturbance, Disturbed } from './site.js';
import type { HomeName } from './state-homes.js';

const HOUR_MS = 3_600_000;
const APPLY = ['apply', '--auto-approve'];

/** Where a holder is paused: right before it tells a system or the state what it has done, or is about to do. */
const PAUSES: Readonly<Record<HomeName, readonly string[]>> = {
  local: ['http POST /v1/secrets', 'pg test BEGIN', 'fs link crash.state.json.SERIAL/#1'],
  postgres: ['http POST /v1/secrets', 'pg test BEGIN', 'pg crash_state WITH/#2'],
  http: ['http POST /v1/secrets', 'pg test BEGIN', 'http POST /state/crash/#1'],
  gitlab: ['http POST /v1/secrets', 'pg test BEGIN', 'http POST /state/crash/#1'],
};

/** Two values that a racer brings along; all else is the same for all. */
const valuesOf = (racer: number): Record<string, string> => ({
  TOKEN: `canary-token-of-racer-${String(racer)}`,
  SECRET_KEY: `canary-key-of-racer-${String(racer)}`,
});

/** The tests of several runs at once, with the state in one home. */
export function raceTests(home: HomeName): void {
  const isAll = POINTS === 'all';
  onPostgres(`runs at once, with their state in ${home}`, (server) => {
    const leftOut = whyLeftOut(home);
    beforeEach((context) => {
      context.skip(leftOut !== undefined, leftOut);
    });
    it.each(isAll || SEED % 4 === ['local', 'postgres', 'http', 'gitlab'].indexOf(home) ? [2, 8] : [2])(
      'go one after the other: %i of them, some with a clock an hour off',
      async (count) => {
        const site = await openCrashSite(server(), home);
        try {
          await site.begin('change');
          const goal = await goalOf(site);
          await site.begin('change');
          const args = [...APPLY, '--lock-timeout', '45s'];
          const runs = Array.from({ length: count }, (_, racer) =>
            site.disturb({ env: valuesOf(racer), skewMs: [0, HOUR_MS, -HOUR_MS][racer % 3] ?? 0 }, ...args),
          );
          for (const run of runs) {
            const finished = await run.finished;
            await site.project.check(finished, args);
            expect(finished.stderr).not.toContain('Error:');
            expectDone(finished);
          }
          const order = await expectOneAtATime(runs);
          await expectEachSerialOnce(site, runs);
          const last = order.at(-1) ?? 0;
          Object.assign(site.project.env, valuesOf(last));
          await expectGoal(site, goal, last);
        } finally {
          await site.close();
        }
      },
      120_000,
    );

    const pauses = isAll ? PAUSES[home] : [PAUSES[home][SEED % 3] ?? ''];
    it.each(pauses)(
      home === 'gitlab'
        ? 'wait for one that stands still, since nobody can know that it is dead (%s)'
        : 'take over from one that stands still for longer than its lease, which then overwrites nothing (%s)',
      async (point) => {
        const site = await openCrashSite(server(), home, '2s');
        try {
          await site.begin('change');
          const goal = await goalOf(site);
          await site.begin('change');
          const gate = join(site.project.folder, 'gate');
          const sleeper = await stopAt(site, { point, gate, env: valuesOf(0), skewMs: -HOUR_MS });
          const args = [...APPLY, '--lock-timeout', home === 'gitlab' ? '4s' : '40s'];
          const second = await site.disturb({ env: valuesOf(1), skewMs: HOUR_MS }, ...args).finished;
          const between = await site.look();
          await writeFile(gate, '');
          sleeper.child.kill('SIGCONT');
          const first = await sleeper.finished;
          await rm(gate);
          for (const one of [first, second]) await site.project.check(one, args);
          if (home === 'gitlab') {
            expect(second.stderr).toMatch(/^Error: The state is locked by/m);
            expect(second.code).toBe(1);
            expectDone(first);
            await expectGoal(site, goal, 0);
            return;
          }
          expectDone(second);
          expect(first.stderr).toMatch(/^Error: This run has lost its lock on the state/m);
          expect(first.code).toBe(1);
          const after = await site.look();
          expectSame('Helios', after.secrets, between.secrets);
          expectSame('the database', after.database, between.database);
          expectSame('the state', after.state, between.state);
          expect(differences(after.ids, between.ids)).toEqual([]);
          await expectEachSerialOnce(site, []);
          await expectGoal(site, goal, 1);
        } finally {
          await site.close();
        }
      },
      120_000,
    );
  });
}

/** Starts a run and stops the whole process at one of its writes. */
async function stopAt(site: CrashSite, how: Disturbance): Promise<Disturbed> {
  const run = site.disturb({ ...how, mode: 'pause' }, ...APPLY, '--parallelism', '1');
  await expect
    .poll(async () => (await run.writes()).some((one) => one.startsWith('> ')), { timeout: 30_000 })
    .toBe(true);
  run.child.kill('SIGSTOP');
  return run;
}

/** What one run alone comes to, whichever racer's values it has. */
async function goalOf(site: CrashSite): Promise<unknown> {
  const alone = site.disturb({ env: valuesOf(0) }, ...APPLY);
  expectDone(await alone.finished);
  return anybodys(await site.look());
}

/** Everything is as after one run alone, with the values of this racer; what is ours no longer, with somebody's. */
async function expectGoal(site: CrashSite, goal: unknown, racer: number): Promise<void> {
  Object.assign(site.project.env, valuesOf(racer));
  const found = await site.look();
  expectSame('the end', anybodys(found), goal);
  const { secrets } = found as { readonly secrets: Readonly<Record<string, { readonly value: string }>> };
  expect(secrets['TOKEN']?.value).toBe(valuesOf(racer)['TOKEN']);
  expect(secrets['SECRET_KEY']?.value).toBe(valuesOf(racer)['SECRET_KEY']);
  expect(JSON.stringify(found.database)).toContain(valuesOf(racer)['SECRET_KEY']);
  expect(await site.home.leftovers()).toEqual([]);
  await expectNoPlan(site);
}

/** A look without what tells racers apart: whose values they are, their fingerprints, and ids that are new each time. */
function anybodys({ secrets, database, state }: Awaited<ReturnType<CrashSite['look']>>): unknown {
  const text = JSON.stringify({ secrets, database, state })
    .replace(/-of-racer-\d+/g, '-of-racer')
    .replace(/hmac-sha256:[\w-]+/g, 'fingerprint');
  return JSON.parse(text) as unknown;
}

/**
 * While one run writes to the systems, no other does.
 * @returns the runs by their place in `runs`, in the order in which they wrote
 */
async function expectOneAtATime(runs: readonly Disturbed[]): Promise<readonly number[]> {
  const spans = await Promise.all(
    runs.map(async (run, racer) => {
      const times = (await run.timeline())
        .filter(({ label }) => /^http \w+ \/v1\/|^pg test /.test(label))
        .map(({ at }) => at);
      expect(times.length, 'writes of one run').toBeGreaterThan(0);
      return { racer, from: times[0] ?? 0n, to: times.at(-1) ?? 0n };
    }),
  );
  spans.sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const [index, { from }] of spans.entries()) {
    const before = spans[index - 1];
    if (before !== undefined) expect(from > before.to, 'two runs wrote at once').toBe(true);
  }
  return spans.map(({ racer }) => racer);
}

async function expectEachSerialOnce(site: CrashSite, runs: readonly Disturbed[]): Promise<void> {
  const claimed = await Promise.all(
    runs.map(async (run) =>
      (await run.timeline())
        .filter(({ label }) => label.startsWith('= '))
        .map(({ label }) => Number(label.slice(2))),
    ),
  );
  const serials = (await site.home.serials()) ?? claimed.flat();
  expect(serials.filter((serial, index) => serials.indexOf(serial) !== index)).toEqual([]);
  if (serials.length > 0) expect(Math.max(...serials)).toBe((await site.home.read())?.serial);
}
