import { query } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';

/** The name of the database that a URL leads to. */
export function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

/** Removes a database, and ends whoever is in it. */
export async function dropDatabase({ superuserUrl }: RealPostgres, name: string): Promise<void> {
  await query(superuserUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
}

/**
 * Makes one database what another one is, down to its OIDs; whoever is in it is thrown out. PostgreSQL copies its catalogs as
 * they are (docs, template databases).
 */
export async function copyDatabase(server: RealPostgres, from: string, to: string): Promise<void> {
  await dropDatabase(server, to);
  await query(
    server.superuserUrl,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`,
  );
  for (let tries = 1; ; tries += 1) {
    try {
      await query(server.superuserUrl, `CREATE DATABASE "${to}" TEMPLATE "${from}" STRATEGY file_copy`);
      return;
    } catch (error) {
      // Whoever was thrown out needs a moment to be gone.
      if (tries === 20 || !String(error).includes('being accessed')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
