import { ref } from '../../model/index.js';
import type { JsonSchema } from '../../model/index.js';

const text = (description: string, ...examples: unknown[]): JsonSchema =>
  ref('textOrSource', description, examples);

/** The settings of a state in PostgreSQL: those of a connection, and the schema of the tables. */
export const settings: Readonly<Record<string, JsonSchema>> = {
  url: text(
    'A libpq connection URI. With a password in it: from a value source. PG* variables count for what is absent.',
    { env: 'STATE_URL' },
    'postgres://deploy@db.example.com/ops',
  ),
  host: text('The host to connect to.', 'db.example.com'),
  hostaddr: text(
    'The IP address to dial; host is then the name that the certificate is checked for.',
    '192.0.2.10',
  ),
  port: text('The port to connect to.', 5432),
  database: text('The database to connect to.', 'ops'),
  user: text('The role to connect as.', 'deploy'),
  password: ref('valueSource', 'The password of the role.', [{ env: 'PGPASSWORD' }]),
  sslmode: text('Whether and how TLS is used, as libpq has it.', 'verify-full'),
  sslrootcert: text('The file with the certificate authorities to trust.', './ca.pem'),
  target_session_attrs: text(
    'What kind of server to use of several: any, read-write, read-only, primary, standby or prefer-standby.',
    'read-write',
  ),
  connect_timeout: text('Seconds to wait for a connection.', 10),
  schema: {
    type: 'string',
    pattern: '^[a-z_][a-z0-9_]{0,62}$',
    patternErrorMessage: 'A schema name holds lower-case letters, digits and _ (at most 63).',
    description: 'The schema, created on first use; several stacks may share it. Default: `secrets_state`.',
    examples: ['secrets_state'],
  },
};
