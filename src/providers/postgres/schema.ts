import { ref, sourceOnly, textOrSource } from '../../model/index.js';
import type { JsonSchema, SectionSchema } from '../../model/index.js';
import { headersOption, optionDefs, optionsByType, whenType } from '../sdk/duckdb-option-schema.js';
import type { SettingsSchema } from '../sdk/index.js';

const roleNames: Readonly<Record<string, JsonSchema>> = {
  roleName: {
    type: 'string',
    title: 'a role name',
    pattern:
      '^[^\\s\\u0000-\\u001f\\u007f-\\u009f]([^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f])?$',
    patternErrorMessage:
      'A role name is text without control characters, and without white space at its ends.',
    examples: ['analyst', 'public'],
  },
  roleNames: {
    type: 'array',
    title: 'a list of role names',
    items: { $ref: '#/$defs/roleName' },
    examples: [['analyst']],
  },
};

/** The settings of an entry of `providers:`. */
export const settings: SettingsSchema = {
  description: 'A PostgreSQL database with the `duckdb` foreign data wrapper.',
  defs: roleNames,
  properties: {
    url: textOrSource(
      'A libpq connection URI. With a password in it: from a value source. PG* variables count for what is absent.',
      { env: 'WAREHOUSE_URL' },
      'postgres://deploy@db.example.com/warehouse',
    ),
    host: textOrSource('The host to connect to.', 'db.example.com'),
    hostaddr: textOrSource(
      'The IP address to dial; host is then the name that the certificate is checked for.',
      '192.0.2.10',
    ),
    port: textOrSource('The port to connect to.', 5432),
    database: textOrSource('The database to connect to.', 'warehouse'),
    user: textOrSource('The role to connect as.', 'deploy'),
    password: sourceOnly('The password of the role.', { env: 'PGPASSWORD' }),
    sslmode: textOrSource('Whether and how TLS is used, as libpq has it.', 'verify-full'),
    sslrootcert: textOrSource('The file with the certificate authorities to trust.', './ca.pem'),
    target_session_attrs: textOrSource(
      'What kind of server to use of several: any, read-write, read-only, primary, standby or prefer-standby.',
      'read-write',
    ),
    connect_timeout: textOrSource('Seconds to wait for a connection.', 10),
    self: textOrSource(
      'The role that applies: `current_user` in plans, also in those of another role. The role of the connection where it is absent.',
      'lake_admin',
    ),
    statement_timeout: textOrSource('Milliseconds that one statement may take.', 60000),
    extension_directory: textOrSource(
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
  },
  example: { warehouse: { type: 'postgres', url: { env: 'WAREHOUSE_URL' } } },
};

/** `duckdb_servers`: servers of the `duckdb` wrapper in PostgreSQL, with their user mappings. */
export const duckdbServers: SectionSchema = {
  defs: {
    ...optionDefs,
    mappingOptions: {
      type: 'object',
      title: 'options by name',
      propertyNames: { $ref: '#/$defs/optionName' },
      properties: {
        key_id: textOrSource('The id of the access key.', { env: 'AWS_ACCESS_KEY_ID' }),
        extra_http_headers: headersOption,
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
        key_id: textOrSource('The id of the access key; kept in the user mapping.', { env: 'MINIO_ID' }),
        secret: sourceOnly('The secret access key; kept in the user mapping.', { env: 'MINIO_KEY' }),
        session_token: sourceOnly('A session token; kept in the user mapping.', { env: 'AWS_SESSION_TOKEN' }),
        region: textOrSource('The region of the store.', 'us-east-1'),
        url_style: textOrSource('Where the bucket is in a URL: `vhost` or `path`.', 'path'),
        provider: textOrSource(
          'How DuckDB gets credentials: `config` (the default) or `credential_chain`.',
          'config',
        ),
        endpoint: textOrSource('The host of the store, where it is not the usual one.', 'minio:9000'),
        scope: textOrSource('The paths that it is used for.', 's3://lake'),
        validation: textOrSource('With `provider: credential_chain` only: `exists` or `none`.', 'none'),
        use_ssl: textOrSource('Whether to talk TLS to the store.', false),
        user: ref(
          'roleName',
          'Who gets the credentials: `public`, `current_user` (the default) or a role. The function of Postgres Pro AXE 1.1 gives them to `public`.',
          ['public'],
        ),
      },
      examples: [{ type: 'S3', key_id: { env: 'MINIO_ID' }, secret: { env: 'MINIO_KEY' }, user: 'public' }],
    },
    azureSecret: {
      type: 'object',
      title: 'the parameters of duckdb.create_azure_secret',
      additionalProperties: false,
      required: ['connection_string'],
      properties: {
        connection_string: sourceOnly('The connection string; kept in the user mapping.', {
          env: 'AZURE_CONN',
        }),
        scope: textOrSource('The paths that it is used for.', 'azure://container'),
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
            'Credentials by role. `public` is for roles without a mapping, `current_user` for the role that runs the tool.',
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
    examples: [{ lake: { type: 's3', options: { provider: 'credential_chain', validation: 'none' } } }],
  },
  editorDefs: {
    ...optionsByType('options', 'open'),
    ...optionsByType('mapping', 'all'),
    duckdbServer: whenType((type) => ({
      options: ref(`options_${type}`, `Options of a ${type} server.`, [{}]),
      user_mappings: {
        description: `Credentials for ${type} by role.`,
        additionalProperties: { $ref: `#/$defs/mapping_${type}` },
        examples: [{ analyst: {} }],
      },
    })),
  },
};
