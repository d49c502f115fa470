import { execFileSync } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { onPostgres } from '../support/site.js';
import { query } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { databaseOf } from './databases.js';
import { expectSame } from './differences.js';
import type { Look } from './look.js';
import { expectDone, expectNoLeaks, openCrashSite } from './site.js';
import type { CrashSite } from './site.js';
import type { HomeName } from './state-homes.js';

const APPLY = ['apply', '--auto-approve'];

/** Opens a site at the start of the second configuration, and sees first how that ends where nothing is in the way. */
async function openAtChange(
  server: RealPostgres,
  home: HomeName,
): Promise<{ readonly site: CrashSite; readonly goal: Look }> {
  const site = await openCrashSite(server, home);
  onTestFinished(() => site.close());
  await site.begin('change');
  await applied(site);
  const goal = await site.look();
  await site.begin('change');
  return { site, goal };
}

async function applied({ project }: CrashSite): Promise<void> {
  expectDone(await project.run(...APPLY));
}

/** A plain run ends as if nothing had been in the way, and leaves nothing. */
async function expectGoal(site: CrashSite, goal: Look): Promise<void> {
  const { secrets, database, state } = await site.look();
  expectSame('Helios', secrets, goal.secrets);
  expectSame('the database', database, goal.database);
  expectSame('the state', state, goal.state);
  expect(await site.home.leftovers()).toEqual([]);
}

/** Runs an apply that cannot keep anything, which must say so and touch no system. */
async function expectNothingDone(site: CrashSite, words: RegExp, point?: number): Promise<void> {
  const before = await site.look();
  const finished = await site.disturb(point === undefined ? {} : { point, mode: 'down' }, ...APPLY).finished;
  await site.project.check(finished, APPLY);
  expect(finished.stderr).toMatch(words);
  expect(finished.code).toBe(1);
  const after = await site.look();
  expect({ ...after, state: before.state }).toEqual(before);
}

/** Calls back at the first request of the next run that changes something in Helios, before it is answered. */
function atFirstChange({ helios }: CrashSite, then: () => void): void {
  const end = helios.control.observe(({ method }) => {
    if (method === 'GET') return;
    end();
    then();
  });
}

/** An apply whose backend goes down on the way: it says where the state is now, and what to do, which then works. */
async function expectRescue(
  site: CrashSite,
  goal: Look,
  bringBack: () => Promise<void> | void,
): Promise<void> {
  const finished = await site.disturb({}, ...APPLY).finished;
  await site.project.check(finished, APPLY);
  expect(finished.code).toBe(1);
  const [file = '', ...others] = await site.rescued();
  expect(others).toEqual([]);
  expect(finished.stderr).toContain(`It is kept in ${file} instead; it holds no value.`);
  expect(finished.stderr).toContain(`run: secrets state push ${file}`);
  await expectNoLeaks(site);
  await bringBack();
  const pushed = await site.project.run('state', 'push', file);
  expect(pushed.code, pushed.stderr).toBe(0);
  const again = await site.project.run('state', 'push', file);
  expect(again.stderr).toContain('already has this state');
  expect(again.code).toBe(0);
  // What was done is known: nothing of it has to be found again.
  const second = await site.project.run(...APPLY);
  expectDone(second);
  expect(second.stderr).not.toContain('it is now in the state');
  await expectGoal(site, goal);
}

