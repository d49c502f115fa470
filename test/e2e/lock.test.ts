import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newHolder } from '../../src/state/holder.js';
import { expectSettled, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

const lockOf = (site: Site): string => join(site.folder, '.secrets', 'e2e.state.json.lock');

/** A lock as a run on this machine writes it, held by a process that outlives this test. */
async function hold(site: Site, pid = process.ppid): Promise<void> {
  await mkdir(join(site.folder, '.secrets'), { recursive: true });
  const request = { operation: 'apply', timeoutMs: 0, onWait: () => undefined, holder: { pid } };
  const holder = newHolder(
    { ...request, signal: new AbortController().signal },
    { toolVersion: '0.0.0', now: () => new Date('2026-01-02T03:04:05.000Z') },
  );
  await writeFile(
    lockOf(site),
    JSON.stringify({ ...holder, ID: 'held-by-a-test', Who: `somebody@${hostname()}` }),
  );
}

onPostgres('the lock of the state', (server) => {
  it('stops another apply, and names who holds it', async () => {
    const site = await openSite(server());
    await hold(site);
    const before = await site.everything();
    const { code, stderr, stdout } = await site.run('apply', '--auto-approve');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^Error: .*locked by somebody@.*process ${String(process.ppid)}.*2026-01-02T03:04:05`, 'm'),
    );
    expect(stderr).toContain('--lock-timeout');
    expect(stdout).toBe('');
    expect(await site.everything()).toEqual(before);
    // Looking needs no lock.
    expect((await site.run('plan')).code).toBe(0);
    expect((await readFile(lockOf(site), 'utf8')).includes('held-by-a-test')).toBe(true);
    await site.applied('--no-lock');
  });

  it('is waited for with --lock-timeout', async () => {
    const site = await openSite(server());
    await hold(site);
    const args = ['apply', '--auto-approve', '--lock-timeout', '40s'];
    const running = site.start(...args);
    await running.printed(/Waiting for somebody@.*since 2026-01-02T03:04:05/);
    expect(site.secrets()).toEqual({});
    await rm(lockOf(site));
    const finished = await running.finished;
    await site.check(finished, args);
    expect(finished.code).toBe(0);
    await expect(readFile(lockOf(site))).rejects.toThrow('ENOENT');
  });

  it('of a process that is gone is taken over', async () => {
    const site = await openSite(server());
    // A process that has ended: its number is free again.
    const { child, finished } = site.start('--version');
    await finished;
    await hold(site, child.pid);
    await site.applied();
  });

  it('lets one of two runs at once go first, and both end well', async () => {
    const site = await openSite(server());
    const args = ['apply', '--auto-approve', '--lock-timeout', '40s'];
    const runs = [site.start(...args), site.start(...args)];
    for (const { finished } of runs) {
      const one = await finished;
      await site.check(one, args);
      expect(one.stderr).not.toContain('Error:');
      expect(one.code).toBe(0);
    }
    await expectSettled(site);
  });

  it('is kept while a run is in flight, and the next one finishes what a killed one began', async () => {
    const site = await openSite(server());
    // The API never answers the first write.
    site.helios.control.addFault({ kind: 'timeout-after', method: 'POST', nth: 1 });
    const args = ['apply', '--auto-approve'];
    const first = site.start(...args);
    await expect.poll(() => Object.keys(site.secrets()), { timeout: 40_000 }).not.toEqual([]);
    const second = await site.run(...args);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`locked by ${userInfo().username}@${hostname()}`);
    expect(second.stderr).toContain(`process ${String(first.child.pid)}`);
    first.child.kill('SIGKILL');
    await site.check(await first.finished, args);
    // The lock of the dead one stands in nobody's way, and what it made is taken in, not made a second time.
    const ids = (): unknown => Object.entries(site.secrets()).map(([name, one]) => [name, one.id]);
    const made = ids();
    const third = await site.run(...args);
    expect(third.stderr).not.toContain('locked by');
    expect(third.stderr).toContain('that was interrupted: it is now in the state');
    expect(third.code).toBe(0);
    expect(ids()).toEqual(expect.arrayContaining(made as unknown[]));
    const left = await site.run('plan', '--detailed-exitcode');
    expect(left.code, left.stdout).toBe(0);
  });
});
