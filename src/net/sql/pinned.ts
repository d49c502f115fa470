import pg from 'pg';

/**
 * PostgreSQL looks names up along `search_path`, and prefers a better match in any of its schemas to one in `pg_catalog`: whoever may
 * create an operator there has it run by the next role that uses it. So statements run under this path, and name `pg_catalog` besides.
 */
export const PINNED_PATH = 'pg_catalog, pg_temp';

/** Pins the path for the rest of a transaction that BEGIN started. */
export const PIN_SQL = `SET LOCAL search_path = ${PINNED_PATH}`;

/** Pins the path for the rest of a transaction that began without BEGIN, where SET LOCAL would warn. It gives no rows. */
const PIN_IMPLICIT_SQL = `SELECT FROM pg_catalog.set_config('search_path', '${PINNED_PATH}', true) AS pinned (path) WHERE pinned.path IS NULL`;

/** PostgreSQL's own operator of this name, in SQL. */
export function operator(name: string): string {
  return `OPERATOR(pg_catalog.${name})`;
}

/** PostgreSQL's own operators that are used most, in SQL. */
export const EQ = operator('=');
export const NE = operator('<>');
/** `->>` of JSON. */
export const TEXT_OF = operator('->>');

/** A statement, and its parameters (`$1`, …). */
export interface SqlStatement {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

/** A statement that may have parameters of any type that the driver knows. */
interface LastStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Runs statements under the pinned path, in one transaction and one round trip: they are sent one after the other, and only then the
 * end of the transaction. Where one fails, those after it are not even analysed.
 * @param first statements without rows, which run before
 * @returns the rows of the last one
 */
export function queryPinned(
  client: pg.Client,
  first: readonly SqlStatement[],
  { text, values }: LastStatement,
): Promise<{ readonly rows: readonly unknown[] }> {
  // The extended protocol, also without parameters: of one text the server would run all statements or none.
  const query = new pg.Query({ text, values: [...values], queryMode: 'extended' } as pg.QueryConfig);
  const submit = query.submit.bind(query);
  query.submit = (connection) => {
    // One packet, whatever the number of messages.
    connection.stream.cork();
    try {
      for (const statement of [{ text: PIN_IMPLICIT_SQL, values: [] }, ...first]) {
        connection.parse({ name: '', text: statement.text, types: [] }, true);
        connection.bind({ values: [...statement.values] }, true);
        connection.execute({}, true);
      }
      submit(connection);
    } finally {
      connection.stream.uncork();
    }
  };
  return new Promise((resolve, reject) => {
    query.on('error', reject);
    query.on('end', (results: unknown) => {
      const last: unknown = Array.isArray(results) ? results.at(-1) : results;
      resolve(last as { readonly rows: readonly unknown[] });
    });
    client.query(query);
  });
}
