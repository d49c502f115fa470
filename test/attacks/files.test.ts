import { chmod, lstat, mkdir, readFile, readdir, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configuration, openAttackSite } from './site.js';
import type { AttackSite } from './site.js';

const ONE = configuration('  A: { value: { env: A } }\n');

/** A site with a file that is nobody's to overwrite. */
async function openSite(): Promise<AttackSite> {
  return openAttackSite({ 'secrets.yaml': ONE, 'victim.txt': 'precious\n' });
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('somebody who can put a link into the folder', () => {
  it('cannot have another file overwritten by the backup of the state', async () => {
    const site = await openSite();
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    const backup = join(site.folder, '.secrets', 'test.state.json.backup');
    const before = await readFile(join(site.folder, '.secrets', 'test.state.json'), 'utf8');
    await rm(backup, { force: true });
    await symlink(join(site.folder, 'victim.txt'), backup);
    site.env['A'] = 'another value of this test';
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    expect(await readFile(join(site.folder, 'victim.txt'), 'utf8')).toBe('precious\n');
    expect((await lstat(backup)).isFile()).toBe(true);
    // The last write of a run follows one that kept the intents.
    const serials = [before, await readFile(backup, 'utf8')].map(
      (text) => (JSON.parse(text) as { serial: number }).serial,
    );
    expect(serials[1]).toBeGreaterThanOrEqual(serials[0] ?? 0);
    expect(await modeOf(backup)).toBe(0o600);
  });

  it.each<[string, (site: AttackSite) => Promise<unknown>, string]>([
    ['a link', (site) => symlink('victim.txt', join(site.folder, 'target')), 'a link'],
    ['a link to nothing', (site) => symlink('nothing', join(site.folder, 'target')), 'a link'],
    ['a folder', (site) => mkdir(join(site.folder, 'target')), 'a folder'],
    ['another file', (site) => site.write('target', 'precious\n'), 'a file that is not a saved plan'],
  ])('cannot have %s overwritten by --out or --log-file', async (_, plant, what) => {
    const site = await openSite();
    await plant(site);
    const planned = await site.run('plan', '--out', 'target');
    expect(planned.stderr).toContain(`The plan is not written to target: there is ${what} of that name.`);
    expect(planned.code).toBe(1);
    const logged = await site.run('plan', '--log-file', 'target');
    expect(logged.stderr).toContain('something of that name exists that is not a log of this program');
    expect(logged.code).toBe(1);
    expect(await readFile(join(site.folder, 'victim.txt'), 'utf8')).toBe('precious\n');
    await expect(lstat(join(site.folder, 'nothing'))).rejects.toThrow('ENOENT');
  });

  it('an earlier plan, an earlier log and an empty file are written to, for their owner alone', async () => {
    const site = await openSite();
    for (const name of ['p', 'log']) {
      await site.write(name, '');
      await chmod(join(site.folder, name), 0o644);
    }
    for (let times = 1; times <= 2; times += 1) {
      expect((await site.run('plan', '--out', 'p', '--log-file', 'log')).code).toBe(0);
      for (const name of ['p', 'log']) expect(await modeOf(join(site.folder, name))).toBe(0o600);
    }
    const log = await readFile(join(site.folder, 'log'), 'utf8');
    expect(log.match(/ secrets [\d.]+, plan/g)).toHaveLength(2);
  });
});

describe('git add .', () => {
  const ignored = (site: AttackSite, folder: string): Promise<string | undefined> =>
    readFile(join(site.folder, folder, '.gitignore'), 'utf8').catch(() => undefined);

  it.each([
    ['an apply', ['apply', '--auto-approve']],
    ['a saved plan, which makes the key', ['plan', '--out', 'p']],
  ])('finds neither state nor key: %s', async (_, argv) => {
    const site = await openSite();
    expect((await site.run(...argv)).code).toBe(0);
    expect(await ignored(site, '.secrets')).toBe('*\n');
    expect(await readdir(join(site.folder, '.secrets'))).toContain('test.key');
  });

  it('is answered in the folder of ours alone, and never against what is written there', async () => {
    const site = await openSite();
    await site.write('.secrets/.gitignore', '*.key\n');
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    expect(await ignored(site, '.secrets')).toBe('*.key\n');
    await site.write(
      'secrets.yaml',
      ONE.replace('stack: test', 'stack: test\nstate: { backend: local, path: kept/s.json }').replace(
        ' A:',
        ' B:',
      ),
    );
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    expect(await readdir(join(site.folder, 'kept'))).toContain('s.key');
    expect(await ignored(site, 'kept')).toBeUndefined();
  });
});
