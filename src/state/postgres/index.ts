import { storeOptions } from '../backend.js';
import type { BackendDefinition } from '../backend.js';
import { settings } from './schema.js';

/** A state in the tables of a PostgreSQL database. */
export const postgres: BackendDefinition = {
  name: 'postgres',
  description: 'A PostgreSQL database: one row for each resource, in a schema of its own.',
  settings,
  excerpt: {
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
      'schema',
    ],
    short: ['port', 'sslmode', 'target_session_attrs'],
    urls: ['url'],
  },
  paths: ['sslrootcert'],
  pathWords: ['system'],
  credentials: ['PGPASSWORD'],
  async open(given, run) {
    const [{ plainClient }, { postgresSettings }, { postgresStore }] = await Promise.all([
      import('../../net/sql/index.js'),
      import('./settings.js'),
      import('./store.js'),
    ]);
    const { connection, ...rest } = postgresSettings(given, run);
    return postgresStore({ ...storeOptions(given, run), ...rest, connect: () => plainClient(connection) });
  },
};
