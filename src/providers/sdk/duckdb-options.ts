/**
 * What DuckDB's secret types accept, as one table (DuckDB wrapper contract). Rows marked `measured` were recorded option by
 * option, so an option that another row has and such a row lacks is wrong; the others are read from sources of nearby versions.
 * A type or an option that no row has may exist in a newer DuckDB.
 */

/** Where an option may be: `server` in the server or in a mapping; `mapping` (sensitive) in a mapping alone. */
export type Place = 'server' | 'mapping';

/** How DuckDB reads the text of an option. A map is written `{key=value}`. */
type DataType = 'text' | 'boolean' | 'map';

/** One option of one secret type and provider. */
interface OptionRule {
  readonly name: string;
  readonly place: Place;
  readonly sensitive: boolean;
  readonly dataType: DataType;
}

/** The options of one secret type with one provider. */
export interface OptionSet {
  readonly type: string;
  /** DuckDB's provider of the secret (`config`, `credential_chain`), as in the option `provider`. */
  readonly provider: string;
  /** Whether it holds where no provider is named. */
  readonly isDefault: boolean;
  readonly measured: boolean;
  readonly options: readonly OptionRule[];
  /** Options that the type cannot do without. */
  readonly required: readonly string[];
}

/** Options that take true or false, whatever the type. */
export const BOOLEAN_OPTIONS: readonly string[] = [
  'requester_pays',
  'url_compatibility_mode',
  'use_ssl',
  'verify_ssl',
];
/** Options that DuckDB shows in clear though they carry credentials (DuckDB wrapper contract). */
export const SHOWN_BUT_SENSITIVE: readonly string[] = [
  'http_proxy_password',
  'extra_http_headers',
  'refresh_info',
];

const MAPS = new Set(['extra_http_headers', 'refresh_info']);

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

function rule(name: string, place: Place): OptionRule {
  const dataType = BOOLEAN_OPTIONS.includes(name) ? 'boolean' : MAPS.has(name) ? 'map' : 'text';
  return { name, place, sensitive: place === 'mapping', dataType };
}

interface Row {
  readonly types: string;
  readonly providers: string;
  readonly sensitive: string;
  readonly open: string;
  readonly measured?: boolean;
  readonly required?: string;
}

/** The first row of a type has its default provider first. */
const S3_CONFIG =
  'key_id region endpoint url_style use_ssl verify_ssl kms_key_id url_compatibility_mode requester_pays refresh http_proxy http_proxy_username';
/** DuckDB shows these in clear, though they hold credentials: they are kept in the mapping all the same. */
const S3_KEPT = 'secret session_token http_proxy_password extra_http_headers refresh_info';
const S3_CHAIN =
  'key_id region endpoint url_style use_ssl url_compatibility_mode chain profile validation assume_role_arn external_id web_identity_token_file session_name refresh';
const AZURE = 'account_name endpoint http_proxy proxy_user_name';
const LIBPQ =
  'host hostaddr port dbname database user passfile require_auth channel_binding connect_timeout client_encoding options application_name fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout replication gssencmode sslmode requiressl sslnegotiation sslcompression sslcert sslkey sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer ssl_min_protocol_version ssl_max_protocol_version krbsrvname gsslib gssdelegation service target_session_attrs load_balance_hosts';

