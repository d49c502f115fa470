import type { RunScope } from '../../model/index.js';
import { UnreachableError } from '../sdk/index.js';
import { PIN_SQL, messageOf, sqlState } from '../../net/sql/index.js';
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
 * As {@link queryDocument}.
 * @throws UnreachableError where the server does not answer, or with an error
 */
export async function readDocument<Document>(reader: Reader, sql: string): Promise<Document> {
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

function readFailure(error: unknown, { connection, outside }: Reader): UnreachableError {
  const { host, port } = connection;
  const state = sqlState(error);
  const code = state === undefined ? '' : ` (SQLSTATE ${state})`;
  return new UnreachableError(
    `PostgreSQL at ${host}:${port} could not be read${code}: ${outside(messageOf(error))}`,
    state === '57014'
      ? 'It took too long: try again when the server is less busy, or raise `statement_timeout`.'
      : 'Try again.',
  );
}
