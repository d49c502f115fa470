import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import type { Running } from '../support/command.js';
import { withClient } from '../support/postgres/index.js';
import { expectSettled } from '../support/site.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';

interface Described {
  readonly helios: { readonly url: string; readonly keys: readonly { readonly token: string }[] };
  readonly postgres: { readonly url: string };
  readonly variables: Readonly<Record<string, string>>;
}

/** A project whose temporary files all lie in its folder. */
async function project(files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const made = await makeProject(files);
  made.env['TMPDIR'] = join(made.folder, 'tmp');
  await mkdir(made.env['TMPDIR']);
  onTestFinished(made.remove);
  return made;
}

/** Starts the sandbox and waits for its one line. Ends it with the test, whatever happens. */
async function started(
  { start }: Project,
  ...args: readonly string[]
): Promise<{ running: Running; described: Described }> {
  const running = start('sandbox', '--json', ...args);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.finished;
  });
  const line = await running.printed(/^\{.*\}\n/m);
  return { running, described: JSON.parse(line) as Described };
}

/** The folder of the Unix socket that a URL names. */
function folderOf(url: string): string {
  return new URL(url.replace('@/', '@socket/')).searchParams.get('host') ?? '';
}

function isListening(url: string): Promise<boolean> {
  const folder = folderOf(url);
  const { hostname: host, port } = new URL(url.replace('@/', '@socket/'));
  return new Promise((resolve) => {
    const socket = connect(
      folder === '' ? { host, port: Number(port) } : { path: join(folder, '.s.PGSQL.5432') },
    );
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/** The processes that a process has started, where the system tells. */
async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
  const path = `/proc/${String(pid)}/task/${String(pid)}/children`;
  if (!existsSync(path)) return [];
  return (await readFile(path, 'utf8')).split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}`);
}

/** Stops it, and makes sure that nothing of it is left. */
async function expectGone(
  site: Project,
  { running, described }: { readonly running: Running; readonly described: Described },
  signal: NodeJS.Signals,
): Promise<void> {
  const urls = [described.helios.url, described.postgres.url];
  for (const url of urls) expect(await isListening(url)).toBe(true);
  const children = await childrenOf(running.child.pid);
  running.child.kill(signal);
  const { code, stdout, stderr } = await running.finished;
  expect(code).toBe(0);
  expect(stdout.split('\n')).toHaveLength(2);
  expect(stderr).not.toMatch(/error|^ {4}at /im);
  for (const url of urls) expect(await isListening(url)).toBe(false);
  expect(children.filter(isAlive)).toEqual([]);
  expect(await readdir(join(site.folder, 'tmp'))).toEqual([]);
}

it('writes --env-file for its owner alone, and stops cleanly on SIGINT with nothing left', async () => {
  // A killed sandbox left its file, and others may read it.
  const left = '# Written by `secrets sandbox`, which removes it when it stops.\nOLD=1\n';
  const site = await project({ 'sandbox.env': left });
  const envFile = join(site.folder, 'sandbox.env');
  await chmod(envFile, 0o644);
  const sandbox = await started(site, '--env-file', 'sandbox.env');
  expect((await stat(envFile)).mode & 0o777).toBe(0o600);
  expect(parseEnv(await readFile(envFile, 'utf8'))).toEqual(sandbox.described.variables);
  expect(sandbox.described.helios.url).toContain('http://127.0.0.1:');
  // Everybody who connects is a superuser, so nobody else of this machine may.
  const folder = folderOf(sandbox.described.postgres.url);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  await expectGone(site, sandbox, 'SIGINT');
  expect(await readdir(site.folder)).toEqual(['tmp']);
});

it('serves the quickstart to the command, and stops cleanly on SIGTERM with nothing left', async () => {
  const example = new URL('../../examples/quickstart/secrets.yaml', import.meta.url);
  const site = await project({ 'secrets.yaml': await readFile(example, 'utf8') });
  const sandbox = await started(site);
  Object.assign(site.env, sandbox.described.variables);
  site.env['SECRETS_REQUIRE_TLS'] = '1';
  site.env['SECRETS_ALLOWED_HOSTS'] = `127.0.0.1,${folderOf(sandbox.described.postgres.url)}`;
  const applied = await site.run('apply', '--auto-approve');
  expect(applied.stderr).not.toContain('Error:');
  expect(applied.code).toBe(0);
  await expectSettled(site);
  await expectGone(site, sandbox, 'SIGTERM');
});

it('opens a port of the Postgres where asked for, with a password', async () => {
  const site = await project();
  const sandbox = await started(site, '--postgres-port', '0');
  const { username, password, hostname } = new URL(sandbox.described.postgres.url);
  expect({ username, hostname }).toEqual({ username: 'postgres', hostname: '127.0.0.1' });
  expect(password).toMatch(/^[0-9a-f]{36}$/);
  expect(sandbox.described.variables['WAREHOUSE_URL']).toBe(sandbox.described.postgres.url);
  await expectGone(site, sandbox, 'SIGTERM');
});

it('serves Postgres Pro AXE with --postgres axe', async () => {
  const site = await project();
  const { described } = await started(site, '--postgres', 'axe');
  await withClient(described.postgres.url, async (client) => {
    const { rows } = await client.query(
      `SELECT (SELECT extname::text FROM pg_extension WHERE extname LIKE 'pg%duckdb' OR extname LIKE 'pgpro%') AS extension,
         has_foreign_data_wrapper_privilege('metastore_admin', 'duckdb', 'USAGE') AS administrator`,
    );
    expect(rows).toEqual([{ extension: 'pgpro_axe', administrator: true }]);
    await client.query('SET ROLE metastore_admin');
    await client.query(`SELECT duckdb.create_simple_secret('S3', 'k', 's')`);
    const mappings = await client.query(`SELECT usename::text AS role FROM pg_user_mappings`);
    expect(mappings.rows).toEqual([{ role: 'public' }]);
  });
  const { code, stderr } = await site.run('sandbox', '--postgres', 'oracle');
  expect(code).toBe(1);
  expect(stderr).toContain('pg_duckdb, axe');
});

it('tells that a port is taken, exits with 1, and leaves nothing', async () => {
  const site = await project();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    holder.close();
  });
  const { port } = holder.address() as AddressInfo;
  for (const flag of ['--port', '--postgres-port']) {
    const { code, stdout, stderr } = await site.run(
      'sandbox',
      flag,
      String(port),
      '--env-file',
      'sandbox.env',
    );
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^Error: .*${String(port)}`, 'm'));
    expect(stderr).toMatch(/^ {2}Next: .*--port/m);
  }
  expect(await readdir(site.folder, { recursive: true })).toEqual(['tmp']);
});

it("refuses an --env-file that is somebody else's, and leaves it as it is", async () => {
  const site = await project({ '.env': 'MINE=1\n' });
  const { code, stdout, stderr } = await site.run('sandbox', '--env-file', '.env');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('.env already exists');
  expect(await readFile(join(site.folder, '.env'), 'utf8')).toBe('MINE=1\n');
});

it('refuses an --env-file that it cannot write, and stops', async () => {
  const site = await project();
  const { code, stdout, stderr } = await site.run('sandbox', '--env-file', 'no/such/folder/sandbox.env');
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Error: .*no\/such\/folder\/sandbox\.env/m);
  expect(stderr).toMatch(/^ {2}Next: /m);
});
