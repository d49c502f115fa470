import pg from 'pg';

/**
 * Opens a client on `url`, hands it to `use`, and closes it whatever happens.
 * Gives what `use` gives; raises what the server or `use` raises.
 */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A server that is stopped under an open client must not end the test process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Runs one statement (or several without parameters) on a connection of its own and gives the rows. */
export async function query<R extends pg.QueryResultRow = pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  return withClient(url, async (client) => {
    const result = values.length === 0 ? await client.query<R>(sql) : await client.query<R>(sql, [...values]);
    return result.rows;
  });
}
