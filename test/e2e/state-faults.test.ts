import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { startStateServer } from '../state/http-server.js';
import type { StateServer } from '../state/http-server.js';
import { COMMAND } from '../support/command.js';
import { dumpHelios } from '../support/dump.js';
import { query } from '../support/postgres/index.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';
import { canary, onPostgres, tokenOf } from '../support/site.js';

/** Helios, a project that applies four secrets there, and what faults need. */
interface FaultSite extends Project {
  readonly helios: HeliosSandbox;
}

async function openFaultSite(state: string, env: Readonly<Record<string, string>> = {}): Promise<FaultSite> {
  const helios = await startHelios();
  const project = await makeProject(
    {
      'secrets.yaml': `version: 1
stack: faults
state: ${state}
providers: { helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } } }
secrets:
${['A', 'B', 'C', 'D'].map((name) => `  ${name}: { value: { env: VALUE }, owners: [team:Platform] }\n`).join('')}`,
    },
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
      SECRETS_KEY: canary('key'),
      VALUE: canary('value'),
      ...env,
    },
    'process',
  );
  onTestFinished(async () => {
    await helios.close();
    await project.remove();
  });
  return { ...project, helios };
}

async function openServer(
  kind: 'gitlab' | 'plain' = 'gitlab',
): Promise<{ server: StateServer; state: string }> {
  const server = await startStateServer({ kind });
  onTestFinished(() => server.close());
  return { server, state: JSON.stringify({ backend: 'http', ...numbers(server.fields()) }) };
}

const numbers = (fields: Readonly<Record<string, string>>): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, text]) => [key, key.startsWith('retry_wait') ? Number(text) : text]),
  );

/** Calls back at the first change in Helios, before it is answered. */
function atFirstChange({ helios }: FaultSite, then: () => void): void {
  const end = helios.control.observe(({ method }) => {
    if (method === 'GET') return;
    end();
    then();
  });
}

const APPLY = ['apply', '--auto-approve', '--parallelism', '1'] as const;
const LOCAL = '{ backend: local }';
const lockFile = ({ folder }: Project): string => join(folder, '.secrets/faults.state.json.lock');

/** A signal in mid-apply: what is in flight is finished, the state knows it, the lock is free, and the next run does the rest. */
async function expectCleanStop(
  site: FaultSite,
  signal: NodeJS.Signals,
  isLocked: () => Promise<boolean>,
): Promise<void> {
  const running = site.start(...APPLY);
  atFirstChange(site, () => running.child.kill(signal));
  const stopped = await running.finished;
  await site.check(stopped, APPLY);
  expect(stopped).toMatchObject({ code: 1, signal: null });
  expect(stopped.stderr).toContain('Stopping: what is in flight is finished and recorded.');
  expect(await isLocked()).toBe(false);
  const { records, intents = [] } = JSON.parse((await site.run('state', 'pull')).stdout) as {
    readonly records: readonly { readonly address: string }[];
    readonly intents?: readonly { readonly address: string }[];
  };
  const known = [...records, ...intents].map(({ address }) => address);
  for (const name of Object.keys(dumpHelios(site.helios))) expect(known).toContain(`secret.helios.${name}`);
  expect((await site.run(...APPLY)).code).toBe(0);
  expect((await site.run('plan', '--detailed-exitcode')).code).toBe(0);
  expect(Object.keys(dumpHelios(site.helios)).sort()).toEqual(['A', 'B', 'C', 'D']);
}

describe.each(['SIGHUP', 'SIGTERM'] as const)('%s in mid-apply', (signal) => {
  it('leaves neither lock nor gap: local', async () => {
    const site = await openFaultSite(LOCAL);
    await expectCleanStop(site, signal, () =>
      readFile(lockFile(site)).then(
        () => true,
        () => false,
      ),
    );
  });

  it('leaves neither lock nor gap: http without leases', async () => {
    const { server, state } = await openServer();
    const site = await openFaultSite(state);
    await expectCleanStop(site, signal, () => Promise.resolve(server.state().lock !== undefined));
  });
});

onPostgres('a state in PostgreSQL', (server) => {
  it('leaves neither lock nor gap at SIGHUP', async () => {
    const url = await server().createDatabase();
    const site = await openFaultSite('{ backend: postgres, url: { env: STATE_URL } }', { STATE_URL: url });
    const locks = async (): Promise<number> =>
      (await query(url, 'SELECT * FROM secrets_state.state_locks')).length;
    await expectCleanStop(site, 'SIGHUP', async () => (await locks()) > 0);
  });
});

describe('a lock that cannot be released', () => {
  it.each([{ status: 500 }, { status: 200, body: '<html>Sign in</html>' }])(
    'is named with the command that releases it, and does not fail the run: %j',
    async (fault) => {
      const { server, state } = await openServer();
      const site = await openFaultSite(state);
      server.fail({ on: 'unlock', how: 'status', ...fault, times: 99 });
      const applied = await site.run(...APPLY);
      expect(applied.code).toBe(0);
      expect(applied.stdout).toContain('Apply complete!');
      const id = server.state().lock?.['ID'] ?? 'no lock';
      expect(applied.stderr).toContain('Warning: The lock of the state could not be released.');
      expect(applied.stderr).toContain(`secrets state unlock ${id}`);
      server.clear();
      expect((await site.run('state', 'unlock', id)).code).toBe(0);
      expect(server.state().lock).toBeUndefined();
    },
  );

  it('is named where the run fails as well', async () => {
    const { server, state } = await openServer();
    const site = await openFaultSite(state);
    server.fail({ on: 'unlock', how: 'status', status: 500, times: 99 });
    const failed = await site.run('state', 'rm', 'secret.helios.NONE');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('The lock of the state could not be released.');
  });
});

