import { ref } from '../../model/json-schema.js';
import type { JsonSchema, SchemaSection } from '../../model/json-schema.js';

const text = (description: string, ...examples: unknown[]): JsonSchema =>
  ref('textOrSource', description, examples);
const source = (description: string, ...examples: unknown[]): JsonSchema =>
  ref('valueSource', description, examples);

/** `duckdb_servers`: servers of the `duckdb` wrapper in PostgreSQL, with their user mappings. */
export const duckdbServers: SchemaSection = {
  word: 'duckdb_servers',
  defs: {
    serverOptions: {
      type: 'object',
      title: 'options by name',
      propertyNames: { $ref: '#/$defs/optionName' },
      properties: {
        provider: text(
          'How DuckDB gets credentials: `config` (the default), `credential_chain` and others.',
          'credential_chain',
        ),
        scope: text('The paths that it is used for.', 's3://lake'),
        region: text('The region of the store.', 'us-east-1'),
        endpoint: text('The host of the store, where it is not the usual one.', 'minio:9000'),
        url_style: text('How the bucket stands in an address: `vhost` or `path`.', 'path'),
        use_ssl: text('Whether to talk TLS to the store.', false),
      },
      additionalProperties: { $ref: '#/$defs/textOrSource' },
      examples: [{ region: 'us-east-1', scope: 's3://lake' }],
    },
    mappingOptions: {
      type: 'object',
      title: 'options by name',
      propertyNames: { $ref: '#/$defs/optionName' },
      properties: {
        key_id: text('The id of the access key.', { env: 'AWS_ACCESS_KEY_ID' }),
      },
      additionalProperties: { $ref: '#/$defs/textOrSource' },
      examples: [{ key_id: { env: 'AWS_ACCESS_KEY_ID' }, secret: { env: 'AWS_SECRET_ACCESS_KEY' } }],
    },
    simpleSecret: {
      type: 'object',
      title: 'the parameters of duckdb.create_simple_secret',
      additionalProperties: false,
      required: ['type'],
      properties: {
        type: {
          enum: ['S3', 'GCS', 'R2', 's3', 'gcs', 'r2'],
          description: 'The kind of store: S3, GCS or R2.',
          examples: ['S3'],
        },
        key_id: text('The id of the access key; kept in the user mapping.', { env: 'MINIO_ID' }),
        secret: source('The secret access key; kept in the user mapping.', { env: 'MINIO_KEY' }),
        session_token: source('A session token; kept in the user mapping.', { env: 'AWS_SESSION_TOKEN' }),
        region: text('The region of the store.', 'us-east-1'),
        url_style: text('How the bucket stands in an address: `vhost` or `path`.', 'path'),
        provider: text(
          'How DuckDB gets credentials: `config` (the default) or `credential_chain`.',
          'config',
        ),
        endpoint: text('The host of the store, where it is not the usual one.', 'minio:9000'),
        scope: text('The paths that it is used for.', 's3://lake'),
        validation: text('With `provider: credential_chain` only: `exists` or `none`.', 'none'),
        use_ssl: text('Whether to talk TLS to the store.', false),
      },
      examples: [{ type: 'S3', key_id: { env: 'MINIO_ID' }, secret: { env: 'MINIO_KEY' } }],
    },
    azureSecret: {
      type: 'object',
      title: 'the parameters of duckdb.create_azure_secret',
      additionalProperties: false,
      required: ['connection_string'],
      properties: {
        connection_string: source('The connection string; kept in the user mapping.', { env: 'AZURE_CONN' }),
        scope: text('The paths that it is used for.', 'azure://container'),
      },
      examples: [{ connection_string: { env: 'AZURE_CONN' }, scope: 'azure://container' }],
    },
    duckdbServer: {
      type: 'object',
      title: 'a DuckDB server',
      additionalProperties: false,
      oneOf: [{ required: ['type'] }, { required: ['simple'] }, { required: ['azure'] }],
      properties: {
        provider: ref('providerName', 'The provider. May be left out where only one fits.', ['warehouse']),
        providers: ref('providerNames', 'Several providers: one server in each of them.', [
          ['warehouse', 'warehouse_eu'],
        ]),
        type: {
          type: 'string',
          title: 'a secret type of DuckDB',
          pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
          patternErrorMessage:
            'Write a secret type of DuckDB, such as s3, gcs, r2, azure, huggingface or http.',
          description:
            'The secret type of DuckDB: s3, gcs, r2, azure, huggingface, http, postgres, mysql and others.',
          examples: ['s3'],
        },
        options: ref(
          'serverOptions',
          'Options of the server. Every role can read them: credentials go to `user_mappings`.',
          [{ region: 'us-east-1' }],
        ),
        owner: ref('roleName', 'The role that owns the server; managed only where it is named.', [
          'lake_admin',
        ]),
        usage: ref('roleNames', 'The only roles that hold USAGE on this server. Others lose it.', [
          ['analyst'],
        ]),
        user_mappings: {
          type: 'object',
          title: 'the user mappings, by role',
          description:
            'Credentials by role. `public` is for roles without a mapping, `current_user` for who runs the tool.',
          propertyNames: { $ref: '#/$defs/roleName' },
          additionalProperties: { $ref: '#/$defs/mappingOptions' },
          examples: [{ analyst: { key_id: { env: 'AWS_ID' }, secret: { env: 'AWS_KEY' } } }],
        },
        simple: ref(
          'simpleSecret',
          'Instead of `type`, `options` and `user_mappings`: the parameters of duckdb.create_simple_secret.',
          [{ type: 'S3', key_id: { env: 'MINIO_ID' }, secret: { env: 'MINIO_KEY' } }],
        ),
        azure: ref(
          'azureSecret',
          'Instead of `type`, `options` and `user_mappings`: the parameters of duckdb.create_azure_secret.',
          [{ connection_string: { env: 'AZURE_CONN' } }],
        ),
        options_unchecked: {
          type: 'boolean',
          description: 'Types and options that the tool does not know are accepted without a warning.',
          examples: [true],
        },
        lifecycle: ref('lifecycle', 'What a plan may do to it.', [{ protect: true }]),
      },
      examples: [{ type: 's3', options: { region: 'us-east-1' } }],
    },
  },
  schema: {
    type: 'object',
    title: 'the DuckDB servers, by name',
    description:
      'PostgreSQL: servers of the `duckdb` foreign data wrapper, by name, with their user mappings.',
    propertyNames: { $ref: '#/$defs/resourceName' },
    additionalProperties: { $ref: '#/$defs/duckdbServer' },
    examples: [{ lake: { type: 's3', options: { provider: 'credential_chain' } } }],
  },
};
