import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UnreachableError } from '../../src/providers/sdk/index.js';
import { DiagnosticError, plain } from '../../src/model/index.js';
import { onPostgres, openSite } from '../support/site.js';
import { query } from '../support/postgres/index.js';
import { openSession } from './harness.js';

onPostgres(
  'a database that takes no writes',
  (server) => {
    it('is said by the plan, and refused by the apply before anything is asked or written', async () => {
      const site = await openSite(server());
      const [{ name } = { name: '' }] = (await site.sql('SELECT current_database() AS name')) as {
        name: string;
      }[];
      await site.sql(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
      const plan = await site.run('plan');
      expect(plan.code).toBe(0);
      expect(plan.stderr).toContain('Warning: warehouse: the database');
      expect(plan.stderr).toContain('default_transaction_read_only is on');
      const before = await site.everything();
      const applied = await site.run('apply', '--auto-approve');
      expect(applied.code).toBe(1);
      expect(applied.stderr).toContain('Error: warehouse: the database');
      expect(applied.stdout).toContain('It is refused: 1 error.');
      expect(await site.everything()).toEqual(before);
      await query(
        site.databaseUrl,
        `BEGIN READ WRITE; ALTER DATABASE "${name}" RESET default_transaction_read_only; COMMIT`,
        [],
      ).catch(() => undefined);
    });

    it('is none to speak of where nothing is to be changed in it', async () => {
      const site = await openSite(server());
      await site.applied();
      const [{ name } = { name: '' }] = (await site.sql('SELECT current_database() AS name')) as {
        name: string;
      }[];
      await site.sql(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
      const plan = await site.run('plan', '--detailed-exitcode');
      expect(plan.code).toBe(0);
      expect(plan.stderr).not.toContain('Warning');
    });

    it('of two servers is left for the other one, as target_session_attrs asks', async () => {
      const url = new URL(await server().createDatabase());
      await expect(openSession(url.href, {}, { target_session_attrs: plain('standby') })).rejects.toThrow(
        /is not what target_session_attrs=standby asks for/,
      );
      const session = await openSession(url.href, {}, { target_session_attrs: plain('read-write') });
      await session.close();
    });
  },
  [18, 15],
);

it('a server that never answers what kind it is is given up after connect_timeout', async () => {
  // Lets everybody in, and says nothing more.
  const silent = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const ok = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
      const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
      socket.write(Buffer.concat([ok, ready]));
    });
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = silent.address() as { port: number };
    const url = `postgres://app@127.0.0.1:${port}/none?sslmode=disable&connect_timeout=2&target_session_attrs=read-write`;
    const error: unknown = await openSession(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as Error).message).toContain('timed out');
  } finally {
    // Waits for its connections: none is left open.
    await new Promise((resolve) => silent.close(resolve));
  }
}, 30_000);

onPostgres(
  'a fault that lasts',
  (server) => {
    it('is an error with its cause, not a system to try again', async () => {
      const url = new URL(await server().createDatabase());
      await query(url.href, 'REVOKE SELECT ON pg_catalog.pg_foreign_server FROM PUBLIC', []);
      url.username = 'analyst';
      const session = await openSession(url.href);
      try {
        const error: unknown = await session.discover().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(DiagnosticError);
        expect((error as DiagnosticError).diagnostics[0]).toMatchObject({
          code: 'postgres-read',
          summary: expect.stringContaining('permission denied for table pg_foreign_server') as string,
        });
      } finally {
        await session.close();
      }
    });
  },
  [18, 15],
);

it('a client key that cannot be used is an error about the key, not about the server', async () => {
  // Agrees to TLS; the handshake is never begun.
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('S'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'secrets-key-'));
  try {
    const key = join(folder, 'client.key');
    await writeFile(key, 'not a key');
    await chmod(key, 0o600);
    const { port } = server.address() as { port: number };
    const url = `postgres://app@127.0.0.1:${port}/none?sslmode=require&sslcert=${key}&sslkey=${key}`;
    const error: unknown = await openSession(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticError);
    expect((error as DiagnosticError).diagnostics[0]).toMatchObject({
      code: 'postgres-tls',
      summary: expect.stringContaining('certificate or key cannot be used') as string,
    });
  } finally {
    await rm(folder, { recursive: true });
    server.close();
  }
});
