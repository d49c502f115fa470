import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { query } from '../support/postgres/index.js';
import { somePort } from '../support/postgres/process.js';

/** How many ports are tried before PgBouncer is said not to start. */
const PORTS = 10;

/** Why PgBouncer can't be used here, if it can't. */
export function poolerProblem(): string | undefined {
  try {
    execFileSync('pgbouncer', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'pgbouncer is not installed (Debian: pgbouncer)';
  }
}

/** PgBouncer under way. */
export interface Pooler {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** PgBouncer in transaction mode in front of a server, with one connection to it, so that nothing can lean on a session. */
export async function startPooler(target: number): Promise<Pooler> {
  for (let attempt = 1; attempt <= PORTS; attempt += 1) {
    const started = await startOn(somePort(), target);
    if (started !== undefined) return started;
  }
  throw new Error('PgBouncer did not start.');
}

/** Starts it on a port; gives nothing where it ends by itself, since another program has the port. */
async function startOn(port: number, target: number): Promise<Pooler | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-pooler-'));
  await chmod(folder, 0o755);
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
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    if (!hasEnded()) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  while (!hasEnded()) {
    const answers = await query(url, 'SELECT 1').then(
      () => true,
      () => false,
    );
    if (answers && !hasEnded()) return { port, stop };
    await pause(10);
  }
  await stop();
  return undefined;
}
