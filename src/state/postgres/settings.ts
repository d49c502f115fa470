import { defined, fieldText } from '../../model/index.js';
import type { Target } from '../../model/index.js';
import { connectionSettings, targetsOf } from '../../net/sql/index.js';
import type { ConnectionSettings } from '../../net/sql/index.js';
import type { BackendRun, BackendSettings } from '../backend.js';

/** How a state in PostgreSQL is reached, checked. */
export interface PostgresSettings {
  readonly connection: ConnectionSettings;
  /** The schema of the tables. */
  readonly schema: string;
  /** The role that may own the tables besides superusers and the one that connects; from the environment alone. */
  readonly owner?: string;
  /** Every server that may be connected to. */
  readonly hosts: readonly Target[];
  /** Where the state is, for people: database, servers and schema. */
  readonly location: string;
}

const SCHEMA = 'secrets_state';

/**
 * Takes the settings together with the `PG*` variables.
 * @throws DiagnosticError for what cannot be understood
 */
export function postgresSettings({ fields, range }: BackendSettings, { env }: BackendRun): PostgresSettings {
  const connection = connectionSettings({ subject: 'The state backend', fields, ...defined({ range }) }, env);
  const schema = fieldText(fields['schema']) ?? SCHEMA;
  const hosts = targetsOf(connection);
  const servers = hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
  return {
    connection,
    schema,
    ...defined({ owner: env['SECRETS_STATE_OWNER'] }),
    hosts,
    location: `${connection.database} on ${servers} (schema ${schema})`,
  };
}
