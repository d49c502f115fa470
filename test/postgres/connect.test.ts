import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DiagnosticError, plain } from '../../src/model/index.js';
import type { Fields } from '../../src/model/index.js';
import { UnreachableError } from '../../src/providers/sdk/index.js';
import { onEachPostgres } from '../support/postgres/block.js';
import { query } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { needs } from '../support/services.js';
import { openSession } from './harness.js';

/** What became of a connection: the system, or the code and the text of the refusal. */
async function attempt(
  url: string,
  fields: Fields = {},
  env: Record<string, string> = {},
): Promise<{ readonly result: string; readonly text: string }> {
  try {
    const session = await openSession(url, { env }, fields);
    await session.close();
    return { result: `open as ${session.system.principal}`, text: JSON.stringify(session.system) };
  } catch (error) {
    if (error instanceof DiagnosticError) {
      return { result: error.diagnostics[0]?.code ?? '', text: JSON.stringify(error.diagnostics) };
    }
    if (error instanceof UnreachableError)
      return { result: 'unreachable', text: `${error.message} ${error.next ?? ''}` };
    throw error;
  }
}

async function setting(server: RealPostgres, name: string): Promise<string> {
  const [row] = await query<{ value: string }>(server.superuserUrl, 'SELECT current_setting($1) AS value', [
    name,
  ]);
  return row?.value ?? '';
}

/** Puts these lines in front of pg_hba.conf. */
async function hba(server: RealPostgres, lines: readonly string[]): Promise<void> {
  const file = await setting(server, 'hba_file');
  const rest = (await readFile(file, 'utf8')).split('\n').filter((line) => !line.includes('# test'));
  await writeFile(file, [...lines.map((line) => `${line} # test`), ...rest].join('\n'));
  await reload(server);
}

/** Makes the server read its files again, and waits until it has. */
async function reload(server: RealPostgres): Promise<void> {
  const loadedAt = async (): Promise<string> => {
    const [row] = await query<{ at: string }>(server.superuserUrl, 'SELECT pg_conf_load_time()::text AS at');
    return row?.at ?? '';
  };
  const before = await loadedAt();
  await query(server.superuserUrl, 'SELECT pg_reload_conf()');
  // A new backend has the time of the postmaster's last look.
  await expect.poll(loadedAt, { interval: 10, timeout: 30_000 }).not.toBe(before);
}

