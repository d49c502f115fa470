import { defined } from '../model/index.js';
import type { Field, SourceRange } from '../model/index.js';
import { connectionSettings, plainClient } from '../net/sql/index.js';
import { postgresStore } from '../state/postgres/store.js';
import type { StateStore } from '../state/index.js';
import type { EngineScope } from './run-scope.js';
import { fieldText } from './field-text.js';
import { checkHosts } from './hosts.js';

/** The schema that keeps states where nobody says otherwise. */
const SCHEMA = 'secrets_state';

/**
 * Opens a state in PostgreSQL. Nothing is connected before it is used.
 * @throws DiagnosticError where its settings cannot be understood
 */
export function openPostgresStore(
  fields: Readonly<Record<string, Field>>,
  range: SourceRange | undefined,
  common: Omit<Parameters<typeof postgresStore>[0], 'connect' | 'location' | 'schema'>,
  { env }: EngineScope,
): StateStore {
  const settings = connectionSettings({ subject: "The state's backend", fields, ...defined({ range }) }, env);
  const schema = fieldText(fields['schema']) ?? SCHEMA;
  const hosts = settings.hosts.map(({ host, port }) => `${host}:${port}`);
  checkHosts(hosts, "The state's backend", env);
  return postgresStore({
    ...common,
    schema,
    location: `${settings.database} on ${hosts.join(', ')} (schema ${schema})`,
    connect: () => plainClient(settings),
  });
}
