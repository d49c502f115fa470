/** Real PostgreSQL servers for tests. See `server.ts` for what is promised. */
export { startRealPostgres } from './server.js';
export type { RealPostgres, RealPostgresOptions, Skipped } from './server.js';
export { query, withClient } from './client.js';
