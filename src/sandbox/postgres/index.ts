import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from './gateway.js';
import type { Gateway } from './gateway.js';
import { loadPackages } from './packages.js';
import { standInSql } from './standin/index.js';
import type { Product } from './standin/index.js';
import { literal } from './standin/sql-text.js';
import { turnstileOf } from './turnstile.js';

/** How a sandbox is reached, and its database. */
export interface PostgresSandboxOptions {
  /**
   * A port of 127.0.0.1, 0 for any free one: it asks for a password, which is random and stands in the URL. By default there is no
   * port, only a Unix socket.
   */
  readonly port?: number;
  /** The database's name; default `postgres`. */
  readonly database?: string;
  /** Which extension is imitated: `pg_duckdb`, the default, or Postgres Pro AXE. */
  readonly product?: Product;
}

/** A running sandbox. */
export interface PostgresSandbox {
  /** A libpq URL: of the Unix socket, or of the port and with its password. */
  readonly url: string;
  /** Holds the Unix socket; only this user can enter it. Removed at the end. */
  readonly folder: string;
  /** Absent where there is none. */
  readonly port?: number;
  readonly database: string;
  /** Every client connects as this superuser. */
  readonly user: string;
  /** Stops it and drops the database. Calling it twice is harmless. */
  close(): Promise<void>;
}

const USER = 'postgres';
/** More than the examples need; each connection waits for its turn. */
const MAX_CONNECTIONS = 100;

/** The extensions that the examples use are installed; others can be. */
const EXTENSIONS = {
  installed: ['httpfs', 'aws', 'azure'],
  downloadable: ['ducklake', 'iceberg', 'motherduck', 'mysql_scanner', 'postgres_scanner'],
  host: { isOneSession: true },
};

/** What has to be in the database before the stand-in: AXE's documentation calls its administrator so. */
const BEFORE: Readonly<Record<Product, string>> = {
  pg_duckdb: '',
  axe: "ALTER DATABASE postgres SET duckdb.postgres_role = 'metastore_admin';",
};

/** The roles that the examples name. */
const ROLES = 'CREATE ROLE analyst NOLOGIN; CREATE ROLE lake_admin NOLOGIN;';

/** PGlite has one database, called postgres; Postgres renames no database that it is connected to. */
function rename(database: string): string {
  return `BEGIN; SET LOCAL allow_system_table_mods = on;
    UPDATE pg_catalog.pg_database SET datname = ${literal(database)} WHERE datname = current_database(); COMMIT;`;
}

/** A Unix socket's address holds no longer one, on macOS (104 bytes with the end mark; 108 on Linux). */
const LONGEST_PATH = 103;
/** libpq looks for a socket under this name in the folder that it is given. */
const SOCKET = '.s.PGSQL.5432';

/**
 * Starts a Postgres in memory with the stand-in for the `duckdb` wrapper and the roles `analyst` and `lake_admin`. Every client is
 * a superuser, so that it is reached by a Unix socket in a folder of this user (mode 0700); with `port`, also by that port and a
 * password. Clients take turns, one transaction at a time.
 * @throws Error that says what to install where PGlite is missing; Node's error where the port is in use
 */
export async function startPostgres(options: PostgresSandboxOptions = {}): Promise<PostgresSandbox> {
  const { PGlite, PGLiteSocketServer } = await loadPackages();
  const database = options.database ?? 'postgres';
  const folder = await makeFolder();
  const socket = join(folder, SOCKET);
  const product = options.product ?? 'pg_duckdb';
  const db = new (turnstileOf(PGlite))({ dataDir: 'memory://' });
  const server = new PGLiteSocketServer({ db, path: socket, maxConnections: MAX_CONNECTIONS });
  const password = randomBytes(18).toString('hex');
  let gateway: Gateway | undefined;
  try {
    await db.waitReady;
    await db.exec(BEFORE[product]);
    await db.exec(standInSql({ ...EXTENSIONS, product }));
    await db.exec(ROLES);
    if (database !== 'postgres') await db.exec(rename(database));
    db.whenAlone(() => server.getStats().activeConnections <= 1);
    await server.start();
    if (options.port !== undefined) gateway = await startGateway({ port: options.port, password, socket });
  } catch (error) {
    await stop();
    throw error;
  }
  const name = encodeURIComponent(database);
  let closed: Promise<void> | undefined;
  return {
    url:
      gateway === undefined
        ? `postgres://${USER}@/${name}?host=${encodeURIComponent(folder).replaceAll('%2F', '/')}`
        : `postgres://${USER}:${password}@127.0.0.1:${gateway.port}/${name}`,
    folder,
    ...(gateway === undefined ? {} : { port: gateway.port }),
    database,
    user: USER,
    close: () => (closed ??= stop()),
  };

  async function stop(): Promise<void> {
    await gateway?.close();
    await server.stop();
    await db.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A new folder that only this user can enter. */
async function makeFolder(): Promise<string> {
  const prefix = join(tmpdir(), 'secrets-sandbox-');
  const isShort = Buffer.byteLength(prefix) + 'XXXXXX/'.length + SOCKET.length <= LONGEST_PATH;
  return mkdtemp(isShort ? prefix : '/tmp/secrets-sandbox-');
}