const ROWS: readonly Row[] = [
  { types: 's3 aws', providers: 'config', sensitive: S3_KEPT, open: S3_CONFIG, measured: true },
  {
    types: 'gcs',
    providers: 'config',
    sensitive: `${S3_KEPT} bearer_token`,
    open: S3_CONFIG,
    measured: true,
  },
  { types: 'r2', providers: 'config', sensitive: S3_KEPT, open: `${S3_CONFIG} account_id`, measured: true },
  {
    types: 's3 aws gcs',
    providers: 'credential_chain',
    sensitive: 'secret session_token',
    open: S3_CHAIN,
    measured: true,
  },
  {
    types: 'r2',
    providers: 'credential_chain',
    sensitive: 'secret session_token',
    open: `${S3_CHAIN} account_id`,
    measured: true,
  },
  { types: 'huggingface', providers: 'config', sensitive: 'token', open: '', measured: true },
  { types: 'huggingface', providers: 'credential_chain', sensitive: '', open: '', measured: true },
  {
    types: 'http',
    providers: 'config env',
    sensitive: 'http_proxy_password bearer_token extra_http_headers',
    open: 'verify_ssl http_proxy http_proxy_username',
    measured: true,
  },
  { types: 'azure', providers: 'config', sensitive: 'connection_string proxy_password', open: AZURE },
  {
    types: 'azure',
    providers: 'service_principal',
    sensitive: 'client_secret client_certificate_path proxy_password',
    open: `${AZURE} tenant_id client_id`,
  },
  { types: 'azure', providers: 'access_token', sensitive: 'access_token proxy_password', open: AZURE },
  { types: 'azure', providers: 'credential_chain', sensitive: 'proxy_password', open: `${AZURE} chain` },
  {
    types: 'azure',
    providers: 'managed_identity',
    sensitive: 'proxy_password',
    open: `${AZURE} client_id object_id resource_id`,
  },
  {
    types: 'motherduck',
    providers: 'config',
    sensitive: 'token',
    open: 'default_database tables_owner_role background_catalog_refresh_inactivity_timeout',
    measured: true,
    required: 'token',
  },
  {
    types: 'mysql',
    providers: 'config',
    sensitive: 'password',
    open: 'host port user database socket ssl_mode ssl_ca ssl_capath ssl_cert ssl_cipher ssl_crl ssl_crlpath ssl_key',
  },
  {
    types: 'postgres',
    providers: 'config',
    sensitive: 'password sslpassword uri oauth_client_secret scram_client_key scram_server_key',
    open: LIBPQ,
  },
  {
    types: 'iceberg',
    providers: 'config',
    sensitive: 'token client_id client_secret refresh_token',
    open: 'endpoint oauth2_scope oauth2_server_uri oauth2_grant_type',
  },
  {
    types: 'ducklake',
    providers: 'config',
    sensitive: 'metadata_path data_path metadata_parameters',
    open: 'metadata_schema metadata_catalog encrypted',
  },
];

function expand(): readonly OptionSet[] {
  const sets: OptionSet[] = [];
  for (const row of ROWS) {
    for (const type of words(row.types)) {
      for (const provider of words(row.providers)) {
        sets.push({
          type,
          provider,
          isDefault: !sets.some((set) => set.type === type),
          measured: row.measured === true,
          options: [
            ...words(row.sensitive).map((name) => rule(name, 'mapping')),
            ...words(`${row.open} scope provider`).map((name) => rule(name, 'server')),
          ],
          required: words(row.required ?? ''),
        });
      }
    }
  }
  return sets;
}

/** The whole table: one entry for each secret type and provider. SCOPE and PROVIDER go with every type. */
export const optionSets: readonly OptionSet[] = expand();

/** Every secret type that the table knows, in lower case. */
export const secretTypes: readonly string[] = [...new Set(optionSets.map((optionSet) => optionSet.type))];

/** The options of a type (any case) with a provider; with the default provider where none is named. */
export function findOptionSet(type: string, provider: string | undefined): OptionSet | undefined {
  const ofType = optionSets.filter((optionSet) => optionSet.type === type.toLowerCase());
  return ofType.find((optionSet) =>
    provider === undefined ? optionSet.isDefault : optionSet.provider === provider.toLowerCase(),
  );
}

/** Whether any type knows an option of this name. */
export function isKnownOption(name: string): boolean {
  return optionSets.some((optionSet) => optionSet.options.some((option) => option.name === name));
}

/**
 * Whether an option is sensitive for a type: for the given provider where the table knows it, else for any provider of the
 * type, and for an unknown type where any type keeps an option of that name in the mapping.
 */
export function isSensitiveOption(type: string, provider: string | undefined, name: string): boolean {
  const exact = findOptionSet(type, provider)?.options.find((option) => option.name === name);
  if (exact !== undefined) return exact.sensitive;
  const ofType = optionSets.filter((optionSet) => optionSet.type === type.toLowerCase());
  return (ofType.length > 0 ? ofType : optionSets).some(({ options }) =>
    options.some((option) => option.name === name && option.sensitive),
  );
}
