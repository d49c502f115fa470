import type { ProviderDefinition } from '../sdk/index.js';
import { audit, auditValues } from './audit.js';
import { policies } from './kinds.js';
import { postgresSettings } from './settings.js';

/**
 * DuckDB secrets as PostgreSQL keeps them: servers and user mappings of the `duckdb` foreign data wrapper (pg_duckdb,
 * Postgres Pro AXE), and who holds USAGE on them. All changes of a database are one transaction.
 */
export const postgres: ProviderDefinition = {
  type: 'postgres',
  kinds: policies,
  credentials: ['PGPASSWORD'],
  transactional: true,
  audit,
  auditValues,
  hosts: (settings, env) => postgresSettings(settings, env).hosts.map(({ host, port }) => `${host}:${port}`),
  open: async (settings, context) => (await import('./session.js')).open(settings, context),
};
