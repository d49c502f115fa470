/** Real PostgreSQL servers for tests. See `block.ts` for the usual way, and `server.ts` for what is promised. */
export { startRealPostgres } from './server.js';
export type { RealPostgres, RealPostgresOptions, Skipped } from './server.js';
export { query, withClient } from './client.js';
export { startStandby } from './standby.js';
