import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { hasErrors } from '../../src/model/index.js';
import {
  applyItems,
  byAddress,
  create,
  item,
  onRealPostgres,
  openSession,
  readAll,
  wanted,
} from './harness.js';

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/** PgBouncer in transaction mode in front of a server, with one connection to it, so that nothing can lean on a session. */
async function startPooler(target: number): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-pooler-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  await writeFile(join(folder, 'users.txt'), '"postgres" ""\n');
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    [
      '[databases]',
      `* = host=127.0.0.1 port=${target}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = trust',
      `auth_file = ${join(folder, 'users.txt')}`,
      'pool_mode = transaction',
      'default_pool_size = 1',
    ].join('\n'),
  );
  const user =
    process.getuid?.() === 0
      ? {
          uid: Number(execFileSync('id', ['-u', 'nobody'])),
          gid: Number(execFileSync('id', ['-g', 'nobody'])),
        }
      : {};
  const child: ChildProcess = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], {
    ...user,
    stdio: 'ignore',
  });
  await pause(500);
  return {
    port,
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let missing = false;
beforeAll(() => {
  try {
    execFileSync('pgbouncer', ['--version'], { stdio: 'ignore' });
  } catch {
    missing = true;
    console.warn('Skipped: PgBouncer is not installed here (Debian: pgbouncer).');
  }
});

onRealPostgres('behind PgBouncer in transaction mode', {}, (server) => {
  it('two sessions prepare, read and apply over one connection', async (context) => {
    context.skip(missing, 'PgBouncer is not installed');
    const pooler = await startPooler(server().port);
    try {
      const url = new URL(await server().createDatabase());
      url.port = String(pooler.port);
      const [one, two] = [await openSession(url.href), await openSession(url.href)];
      const lake = wanted('duckdb_server.pg.lake', { type: 's3' });
      const user = wanted('user_mapping.pg.lake/public', { 'options.secret': 'first' });
      expect(hasErrors((await one.prepare([lake, user])).diagnostics)).toBe(false);
      await create(one, [lake, user]);
      const found = await readAll(two, [lake]);
      const next = wanted('user_mapping.pg.lake/public', { 'options.secret': 'second' });
      const [outcomes] = await Promise.all([
        applyItems(two, [item('update', next, byAddress(found, next.address))]),
        readAll(one, [lake]),
      ]);
      expect(outcomes.map((each) => each.status)).toEqual(['done']);
      await one.close();
      await two.close();
    } finally {
      await pooler.stop();
    }
  });
});