onPostgres('a state that cannot be kept', (server) => {
  it('on a full disk stops the run before any system', async () => {
    const { site, goal } = await openAtChange(server(), 'local');
    await expectNothingDone(site, /^Error: The lock .* cannot be written \(ENOSPC\)/m, 1);
    await applied(site);
    await expectGoal(site, goal);
  });

  it('on a disk that is full after the lock was taken, neither', async () => {
    const { site, goal } = await openAtChange(server(), 'local');
    const writes = site.disturb({}, ...APPLY);
    await writes.finished;
    const labels = await writes.writes();
    await site.begin('change');
    const point = labels.findIndex((label) => label.startsWith('fs open') && label.endsWith('.draft')) + 1;
    await expectNothingDone(site, /^Error: The state .* cannot be written \(ENOSPC\)/m, point);
    await applied(site);
    await expectGoal(site, goal);
  });

  it('on a disk that fills up on the way is found again', async () => {
    const { site, goal } = await openAtChange(server(), 'local');
    const finished = await site.disturb(
      { point: 'fs open crash.state.json.backup.ID.draft/#1', mode: 'down' },
      ...APPLY,
    ).finished;
    await site.project.check(finished, APPLY);
    expect(finished.code).toBe(1);
    expect(finished.stderr).toContain('nor to a file in the current folder (ENOSPC)');
    expect(finished.stderr).toContain('run the command again');
    await applied(site);
    await expectGoal(site, goal);
  });

  it('on a real disk without room', async (context) => {
    const { site, goal } = await openAtChange(server(), 'local');
    const [home, kept] = [join(site.project.folder, '.secrets'), join(site.project.folder, 'kept')];
    execFileSync('cp', ['-a', home, kept]);
    const small = mounted('tmpfs', home, 'size=64k');
    context.skip(!small, 'this user may not mount anything');
    execFileSync('cp', ['-a', `${kept}/.`, home]);
    execFileSync('sh', ['-c', 'dd if=/dev/zero of="$0/filler" bs=4k 2>/dev/null || true', home]);
    await expectNothingDone(site, /^Error: .* cannot be written \(ENOSPC\)/m);
    await rm(join(home, 'filler'));
    await applied(site);
    await expectGoal(site, goal);
  });

  it('in a folder that may not be written stops the run before any system', async (context) => {
    const { site, goal } = await openAtChange(server(), 'local');
    const home = join(site.project.folder, '.secrets');
    if (process.getuid?.() === 0) {
      const bound = mounted('bind', home, 'bind', home) && remountedReadOnly(home);
      context.skip(!bound, 'root may write everywhere, and may not mount anything here');
      await expectNothingDone(site, /^Error: The lock .* cannot be written \(EROFS\)/m);
      execFileSync('mount', ['-o', 'remount,bind,rw', home]);
    } else {
      await chmod(home, 0o500);
      await expectNothingDone(site, /^Error: The lock .* cannot be written \(EACCES\)/m);
      await chmod(home, 0o700);
    }
    await applied(site);
    await expectGoal(site, goal);
  });

  it.each(['http', 'gitlab'] as const)(
    'since its server goes down on the way is kept in a file (%s)',
    async (home) => {
      const { site, goal } = await openAtChange(server(), home);
      const { server: states } = site.home;
      atFirstChange(site, () => {
        const faults = ['get', 'update', 'lock', 'unlock'] as const;
        states?.fail(...faults.map((on) => ({ on, how: 'drop-before', times: 1000 }) as const));
      });
      await expectRescue(site, goal, () => states?.clear());
    },
  );

  it('since its database goes down on the way is kept in a file', async () => {
    const { site, goal } = await openAtChange(server(), 'postgres');
    const { superuserUrl } = server();
    const name = databaseOf(site.project.env['STATE_URL'] ?? '');
    let closing: Promise<unknown> = Promise.resolve();
    atFirstChange(site, () => {
      closing = query(
        superuserUrl,
        `ALTER DATABASE "${name}" ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
    });
    await expectRescue(site, goal, async () => {
      await closing;
      await query(superuserUrl, `ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
    });
  });
});

/** Mounts something until the test ends. @returns whether that could be done */
function mounted(type: 'tmpfs' | 'bind', path: string, options: string, source = 'none'): boolean {
  try {
    const kind = type === 'bind' ? [] : ['-t', type];
    execFileSync('mount', [...kind, '-o', options, source, path], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', path], { stdio: 'ignore' });
  });
  return true;
}

function remountedReadOnly(path: string): boolean {
  try {
    execFileSync('mount', ['-o', 'remount,bind,ro', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
