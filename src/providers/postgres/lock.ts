import type pg from 'pg';
import { EQ, PIN_SQL } from '../../net/sql/index.js';
import type { Failure } from './errors.js';

/** The two keys of the advisory lock: the first letters of the product's name, and the purpose. Any role can take it. */
const LOCK = [0x73656372, 1] as const;

/** The column of {@link TRY_LOCK_SQL} that says whether the lock was taken. */
export const LOCKED = 'secrets_locked';

/** SQL that takes the lock until the transaction ends, where nobody else has it. Never waits. */
export const TRY_LOCK_SQL = `SELECT pg_catalog.pg_try_advisory_xact_lock(${LOCK[0]}, ${LOCK[1]}) AS ${LOCKED}`;

/** A session that has the lock. What this role may not see is `null`. */
interface LockHolder {
  readonly pid: number;
  readonly role: string | null;
  readonly address: string | null;
  readonly since: string | null;
}

// The two keys of an advisory lock are classid and objid, and objsubid is 2 (PostgreSQL docs, "pg_locks").
const HOLDERS_SQL = `SELECT l.pid, a.usename AS role, a.client_addr::pg_catalog.text AS address,
  a.xact_start::pg_catalog.text AS since
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid ${EQ} l.pid
WHERE l.locktype ${EQ} 'advisory' AND l.granted AND l.objsubid ${EQ} 2::pg_catalog.int2
  AND l.classid ${EQ} '${LOCK[0]}'::pg_catalog.oid AND l.objid ${EQ} '${LOCK[1]}'::pg_catalog.oid
  AND l.database ${EQ} (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname ${EQ} pg_catalog.current_database())`;

/** The sessions that have the lock. */
export async function lockHolders(client: pg.Client): Promise<readonly LockHolder[]> {
  const results: unknown = await client.query(`BEGIN READ ONLY; ${PIN_SQL}; ${HOLDERS_SQL}; COMMIT`);
  return (results as readonly pg.QueryResult<LockHolder>[])[2]?.rows ?? [];
}

/** The refusal to write while another session has the lock. */
export function lockHeld(holders: readonly LockHolder[]): Failure {
  const [first] = holders;
  const names = holders.map(holderText).join(', ');
  const end = first === undefined ? '' : `, end it (SELECT pg_terminate_backend(${first.pid});)`;
  return {
    message: `another session holds the lock of this database${names === '' ? '' : `: ${names}`}`,
    next: `Wait for it, set --lock-timeout${end}, or run without locks: --no-lock. What changed meanwhile is found out before it is written, with and without the lock.`,
  };
}

function holderText({ pid, role, address, since }: LockHolder): string {
  const from = address === null ? '' : ` from ${address}`;
  return `process ${pid} of the role ${role ?? '(unknown)'}${from}${since === null ? '' : `, since ${since}`}`;
}
