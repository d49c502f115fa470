import { ref } from '../../model/json-schema.js';
import type { JsonSchema, SchemaSection } from '../../model/json-schema.js';

const text = (description: string, ...examples: unknown[]): JsonSchema =>
  ref('textOrSource', description, examples);
const source = (description: string, ...examples: unknown[]): JsonSchema =>
  ref('valueSource', description, examples);

/** A provider of one type: `type` and its own settings, nothing else. */
function providerType(type: string, description: string, properties: Record<string, JsonSchema>): JsonSchema {
  return {
    title: type,
    additionalProperties: false,
    required: ['type'],
    properties: { type: { const: type, description, examples: [type] }, ...properties },
  };
}

/** The provider types of this version: a new one is one more entry. */
const PROVIDER_TYPES: readonly JsonSchema[] = [
  providerType('singlestore', 'A SingleStore Helios organization, through its Management API.', {
    api_key: source('The API key. SINGLESTOREDB_MANAGEMENT_TOKEN counts where it is absent.', {
      env: 'SINGLESTOREDB_MANAGEMENT_TOKEN',
    }),
    base_url: text(
      'The address of the Management API. SINGLESTOREDB_MANAGEMENT_BASE_URL also sets it; else https://api.singlestore.com.',
      'https://api.singlestore.com',
    ),
    organization: text(
      'The id of the organization: any other one is refused.',
      '0e1f5c2a-8c1d-4b8e-9d0a-3f6b1c2d4e5f',
    ),
  }),
  providerType('postgres', 'A PostgreSQL database with the `duckdb` foreign data wrapper.', {
    url: text(
      'A libpq connection URI. With a password in it: from a value source. PG* variables count for what is absent.',
      { env: 'WAREHOUSE_URL' },
      'postgres://deploy@db.example.com/warehouse',
    ),
    host: text('The host to connect to.', 'db.example.com'),
    port: text('The port to connect to.', 5432),
    database: text('The database to connect to.', 'warehouse'),
    user: text('The role to connect as.', 'deploy'),
    password: source('The password of the role.', { env: 'PGPASSWORD' }),
    sslmode: text('Whether and how TLS is used, as libpq has it.', 'verify-full'),
    sslrootcert: text('The file with the certificate authorities to trust.', './ca.pem'),
    connect_timeout: text('Seconds to wait for a connection.', 10),
    statement_timeout: text('Milliseconds that one statement may take.', 60000),
    extension_directory: text(
      'Where DuckDB on this machine finds its extensions: plan asks it about options, where it has them.',
      '~/.duckdb/extensions',
    ),
    allow_server_log: {
      type: 'boolean',
      description:
        'Write values although they would reach the log or the statistics of the server, which `--allow-server-log` does for one run.',
      examples: [true],
    },
    fdw_usage: ref(
      'roleNames',
      'The only roles, superusers apart, that may hold USAGE on the `duckdb` wrapper. Others lose it.',
      [['lake_admin']],
    ),
  }),
  providerType('duckdb', 'A secret directory of DuckDB: where its persistent secrets lie.', {
    secret_directory: text(
      'The directory, from the current folder. `~/.duckdb/stored_secrets`, as DuckDB has it, where it is absent.',
      './.duckdb/stored_secrets',
    ),
    extension_directory: text(
      'Where DuckDB finds its extensions, which are never downloaded: `~/.duckdb/extensions` where it is absent.',
      '~/.duckdb/extensions',
    ),
  }),
];

/** `providers`: the systems. */
export const providers: SchemaSection = {
  word: 'providers',
  defs: {
    provider: {
      type: 'object',
      title: 'a provider',
      required: ['type'],
      discriminator: { propertyName: 'type' },
      oneOf: PROVIDER_TYPES,
      examples: [{ type: 'singlestore', api_key: { env: 'SINGLESTOREDB_MANAGEMENT_TOKEN' } }],
    },
  },
  schema: {
    type: 'object',
    title: 'the providers, by name',
    description: 'The systems to keep true, each under a name of its own.',
    propertyNames: { $ref: '#/$defs/providerName' },
    additionalProperties: { $ref: '#/$defs/provider' },
    examples: [{ warehouse: { type: 'postgres', url: { env: 'WAREHOUSE_URL' } } }],
  },
};
