/**
 * What DuckDB's secret types accept: data, not code. The `s3`, `gcs`, `r2`, `aws`, `huggingface` and `http` rows are the measured
 * options; `azure` and `motherduck` were measured with the wrapper; the rest is read from the sources of nearby versions,
 * as the contract says. A new option is one word here.
 */

/** How DuckDB reads a value: text, a boolean, or a map written `{k=v}`. */
export type Cast = 'VARCHAR' | 'BOOLEAN' | 'MAP';

/** One provider of a secret type. */
export interface ProviderRow {
  readonly type: string;
  readonly provider: string;
  /** The DuckDB extension that brings this provider; `httpfs` is linked in. */
  readonly extension: string;
  /** Options that may stand in the server, in DuckDB's order. */
  readonly open: readonly string[];
  /** Options that DuckDB redacts: they belong in the user mapping. */
  readonly sensitive: readonly string[];
  /** Options that steer the provider and are not kept in the secret. */
  readonly consumed?: readonly string[];
  /** Redacted options that the secret shows even when they were not given. */
  readonly always?: readonly string[];
}

/** One secret type: its default provider, and the paths it applies to when no SCOPE is given. */
export interface TypeRow {
  readonly type: string;
  readonly defaultProvider: string;
  readonly scopes: readonly string[];
}

/** Options that are not plain text. */
export const casts: Readonly<Record<string, Cast>> = {
  use_ssl: 'BOOLEAN',
  verify_ssl: 'BOOLEAN',
  url_compatibility_mode: 'BOOLEAN',
  requester_pays: 'BOOLEAN',
  extra_http_headers: 'MAP',
  refresh_info: 'MAP',
};

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

const proxy = 'http_proxy http_proxy_username http_proxy_password extra_http_headers';
const s3Config = words(
  `key_id region endpoint url_style use_ssl verify_ssl kms_key_id url_compatibility_mode requester_pays refresh refresh_info ${proxy}`,
);
const s3Chain = words('key_id region endpoint url_style use_ssl url_compatibility_mode refresh');
const s3ChainConsumed = words(
  'chain profile validation assume_role_arn external_id web_identity_token_file session_name',
);
const s3Sensitive = words('secret session_token');

/** The S3 family: four types with the same options, but for the two that one of them adds. */
function s3Family(type: string, more: { open?: string[]; sensitive?: string[] }): ProviderRow[] {
  return [
    {
      type,
      provider: 'config',
      extension: 'httpfs',
      open: [...s3Config, ...(more.open ?? [])],
      sensitive: [...s3Sensitive, ...(more.sensitive ?? [])],
    },
    {
      type,
      provider: 'credential_chain',
      extension: 'aws',
      open: [...s3Chain, ...(more.open ?? [])],
      consumed: s3ChainConsumed,
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
  `host hostaddr port dbname user passfile connect_timeout application_name sslmode sslcert sslkey sslrootcert options service
   target_session_attrs channel_binding gssencmode keepalives`,
);
const mysql = words(
  'host port user database socket ssl_mode ssl_ca ssl_capath ssl_cert ssl_cipher ssl_crl ssl_crlpath ssl_key',
);

/** Every provider of every type. */
export const providers: readonly ProviderRow[] = [
  ...s3Family('s3', {}),
  ...s3Family('gcs', { sensitive: ['bearer_token'] }),
  ...s3Family('r2', { open: ['account_id'] }),
  ...s3Family('aws', {}),
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
  azure('managed_identity', 'client_id object_id resource_id', ''),
  { type: 'mysql', provider: 'config', extension: 'mysql_scanner', open: mysql, sensitive: ['password'] },
  {
    type: 'postgres',
    provider: 'config',
    extension: 'postgres_scanner',
    open: libpq,
    sensitive: words('password sslpassword uri oauth_client_secret'),
  },
  {
    type: 'iceberg',
    provider: 'oauth2',
    extension: 'iceberg',
    open: words('endpoint oauth2_scope oauth2_server_uri oauth2_grant_type'),
    sensitive: words('token client_id client_secret'),
  },
  {
    type: 'ducklake',
    provider: 'config',
    extension: 'ducklake',
    open: words('metadata_path data_path metadata_schema metadata_catalog'),
    sensitive: [],
  },
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
  { type: 'mysql', defaultProvider: 'config', scopes: [] },
  { type: 'postgres', defaultProvider: 'config', scopes: [] },
  { type: 'iceberg', defaultProvider: 'oauth2', scopes: [] },
  { type: 'ducklake', defaultProvider: 'config', scopes: [] },
];
