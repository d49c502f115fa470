import { SHOWN_OPTIONS } from '../sdk/duckdb-option-names.js';
import type { ProviderDefinition } from '../sdk/index.js';
import { audit, auditValues } from './audit.js';
import { desiredSecrets } from './desired.js';
import { policies } from './kinds.js';
import { yaml } from './yaml.js';

/**
 * DuckDB's own persistent secrets, as they lie in a secret directory. DuckDB's library writes and reads them, and is loaded
 * when there is something to write or to read.
 */
export const duckdb: ProviderDefinition = {
  type: 'duckdb',
  kinds: policies,
  credentials: [],
  settings: {
    schema: async () => (await import('./schema.js')).settings,
    excerpts: { shown: ['secret_directory', 'extension_directory'], sources: ['*'], maps: [''] },
    paths: ['secret_directory', 'extension_directory'],
  },
  sections: [
    {
      word: 'duckdb_secrets',
      shape: 'map',
      schema: async () => (await import('./schema.js')).duckdbSecrets,
      excerpts: {
        shown: [
          'provider',
          'providers.*',
          'type',
          'scope',
          'scope.*',
          ...SHOWN_OPTIONS.map((name) => `options.${name}`),
        ],
        sources: ['options.*', 'sensitive.*'],
        maps: ['', 'options', 'sensitive'],
      },
      desired: desiredSecrets,
    },
  ],
  yaml,
  transactional: false,
  audit,
  auditValues,
  sameSystem: async (settings, env) => (await import('./same-directory.js')).sameDirectory(settings, env),
  hosts: () => [],
  open: async (settings, context) => (await import('./session.js')).open(settings, context),
};
