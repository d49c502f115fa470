import { loadPackages } from './packages.js';
import { standInSql } from './standin/index.js';
import { literal } from './standin/sql-text.js';
import { turnstileOf } from './turnstile.js';

/** The port and the database of a sandbox. */
export interface PostgresSandboxOptions {
  /** A port of 127.0.0.1; any free one by default. */
  readonly port?: number;
  /** The database's name; default `postgres`. */
  readonly database?: string;
}

/** A running sandbox. */
export interface PostgresSandbox {
  /** A libpq URL without password: the sandbox needs none. */
  readonly url: string;
  readonly port: number;
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
const STAND_IN = standInSql({
  installed: ['httpfs', 'aws', 'azure'],
  downloadable: ['ducklake', 'iceberg', 'motherduck', 'mysql_scanner', 'postgres_scanner'],
});

/** The roles that the examples name. */
const ROLES = 'CREATE ROLE analyst NOLOGIN; CREATE ROLE lake_admin NOLOGIN;';

/** PGlite has one database, called postgres; Postgres renames no database that it is connected to. */
function rename(database: string): string {
  return `BEGIN; SET LOCAL allow_system_table_mods = on;
    UPDATE pg_catalog.pg_database SET datname = ${literal(database)} WHERE datname = current_database(); COMMIT;`;
}

/**
 * Starts a Postgres in memory with the stand-in for the `duckdb` wrapper and the roles `analyst` and `lake_admin`, on
 * 127.0.0.1. Clients take turns, one transaction at a time.
 * @throws Error that says what to install where PGlite is missing; Node's error where the port is in use
 */
export async function startPostgres(options: PostgresSandboxOptions = {}): Promise<PostgresSandbox> {
  const { PGlite, PGLiteSocketServer } = await loadPackages();
  const database = options.database ?? 'postgres';
  const db = new (turnstileOf(PGlite))({ dataDir: 'memory://' });
  const server = new PGLiteSocketServer({
    db,
    host: '127.0.0.1',
    port: options.port ?? 0,
    maxConnections: MAX_CONNECTIONS,
  });
  try {
    await db.waitReady;
    await db.exec(STAND_IN);
    await db.exec(ROLES);
    if (database !== 'postgres') await db.exec(rename(database));
    db.whenAlone(() => server.getStats().activeConnections <= 1);
    await server.start();
  } catch (error) {
    await db.close();
    throw error;
  }
  const port = Number(server.getServerConn().split(':').at(-1));
  let closed: Promise<void> | undefined;
  return {
    url: `postgres://${USER}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    port,
    database,
    user: USER,
    close: () => (closed ??= server.stop().then(() => db.close())),
  };
}
