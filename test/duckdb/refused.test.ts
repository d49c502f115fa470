import { randomBytes } from 'node:crypto';
import { chmod, copyFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { documentsIn, runHere } from '../support/project.js';
import { openSite } from './site.js';

/** What lies in the directory beside our secret, and how it is named. */
const NEIGHBOURS = [
  {
    title: 'a damaged file',
    put: (path: string) => writeFile(path, randomBytes(40), { mode: 0o600 }),
    why: 'is damaged',
    next: 'Move',
  },
  {
    title: 'an empty file',
    put: (path: string) => writeFile(path, '', { mode: 0o600 }),
    why: 'is empty',
    next: 'Move',
  },
  {
    title: 'a file that others may read',
    put: async (path: string, ours: string) => {
      await copyFile(ours, path);
      await chmod(path, 0o644);
    },
    why: 'can be read by others',
    next: 'Run chmod 600',
  },
];

it.each(NEIGHBOURS)('$title makes the directory unusable: named, and exit code 3', async (one) => {
  const site = await openSite();
  site.env['TOKEN'] = 'token-1';
  await site.configure('{ proxy: { type: http, sensitive: { bearer_token: { env: TOKEN } } } }');
  await site.applied();
  const run = (...args: readonly string[]) => runHere(args, { cwd: site.folder, env: site.env });
  expect((await run('drift')).code).toBe(0);
  const path = site.fileOf('other');
  await one.put(path, site.fileOf('proxy'));
  await expect(site.byHand('SELECT name FROM duckdb_secrets()')).rejects.toThrow();

  for (const args of [['drift'], ['plan', '--detailed-exitcode'], ['apply', '--auto-approve']]) {
    const { code, stdout, stderr } = await run(...args);
    expect(code, args[0]).toBe(3);
    expect(stdout).toContain(
      `? duckdb_secret.laptop.proxy: DuckDB refuses the whole secret directory: ${JSON.stringify(path)} ${one.why}`,
    );
    expect(stderr).toMatch(/^Warning: DuckDB refuses the whole secret directory/m);
    expect(stderr).toContain(`Next: ${one.next}`);
  }
  const [document] = documentsIn((await run('drift', '--json')).stdout);
  expect(document).toMatchObject({
    drift: [],
    failedOn: ['unverifiable'],
    unverified: [{ address: 'duckdb_secret.laptop.proxy', cause: 'unusable', outcome: 'left' }],
  });

  await rename(path, join(site.folder, 'aside'));
  expect((await run('drift')).code).toBe(0);
});
