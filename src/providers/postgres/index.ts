import type { ProviderDefinition } from '../sdk/index.js';
import { SHOWN_OPTIONS } from '../sdk/duckdb-option-names.js';
import { targetsOf } from '../../net/sql/settings.js';
import { settingsKey } from '../sdk/same-system.js';
import { audit, auditValues } from './audit.js';
import { desiredServers, desiredWrapperUsage } from './desired.js';
import { policies } from './kinds.js';
import { postgresSettings } from './settings.js';
import { yaml } from './yaml.js';

/** Where a server has options. */
const OPTIONS = ['options', 'user_mappings.*', 'simple', 'azure'];

/**
 * DuckDB secrets as PostgreSQL keeps them: servers and user mappings of the `duckdb` foreign data wrapper (pg_duckdb,
 * Postgres Pro AXE), and who holds USAGE on them. All changes of a database are one transaction.
 */
export const postgres: ProviderDefinition = {
  type: 'postgres',
  kinds: policies,
  credentials: ['PGPASSWORD'],
  settings: {
    schema: async () => (await import('./schema.js')).settings,
    excerpts: {
      shown: [
        'url',
        'host',
        'hostaddr',
        'port',
        'database',
        'user',
        'sslmode',
        'sslrootcert',
        'target_session_attrs',
        'connect_timeout',
        'self',
        'statement_timeout',
        'extension_directory',
        'allow_server_log',
        'fdw_usage.*',
      ],
      sources: ['*'],
      maps: [''],
      short: ['sslmode', 'port', 'target_session_attrs', 'allow_server_log'],
      urls: ['url'],
    },
    paths: ['extension_directory', 'sslrootcert'],
    pathWords: ['system'],
    resources: { keys: ['fdw_usage'], desired: desiredWrapperUsage },
  },
  sections: [
    {
      word: 'duckdb_servers',
      shape: 'map',
      schema: async () => (await import('./schema.js')).duckdbServers,
      excerpts: {
        shown: [
          'provider',
          'providers.*',
          'type',
          'owner',
          'usage.*',
          'options_unchecked',
          'simple.type',
          ...OPTIONS.flatMap((place) => SHOWN_OPTIONS.map((name) => `${place}.${name}`)),
        ],
        sources: OPTIONS.map((place) => `${place}.*`),
        maps: ['', 'user_mappings', ...OPTIONS],
      },
      desired: desiredServers,
    },
  ],
  yaml,
  transactional: true,
  audit,
  auditValues,
  sameSystem: (settings) =>
    Promise.resolve(settingsKey(settings, ['url', 'host', 'hostaddr', 'port', 'database', 'user'])),
  hosts: (settings, env) => targetsOf(postgresSettings(settings, env)),
  open: async (settings, context) => (await import('./session.js')).open(settings, context),
};
