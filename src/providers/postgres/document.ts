import { problemError } from '../../model/index.js';
import type { DiagnosticError, RunScope } from '../../model/index.js';
import { UnreachableError } from '../sdk/index.js';
import { PIN_SQL, isConflict, messageOf, sqlState, sqlStateWords } from '../../net/sql/index.js';
import type { Connection } from '../../net/sql/index.js';

const READ_TIMEOUT_MS = 60_000;

/** A connection that is only read from. */
export interface Reader {
  readonly connection: Connection;
  /** Cleans what the server says of an error. */
  readonly outside: RunScope['outside'];
  /** The time limit of one statement; a minute where absent. */
  readonly statementTimeoutMs?: number;
}

/**
 * As {@link queryDocument}; once more where another session got in the way (on a standby: what the primary removed).
 * @throws UnreachableError where the server does not answer or cannot now; DiagnosticError where it refuses
 */
export async function readDocument<Document>(reader: Reader, sql: string): Promise<Document> {
  try {
    return await queryDocument<Document>(reader, sql);
  } catch (error) {
    if (!isConflict(sqlState(error), messageOf(error))) throw readFailure(error, reader);
  }
  try {
    return await queryDocument<Document>(reader, sql);
  } catch (error) {
    throw readFailure(error, reader);
  }
}

/**
 * Runs one SELECT in a read-only transaction with a time limit and the pinned `search_path`, in one round trip, and returns its only
 * value. All of it is local to the transaction, so that it works through a pooler.
 * @param sql a SELECT with one row and one column, `document`
 * @throws the driver's error
 */
export async function queryDocument<Document>(reader: Reader, sql: string): Promise<Document> {
  const { client } = reader.connection;
  const timeout = reader.statementTimeoutMs ?? READ_TIMEOUT_MS;
  try {
    const results: unknown = await client.query(
      `BEGIN READ ONLY; SET LOCAL statement_timeout = ${timeout}; ${PIN_SQL}; ${sql}; COMMIT`,
    );
    const rows = (results as readonly { readonly rows: readonly { readonly document: Document }[] }[])[3]
      ?.rows;
    if (rows?.[0] === undefined) throw new Error('the server returned no result');
    return rows[0].document;
  } catch (error) {
    if (sqlState(error) !== undefined) await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * An error of a read in words.
 * @param what as in `could not be read`
 * @returns UnreachableError where it may work later; DiagnosticError where somebody must change something first
 */
export function readFailure(
  error: unknown,
  { connection: { host, port }, outside }: Pick<Reader, 'connection' | 'outside'>,
  what = 'read',
): UnreachableError | DiagnosticError {
  const state = sqlState(error);
  const code = state === undefined ? '' : ` (SQLSTATE ${state})`;
  const text = outside(messageOf(error));
  const summary = `PostgreSQL at ${host}:${port} could not be ${what}${code}: ${text}`;
  // Without a code the connection is broken.
  const { remedy, next } =
    state === undefined ? { remedy: 'wait', next: undefined } : sqlStateWords(state, text);
  if (remedy !== 'change') return new UnreachableError(summary, next ?? 'Try again.');
  return problemError({
    code: 'postgres-read',
    summary: `${summary.replace(/\.$/, '')}.`,
    next: next ?? 'Check the log of the server; trying again does not help.',
  });
}