it('a page in place of the answer to a write is not believed: nothing is done, or it is kept in a file', async () => {
  const { server, state } = await openServer('plain');
  const site = await openFaultSite(state);
  const page = { on: 'update', how: 'status', status: 200, body: '<!doctype html>Sign in' } as const;
  server.fail({ ...page, times: 99 });
  const first = await site.run(...APPLY);
  expect(first.code).toBe(1);
  expect(first.stderr).toContain('could not be written: unexpected response (status 200, HTML)');
  expect(dumpHelios(site.helios)).toEqual({});
  server.clear();
  atFirstChange(site, () => {
    server.fail({ ...page, times: 99 });
  });
  const second = await site.run(...APPLY);
  expect(second.code).toBe(1);
  const [, file = ''] = /secrets state push (\S+)/.exec(second.stderr) ?? [];
  expect(await readdir(site.folder)).toContain(file);
  server.clear();
  expect((await site.run('state', 'push', file)).code).toBe(0);
  expect((await site.run(...APPLY)).code).toBe(0);
  expect((await site.run('plan', '--detailed-exitcode')).code).toBe(0);
});

/** Runs the command with its stdout on a file or device, or on a pipe that nobody reads. */
async function applyTo(
  site: FaultSite,
  target: string,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const fd = target === 'pipe' ? undefined : openSync(target, 'w');
  const child = spawn(COMMAND, [...APPLY], {
    cwd: site.folder,
    env: { ...site.env },
    stdio: ['ignore', fd ?? 'pipe', 'pipe'],
  });
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (fd !== undefined) closeSync(fd);
  return { code, stderr };
}

describe('an apply whose output cannot be written', () => {
  it('is carried out to its end, and says that its output is incomplete', async () => {
    const site = await openFaultSite(LOCAL);
    const { code, stderr } = await applyTo(site, '/dev/full');
    expect(stderr).toContain('Error: The output cannot be written (ENOSPC): what was printed is incomplete.');
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(code).toBe(1);
    expect(Object.keys(dumpHelios(site.helios)).sort(), stderr).toEqual(['A', 'B', 'C', 'D']);
    await expect(readFile(lockFile(site))).rejects.toThrow('ENOENT');
    expect((await site.run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('is carried out to its end where nobody reads it', async () => {
    const site = await openFaultSite(LOCAL);
    const { code, stderr } = await applyTo(site, 'pipe');
    expect(stderr).not.toContain('Error');
    expect(code).toBe(0);
    await expect(readFile(lockFile(site))).rejects.toThrow('ENOENT');
    expect((await site.run('plan', '--detailed-exitcode')).code).toBe(0);
  });
});

describe('a local state', () => {
  it.each(['a file', 'nothing yet'])(
    'that is a link, to %s, is refused with where it leads',
    async (target) => {
      const site = await openFaultSite(LOCAL);
      const state = join(site.folder, '.secrets/faults.state.json');
      const real = join(site.folder, 'real.json');
      if (target === 'a file') {
        expect((await site.run(...APPLY)).code).toBe(0);
        await rename(state, real);
      } else await mkdir(join(site.folder, '.secrets'));
      await symlink(real, state);
      for (const args of [APPLY, ['plan'], ['drift'], ['state', 'list']] as const) {
        const { code, stderr } = await site.run(...args);
        expect(code).toBe(1);
        expect(stderr).toContain(`is a link, to ${real}.`);
      }
      await rm(state);
      if (target === 'a file') await rename(real, state);
      expect((await site.run(...APPLY)).code).toBe(0);
    },
  );

  /** A lock of a run on another machine that has ended. */
  const away = (id: string): string =>
    JSON.stringify({
      ID: id,
      Operation: 'apply',
      Info: JSON.stringify({ machine: 'away', pid: 1, leaseMs: 500 }),
      Who: 'eve@away',
      Version: '1',
      Created: '',
    });
  const [HOLDER, TAKER] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];

  it('is not locked for a day by a clock that was a day ahead', async () => {
    const site = await openFaultSite(LOCAL);
    const tomorrow = Date.now() / 1000 + 86_400;
    await mkdir(join(site.folder, '.secrets'));
    for (const [path, id] of [
      [lockFile(site), HOLDER],
      [`${lockFile(site)}.${HOLDER}.taking`, TAKER],
    ] as const) {
      await writeFile(path, away(id));
      await utimes(path, tomorrow, tomorrow);
    }
    const first = await site.run(...APPLY);
    expect(first.code).toBe(1);
    expect(first.stderr).toContain('The state is locked by eve@away');
    expect((await site.run(...APPLY, '--lock-timeout', '20s')).code).toBe(0);
    expect((await readdir(join(site.folder, '.secrets'))).filter((name) => name.includes('.lock'))).toEqual(
      [],
    );
  });

  it('keeps no trace of a removal that another machine did not end', async () => {
    const site = await openFaultSite(LOCAL);
    await mkdir(join(site.folder, '.secrets'));
    await writeFile(`${lockFile(site)}.${HOLDER}.taking`, away(TAKER));
    expect((await site.run(...APPLY)).code).toBe(0);
    expect((await readdir(join(site.folder, '.secrets'))).filter((name) => name.includes('.lock'))).toEqual(
      [],
    );
  });

  it('whose lock is a link to nothing says so at once', async () => {
    const site = await openFaultSite(LOCAL);
    await mkdir(join(site.folder, '.secrets'));
    await symlink('nowhere', lockFile(site));
    const { code, stderr } = await site.run(...APPLY, '--lock-timeout', '30s');
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be read');
    expect(stderr).toContain('delete that file');
  });
});
