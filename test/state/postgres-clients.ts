import { plain, Sensitive, sensitive } from '../../src/model/index.js';
import { connectionSettings, plainClient } from '../../src/net/sql/index.js';
import type { SqlClient } from '../../src/state/postgres/client.js';
import { postgresStore } from '../../src/state/postgres/store.js';
import type { PostgresStoreOptions } from '../../src/state/postgres/store.js';
import type { StateStore } from '../../src/state/index.js';

/** Connects as the program does. */
export function connectTo(url: string): () => Promise<SqlClient> {
  const fields = { url: sensitive(new Sensitive(url)), sslmode: plain('disable') };
  const settings = connectionSettings({ subject: "The state's backend", fields }, {});
  return () => plainClient(settings);
}

/** A client of the state in this database. */
export function storeAt(url: string, options: Partial<PostgresStoreOptions> = {}): StateStore {
  return postgresStore({
    connect: connectTo(url),
    location: 'db/secrets_state',
    stack: 'prod',
    toolVersion: '1.2.3',
    now: () => new Date(0),
    ...options,
  });
}

/** The same database, reached through another port of this machine. */
export function throughPort(url: string, port: number): string {
  const parsed = new URL(url);
  parsed.port = String(port);
  return parsed.href;
}
