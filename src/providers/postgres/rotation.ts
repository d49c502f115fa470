import type { ApplyItem } from '../../model/index.js';
import { EQ, NE } from '../../net/sql/index.js';
import { kinds } from './kinds.js';

/** The column of {@link SESSIONS_SQL}. */
export const SESSIONS = 'secrets_other_sessions';

/**
 * How many other sessions the database has. Every role sees that a session is there; of which kind it is, those of its own role and of
 * those that may monitor.
 */
export const SESSIONS_SQL = `SELECT pg_catalog.count(*)::pg_catalog.int4 AS ${SESSIONS} FROM pg_catalog.pg_stat_activity a
  WHERE a.datname ${EQ} pg_catalog.current_database() AND a.pid ${NE} pg_catalog.pg_backend_pid()
    AND COALESCE(a.backend_type, 'client backend') ${EQ} 'client backend'`;

/** The first mapping whose credentials are replaced by others; `undefined` where none are. */
export function rotated(items: readonly ApplyItem[]): string | undefined {
  return items.find(
    ({ change: { action, address, fields } }) =>
      (action === 'update' || action === 'replace') &&
      kinds.mustParse(address).kind === 'user_mapping' &&
      fields.some(({ action: what }) => what === 'change'),
  )?.change.address;
}

/** What open sessions do with the credentials that were replaced (DuckDB wrapper contract, 'In DuckDB'). */
export function sessionsNote(sessions: number): string | undefined {
  if (sessions === 0) return undefined;
  const who =
    sessions === 1
      ? 'Another session of the database is open'
      : `${sessions} other sessions of the database are open`;
  return `${who}: a session takes the new credentials with its next DuckDB query, but keeps the old ones, until the next change of a server or mapping or a new connection, where that query fails or is rolled back.`;
}
