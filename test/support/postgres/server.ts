import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { standInSql } from '../../../src/sandbox/postgres/standin/index.js';
import type { StandInOptions } from '../../../src/sandbox/postgres/standin/index.js';
import { embeddedBinaries, systemBinaries } from './binaries.js';
import { query, withClient } from './client.js';
import { initialise, keep, runAs, somePort } from './process.js';
import type { Kept } from './process.js';

/** What a test may ask for. */
export interface RealPostgresOptions {
  /** 18 comes from npm and is always there; 15 is the system's, where it has one. */
  readonly version: 15 | 18;
  /** Server settings, as on the command line (`-c name=value`). */
  readonly settings?: Readonly<Record<string, string>>;
  /** Install the stand-in for the `duckdb` wrapper in every database made here; an object passes its options. */
  readonly standIn?: boolean | StandInOptions;
  /** Lines to put in front of pg_hba.conf. */
  readonly rules?: readonly string[];
}

/** A running server. Everything is on 127.0.0.1; the superuser `postgres` needs no password. */
export interface RealPostgres {
  readonly version: 15 | 18;
  readonly port: number;
  /** A database of its own (`test`), with the stand-in when that was asked for. */
  readonly url: string;
  /** The database `postgres`, without the stand-in. */
  readonly superuserUrl: string;
  /** The server's log: everything it prints. */
  readonly logFile: string;
  /** Creates a database (with the stand-in when that was asked for) and gives its URL. */
  createDatabase(name?: string): Promise<string>;
  /** Stops the server and removes what it wrote. Calling it twice is harmless. */
  stop(): Promise<void>;
}

/** There is no such server here, and why. */
export interface Skipped {
  readonly skipped: string;
}

/** The URL of a database of the server on `port`, as `user`. */
export function urlOf(port: number, database: string, user = 'postgres'): string {
  return `postgres://${user}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** How many ports are tried before a server is said not to start. */
const PORTS = 10;

/** Waits until the server answers; gives false where another program has the port. */
export async function isReady(port: number, log: string): Promise<boolean> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    try {
      // Another server that has the port may answer as well.
      const printed = await readFile(log, 'utf8');
      if (/database system is ready to accept (read-only )?connections/.test(printed)) {
        await query(urlOf(port, 'postgres'), 'SELECT 1');
        return true;
      }
      throw new Error('not ready yet');
    } catch (error) {
      const printed = await readFile(log, 'utf8').catch(() => '');
      if (/could not bind IPv4 address/.test(printed)) return false;
      const failed =
        /FATAL: {2}(?!the database system is starting up)/.test(printed) || Date.now() > deadline;
      if (failed) throw new Error(`PostgreSQL did not start:\n${printed}`, { cause: error });
      await pause(10);
    }
  }
}

let databases = 0;

/**
 * Starts a PostgreSQL of this version in a temporary folder: loopback only, a port that nobody else has, its socket inside the
 * folder, `fsync` off. It is stopped by `stop()`, and also when the test process ends in any other way. Gives `{ skipped }`
 * where the machine has no such version; raises when it has one that does not start.
 */
export async function startRealPostgres(options: RealPostgresOptions): Promise<RealPostgres | Skipped> {
  for (let attempt = 1; attempt <= PORTS; attempt += 1) {
    const started = await startOnSomePort(options);
    if (started !== undefined) return started;
  }
  throw new Error(`PostgreSQL ${options.version} did not start: other programs had ${PORTS} ports.`);
}

/** Starts it on one port; gives nothing where another program has that port. */
async function startOnSomePort(options: RealPostgresOptions): Promise<RealPostgres | Skipped | undefined> {
  const user = runAs();
  const folder = await mkdtemp(join(tmpdir(), 'secrets-postgres-'));
  const binaries =
    options.version === 18
      ? await embeddedBinaries(folder, user.uid !== undefined)
      : await systemBinaries(options.version);
  if (typeof binaries === 'string') {
    await rm(folder, { recursive: true, force: true });
    return { skipped: binaries };
  }
  const [data, logFile] = [join(folder, 'data'), join(folder, 'server.log')];
  let kept: Kept | undefined;
  try {
    await writeFile(logFile, '');
    // Everything in the folder belongs to the server's user, or its keeper could not remove it.
    if (user.uid !== undefined && user.gid !== undefined) {
      await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
    }
    await initialise(binaries, data, user);
    if (options.rules !== undefined) {
      const file = join(data, 'pg_hba.conf');
      await writeFile(file, [...options.rules, await readFile(file, 'utf8')].join('\n'));
    }
    const port = somePort();
    kept = keep(binaries, folder, logFile, flagsOf(options, data, port, folder), user);
    if (await isReady(port, logFile)) return await handle(options, port, logFile, kept);
    await kept.stop();
    return undefined;
  } catch (error) {
    await kept?.stop();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function flagsOf(options: RealPostgresOptions, data: string, port: number, folder: string): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    logging_collector: 'off',
    max_connections: '60',
    shared_buffers: '16MB',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', data, '-p', String(port), ...flags];
}

async function handle(
  options: RealPostgresOptions,
  port: number,
  logFile: string,
  kept: Kept,
): Promise<RealPostgres> {
  const superuserUrl = urlOf(port, 'postgres');
  const createDatabase = async (name?: string): Promise<string> => {
    const database = name ?? `test_${++databases}_${process.pid}`;
    await query(superuserUrl, `CREATE DATABASE "${database.replaceAll('"', '""')}"`);
    const url = urlOf(port, database);
    if (options.standIn !== undefined && options.standIn !== false) {
      const sql = standInSql(options.standIn === true ? {} : options.standIn);
      await withClient(url, (client) => client.query(sql));
    }
    return url;
  };
  const url = await createDatabase('test');
  let stopped: Promise<void> | undefined;
  return {
    version: options.version,
    port,
    url,
    superuserUrl,
    logFile,
    createDatabase,
    stop: () => (stopped ??= kept.stop().then(() => rm(dirname(logFile), { recursive: true, force: true }))),
  };
}