// They change who may connect, and how.
onEachPostgres('connecting', { own: true }, (server) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secrets-connect-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const url = (account = 'postgres', database = 'test'): string =>
    `postgres://${account}@127.0.0.1:${server().port}/${database}`;

  it('knows the database by its cluster and name', async () => {
    const [row] = await query<{ id: string }>(
      url(),
      'SELECT system_identifier::text AS id FROM pg_control_system()',
    );
    expect(JSON.parse((await attempt(url())).text)).toEqual({
      type: 'postgres',
      id: `${row?.id ?? ''}/test`,
      name: `test on 127.0.0.1:${server().port}`,
      principal: 'postgres',
    });
  });

  it('still knows it where the system identifier is kept from the role', async () => {
    const own = await server().createDatabase();
    await query(own, 'CREATE ROLE nosy LOGIN; REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
    const ask = async (): Promise<string> => (await attempt(own.replace('postgres@', 'nosy@'))).text;
    expect(await ask()).toMatch(/"id":"oid-\d+-\d+\//);
    expect(await ask()).toBe(await ask());
  });

  it('has a clear answer to each refusal, without the password', async () => {
    await query(
      url(),
      "CREATE ROLE locked LOGIN PASSWORD 'right-pw'; CREATE ROLE shut LOGIN; CREATE ROLE nologin_role; CREATE ROLE few LOGIN CONNECTION LIMIT 0",
    );
    await hba(server(), ['host all locked 127.0.0.1/32 scram-sha-256', 'host all shut 127.0.0.1/32 reject']);
    const secret = 'hunter2-pw';
    const cases: [string, string][] = [
      [url(`locked:${secret}`), 'postgres-password'],
      [url('locked'), 'postgres-no-password'],
      [url('locked:right-pw'), 'open as locked'],
      [url('postgres', 'nowhere'), 'postgres-no-database'],
      [url(`nobody:${secret}`), 'postgres-no-role'],
      [url('nologin_role'), 'postgres-no-login'],
      [url(`shut:${secret}`), 'postgres-refused'],
      [url('few'), 'unreachable'],
      [`${url(`postgres:${secret}`)}?sslmode=require`, 'postgres-tls-unsupported'],
      [`${url(`postgres:${secret}`)}?sslmode=verify-ca`, 'postgres-tls'],
      [`${url()}?sslmode=verify-full&sslrootcert=/no/such/file`, 'postgres-tls'],
      [`${url()}?sslmode=prefer`, 'open as postgres'],
      [`${url()}?sslmode=allow`, 'open as postgres'],
    ];
    for (const [target, expected] of cases) {
      const { result, text } = await attempt(target);
      expect(`${target}: ${result}`).toBe(`${target}: ${expected}`);
      expect(text).not.toContain(secret);
    }
  });

  it('finds the password in PGPASSWORD and in a .pgpass file that only its owner may read', async () => {
    await query(url(), "CREATE ROLE filed LOGIN PASSWORD 'filed-pw'");
    await hba(server(), ['host all filed 127.0.0.1/32 scram-sha-256']);
    expect((await attempt(url('filed'), {}, { PGPASSWORD: 'filed-pw' })).result).toBe('open as filed');
    const file = join(folder, '.pgpass');
    await writeFile(file, `127.0.0.1:${server().port}:*:filed:filed-pw\n`, { mode: 0o600 });
    expect((await attempt(url('filed'), {}, { HOME: folder })).result).toBe('open as filed');
    expect((await attempt(url('filed'), {}, { PGPASSFILE: file })).result).toBe('open as filed');
    await chmod(file, 0o644);
    expect((await attempt(url('filed'), {}, { PGPASSFILE: file })).result).toBe('postgres-no-password');
  });

  it('says so where nothing answers: a closed port, an unknown host, silence', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const quiet = await attempt(`postgres://a:hunter2@127.0.0.1:${port}/x`, { connect_timeout: plain(1) });
    expect(quiet).toMatchObject({
      result: 'unreachable',
      text: expect.stringContaining('connection timed out') as string,
    });
    await new Promise<void>((resolve) =>
      silent.close(() => {
        resolve();
      }),
    );
    const closed = await attempt(`postgres://a:hunter2@127.0.0.1:${port}/x`);
    expect(closed).toMatchObject({
      result: 'unreachable',
      text: expect.stringContaining('ECONNREFUSED') as string,
    });
    const unknown = await attempt('postgres://a:hunter2@no-such-host.invalid/x');
    expect(unknown.result).toBe('unreachable');
    expect(JSON.stringify([quiet, closed, unknown])).not.toContain('hunter2');
  });

  it('tries the next host where one does not answer', async () => {
    const two = `postgres://postgres@127.0.0.1:1,127.0.0.1:${server().port}/test`;
    expect((await attempt(two)).result).toBe('open as postgres');
  });

  it('speaks TLS as sslmode says', async (context) => {
    const data = await setting(server(), 'data_directory');
    const openssl = (...args: readonly string[]): unknown =>
      execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    try {
      openssl('version');
    } catch {
      needs(context, 'OpenSSL', 'no certificate can be made');
    }
    const days = ['-days', '2', '-nodes', '-newkey', 'rsa:2048'];
    openssl('req', '-x509', ...days, '-subj', '/CN=test-ca', '-keyout', 'ca.key', '-out', 'ca.crt');
    openssl(
      'req',
      '-new',
      ...days.slice(2),
      '-subj',
      '/CN=db.test',
      '-keyout',
      'server.key',
      '-out',
      'server.csr',
    );
    openssl(
      'x509',
      '-req',
      '-in',
      'server.csr',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      'server.crt',
    );
    openssl('req', '-x509', ...days, '-subj', '/CN=other-ca', '-keyout', 'other.key', '-out', 'other.crt');
    const owner = await stat(data);
    for (const name of ['server.key', 'server.crt']) {
      await writeFile(join(data, name), await readFile(join(folder, name)), { mode: 0o600 });
      await chown(join(data, name), owner.uid, owner.gid);
    }
    await query(server().superuserUrl, 'ALTER SYSTEM SET ssl = on');
    await reload(server());
    const [ca, other] = [join(folder, 'ca.crt'), join(folder, 'other.crt')];
    await query(url(), 'CREATE ROLE tls_only LOGIN; CREATE ROLE plain_only LOGIN');
    await hba(server(), [
      'hostnossl all tls_only 127.0.0.1/32 reject',
      'hostssl all plain_only 127.0.0.1/32 reject',
    ]);
    const cases: [string, string, string][] = [
      ['tls_only', 'disable', 'postgres-tls-required'],
      ['tls_only', 'allow', 'open as tls_only'],
      ['tls_only', 'prefer', 'open as tls_only'],
      ['plain_only', 'prefer', 'open as plain_only'],
      ['plain_only', 'require', 'postgres-refused'],
      ['tls_only', 'require', 'open as tls_only'],
      ['tls_only', `require&sslrootcert=${other}`, 'postgres-certificate'],
      ['tls_only', `verify-ca&sslrootcert=${ca}`, 'open as tls_only'],
      ['tls_only', `verify-ca&sslrootcert=${other}`, 'postgres-certificate'],
      ['tls_only', `verify-full&sslrootcert=${ca}`, 'postgres-certificate'],
      ['tls_only', 'verify-full', 'postgres-certificate'],
    ];
    for (const [role, mode, expected] of cases) {
      const { result, text } = await attempt(`${url(role)}?sslmode=${mode}`);
      expect(`${role} ${mode}: ${result} ${result === expected ? '' : text}`).toBe(
        `${role} ${mode}: ${expected} `,
      );
    }
  });
});
