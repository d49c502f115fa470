import type { Target } from '../../model/index.js';
import { exposureWarnings } from '../../net/exposure.js';
import type { StoreOptions } from '../backend.js';
import { newHolder } from '../holder.js';
import { DEFAULT_LEASE_MS, noSuchLock, takeLease } from '../lease.js';
import type { LockInfo, StateStore } from '../store.js';
import { keepLink } from './client.js';
import type { SqlClient } from './client.js';
import { layoutOf } from './layout.js';
import { readHolder, rowLockSteps } from './lock.js';
import { READ_MS, askTables, readHead, readState } from './read.js';
import type { PostgresState } from './read.js';
import { checkSchema, keyText, statements } from './sql.js';
import { writeState } from './write.js';

/** How to keep a state in PostgreSQL. */
export interface PostgresStoreOptions extends StoreOptions {
  /**
   * Makes a connection. An error of it is told to people as it is: a `DiagnosticError`, or one whose `message` (and `next`,
   * what to do about it) says why nobody answers; no password in it.
   */
  readonly connect: () => Promise<SqlClient>;
  /** Where it is, for people: server, database and schema; no password in it. */
  readonly location: string;
  /** The schema of the tables; `secrets_state` where absent. Several stacks may share it. */
  readonly schema?: string;
  /** The role, besides superusers and the current one, that may own the schema and the tables. */
  readonly owner?: string;
  /** The servers, as they are dialled. */
  readonly hosts?: readonly Target[];
}

/**
 * A state in the tables of a PostgreSQL database, made on first use: one row a record, so that a write sends what changed and no
 * more; one row for all else of the state, which has its serial and fences writes; one row for the lock.
 *
 * Reading is one statement, and so is writing: each sees or makes one whole state, without a transaction that is held open
 * and without anything that a session would keep. So it works behind PgBouncer in transaction mode too.
 *
 * Every write has an ID of its own, which stays in the row. Where the answer to a write is lost, the same write is sent again:
 * if the first one arrived, the second one finds its ID there. What changed is found by comparing with what this client last
 * read or wrote, so a write also names the ID of the write that it compared with.
 * @throws DiagnosticError for the name of a schema that cannot exist
 */
export function postgresStore(options: PostgresStoreOptions): StateStore {
  const {
    connect,
    location,
    hosts = [],
    schema = 'secrets_state',
    owner,
    leaseMs = DEFAULT_LEASE_MS,
  } = options;
  checkSchema(schema);
  const sql = statements(schema, owner);
  const main = keepLink(connect, location);
  const side = keepLink(connect, location);
  const layout = layoutOf(main, sql, schema, location);
  const { stack } = options;
  const state: PostgresState = { main, sql, layout, location, stack, key: keyText(stack), known: undefined };
  return {
    location,
    hosts,
    warnings: exposureWarnings(hosts, 'The state backend'),
    read: () => readState(state),
    write: (next, expectedSerial, lock) => writeState(state, next, expectedSerial, lock),
    lock(request) {
      const mine = newHolder(request, { ...options, leaseMs });
      return takeLease(rowLockSteps({ state, leaseMs, side }), mine, request, leaseMs);
    },
    async unlock(id): Promise<LockInfo> {
      const { lockId, holder: text } = await readHead(state);
      const holder = readHolder(text ?? null, location);
      if (holder === undefined || lockId !== id) throw noSuchLock(location, id, holder);
      await askTables(state, sql.giveBack, [state.key, id], READ_MS);
      return holder;
    },
    async close() {
      await Promise.all([main.close(), side.close()]);
    },
  };
}
