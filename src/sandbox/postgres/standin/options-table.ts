/**
 * What DuckDB's secret types accept: data, not code. All rows but those of `ducklake`, `quack` and Unity Catalog were measured with
 * the real extensions of DuckDB 1.5.4. A new option is one word here.
 */

/** How DuckDB reads a value: text, a boolean, a number, or a map written `{k=v}`. */
export type Cast = 'VARCHAR' | 'BOOLEAN' | 'INTEGER' | 'MAP';

/** One provider of a secret type. */
export interface ProviderRow {
  readonly type: string;
  readonly provider: string;
  /** The DuckDB extension that brings this provider; `httpfs` is linked in. */
  readonly extension: string;
  /** DuckDB does not know which extension has the provider when it is named: only the type's name loads it. */
  readonly isUnlisted?: boolean;
  /** Options that may stand in the server, in DuckDB's order. */
  readonly open: readonly string[];
  /** Options that DuckDB redacts: they belong in the user mapping. */
  readonly sensitive: readonly string[];
  /** Options that steer the provider and are not kept in the secret. */
  readonly consumed?: readonly string[];
  /** Redacted options that the secret shows even when they were not given. */
  readonly always?: readonly string[];
  /** Other names of options, with the names under which the secret keeps them. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** One secret type: its default provider, and the paths it applies to when no SCOPE is given. */
export interface TypeRow {
  readonly type: string;
  readonly defaultProvider: string;
  readonly scopes: readonly string[];
  /** Whether the type takes SCOPE and does nothing with it. */
  readonly ignoresScope?: boolean;
  /** The extension that the type's name loads, where it is another than its default provider's. */
  readonly extension?: string;
}

/** Options that are not plain text. */
export const casts: Readonly<Record<string, Cast>> = {
  use_ssl: 'BOOLEAN',
  verify_ssl: 'BOOLEAN',
  url_compatibility_mode: 'BOOLEAN',
  requester_pays: 'BOOLEAN',
  extra_http_headers: 'MAP',
  refresh_info: 'MAP',
  expires_in: 'INTEGER',
};

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

const proxy = 'http_proxy http_proxy_username http_proxy_password extra_http_headers';
const s3Config = words(
  `key_id region endpoint url_style use_ssl verify_ssl kms_key_id url_compatibility_mode requester_pays refresh refresh_info ${proxy}`,
);
const s3Chain = words(
  'key_id region endpoint url_style use_ssl http_proxy http_proxy_username http_proxy_password',
);
const s3ChainConsumed = words(
  `url_compatibility_mode refresh chain profile validation assume_role_arn external_id web_identity_token_file session_name`,
);
const s3Sensitive = words('secret session_token');

/** The S3 family: four types with the same options, but for the two that one of them adds. */
function s3Family(type: string, more: { sensitive?: string[]; consumed?: string[] }): ProviderRow[] {
  return [
    {
      type,
      provider: 'config',
      extension: 'httpfs',
      open: s3Config,
      consumed: more.consumed ?? [],
      sensitive: [...s3Sensitive, ...(more.sensitive ?? [])],
    },
    {
      type,
      provider: 'credential_chain',
      extension: 'aws',
      open: s3Chain,
      consumed: [...s3ChainConsumed, ...(more.consumed ?? [])],
      sensitive: s3Sensitive,
    },
  ];
}

const httpOpen = words('verify_ssl http_proxy http_proxy_username extra_http_headers');
const httpSensitive = words('http_proxy_password bearer_token');
const azureOpen = words('account_name endpoint http_proxy proxy_user_name');

function azure(provider: string, open: string, sensitive: string): ProviderRow {
  return {
    type: 'azure',
    provider,
    extension: 'azure',
    open: [...azureOpen, ...words(open)],
    sensitive: ['proxy_password', ...words(sensitive)],
  };
}

const libpq = words(
  `host hostaddr port dbname database user username passfile connect_timeout client_encoding application_name
   fallback_application_name options sslmode sslnegotiation sslcompression sslcert sslkey sslcertmode sslrootcert sslcrl sslcrldir
   sslsni sslkeylogfile ssl_min_protocol_version ssl_max_protocol_version require_auth require_peer service servicefile requirepeer
   target_session_attrs load_balance_hosts channel_binding gssencmode gssdelegation gsslib krbsrvname keepalives keepalives_idle
   keepalives_interval keepalives_count tcp_user_timeout replication min_protocol_version max_protocol_version scram_client_key
   scram_server_key oauth_issuer oauth_client_id oauth_scope aws_rds_secret`,
);
const mysql = words(
  'host port user database socket ssl_mode ssl_ca ssl_capath ssl_cert ssl_cipher ssl_crl ssl_crlpath ssl_key',
);

/** Every provider of every type. */
export const providers: readonly ProviderRow[] = [
  ...s3Family('s3', {}),
  ...s3Family('gcs', { sensitive: ['bearer_token'] }),
  ...s3Family('r2', { consumed: ['account_id'] }),
  ...s3Family('aws', {}),
  {
    // A template: the token is made where it is used, so everything that was given is kept.
    type: 'rds',
    provider: 'credential_chain',
    extension: 'aws',
    open: [...s3Chain, ...s3ChainConsumed, ...words('rds_user rds_host rds_port rds_template_secret_name')],
    sensitive: s3Sensitive,
  },
  {
    type: 'huggingface',
    provider: 'config',
    extension: 'httpfs',
    open: [],
    sensitive: ['token'],
    always: ['token'],
  },
  {
    type: 'huggingface',
    provider: 'credential_chain',
    extension: 'httpfs',
    open: [],
    sensitive: [],
    always: ['token'],
  },
  { type: 'http', provider: 'config', extension: 'httpfs', open: httpOpen, sensitive: httpSensitive },
  { type: 'http', provider: 'env', extension: 'httpfs', open: httpOpen, sensitive: httpSensitive },
  azure('config', '', 'connection_string'),
  azure('service_principal', 'tenant_id client_id', 'client_secret client_certificate_path'),
  azure('access_token', '', 'access_token'),
  azure('credential_chain', 'chain', ''),
  { type: 'mysql', provider: 'config', extension: 'mysql_scanner', open: mysql, sensitive: ['password'] },
  {
    type: 'postgres',
    provider: 'config',
    extension: 'postgres_scanner',
    open: libpq,
    sensitive: words('password sslpassword uri oauth_client_secret'),
    aliases: { database: 'dbname', username: 'user' },
  },
  {
    type: 'iceberg',
    provider: 'config',
    extension: 'iceberg',
    isUnlisted: true,
    open: words('endpoint oauth2_scope oauth2_server_uri oauth2_grant_type extra_http_headers expires_in'),
    sensitive: words('token client_id client_secret refresh_token'),
  },
  {
    type: 'ducklake',
    provider: 'config',
    extension: 'ducklake',
    isUnlisted: true,
    open: words('metadata_path data_path metadata_schema metadata_catalog'),
    sensitive: [],
  },
  ...['quack', 'uc', 'unity_catalog'].map((type) => ({
    type,
    provider: 'config',
    extension: type === 'quack' ? 'quack' : 'unity_catalog',
    isUnlisted: true,
    open: type === 'quack' ? [] : ['endpoint', 'aws_region'],
    sensitive: ['token'],
  })),
];

/** Every secret type. `motherduck` is not among them: the wrapper handles it by itself. */
export const types: readonly TypeRow[] = [
  { type: 's3', defaultProvider: 'config', scopes: ['s3://', 's3n://', 's3a://'] },
  { type: 'gcs', defaultProvider: 'config', scopes: ['gcs://', 'gs://'] },
  { type: 'r2', defaultProvider: 'config', scopes: ['r2://'] },
  { type: 'aws', defaultProvider: 'config', scopes: [''] },
  { type: 'huggingface', defaultProvider: 'config', scopes: ['hf://'] },
  { type: 'http', defaultProvider: 'config', scopes: [] },
  { type: 'azure', defaultProvider: 'config', scopes: ['azure://', 'az://', 'abfss://', 'abfs://'] },
  {
    type: 'rds',
    defaultProvider: 'credential_chain',
    scopes: [],
    ignoresScope: true,
    extension: 'postgres_scanner',
  },
  { type: 'mysql', defaultProvider: 'config', scopes: [], ignoresScope: true },
  { type: 'postgres', defaultProvider: 'config', scopes: [], ignoresScope: true },
  { type: 'iceberg', defaultProvider: 'config', scopes: [], ignoresScope: true },
  { type: 'ducklake', defaultProvider: 'config', scopes: [] },
  { type: 'quack', defaultProvider: 'config', scopes: [] },
  { type: 'uc', defaultProvider: 'config', scopes: [] },
  { type: 'unity_catalog', defaultProvider: 'config', scopes: [] },
];
