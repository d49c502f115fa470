import type { ProviderDefinition } from '../sdk/index.js';
import { audit, auditValues } from './audit.js';
import { policies } from './kinds.js';

/**
 * DuckDB's own persistent secrets, as they lie in a secret directory. DuckDB's library writes and reads them, and is loaded
 * when there is something to write or to read.
 */
export const duckdb: ProviderDefinition = {
  type: 'duckdb',
  kinds: policies,
  credentials: [],
  transactional: false,
  audit,
  auditValues,
  hosts: () => [],
  open: async (settings, context) => (await import('./session.js')).open(settings, context),
};
