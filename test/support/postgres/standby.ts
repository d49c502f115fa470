import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { systemBinaries } from './binaries.js';
import { environment, keep, runAs, somePort } from './process.js';
import { isReady } from './server.js';
import type { RealPostgres } from './server.js';

/** A hot standby. */
interface Standby {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/**
 * Makes a hot standby of a server of its own (not the shared one, whose other databases would be copied along): a base backup, which
 * has everything that was committed by now, and streaming from there on.
 */
export async function startStandby(primary: RealPostgres): Promise<Standby> {
  const binaries = await systemBinaries(primary.version);
  if (typeof binaries === 'string') throw new Error(binaries);
  const user = runAs();
  const folder = await mkdtemp(join(tmpdir(), 'secrets-postgres-'));
  const [data, log] = [join(folder, 'data'), join(folder, 'server.log')];
  await writeFile(log, '');
  if (user.uid !== undefined && user.gid !== undefined) {
    await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  }
  const source = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', 'postgres'];
  const flags = ['-D', data, '--write-recovery-conf', '--checkpoint=fast', '--no-sync'];
  await promisify(execFile)(join(dirname(binaries.postgres), 'pg_basebackup'), [...source, ...flags], {
    ...user,
    cwd: '/',
    env: environment(binaries),
  });
  const port = somePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'max_connections=60',
    'shared_buffers=16MB',
  ].flatMap((setting) => ['-c', setting]);
  const kept = keep(binaries, folder, log, ['-D', data, '-p', String(port), ...settings], user);
  const stop = (): Promise<void> => kept.stop().then(() => rm(folder, { recursive: true, force: true }));
  if (await isReady(port, log)) return { port, stop };
  await stop();
  throw new Error(`Another program has the port ${port}.`);
}
