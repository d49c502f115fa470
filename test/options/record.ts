import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OptionType, RecordedSet, ReleaseTable } from '../../src/providers/sdk/duckdb-options/table.js';
import type { Driver } from './drivers.js';

/** Where the extensions of a DuckDB are, by name. */
export type ExtensionFiles = ReadonlyMap<string, string>;

/** Finds the extensions of one version below a directory, as DuckDB lays it out. */
export async function extensionFiles(directory: string, version: string): Promise<ExtensionFiles> {
  const files = new Map<string, string>();
  const folder = join(directory, version);
  for (const platform of await readdir(folder).catch(() => [])) {
    for (const name of await readdir(join(folder, platform))) {
      const extension = /^(\w+)\.duckdb_extension$/.exec(name)?.[1];
      if (extension !== undefined) files.set(extension, join(folder, platform, name));
    }
  }
  return files;
}

/** What to say beside an option, so that CREATE SECRET gets as far as possible without asking anything outside. */
const COMPANIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  's3/credential_chain': { validation: 'none', chain: 'env' },
  'aws/credential_chain': { validation: 'none', chain: 'env' },
  'gcs/credential_chain': { validation: 'none', chain: 'env' },
  'r2/credential_chain': { validation: 'none', chain: 'env' },
  'rds/credential_chain': {
    validation: 'none',
    chain: 'env',
    rds_user: 'u',
    rds_host: 'h',
    rds_port: '1',
    region: 'r',
  },
  'iceberg/config': { token: 't', endpoint: 'http://127.0.0.1:9' },
  'quack/config': { token: 'tttttttt' },
  'ducklake/config': { metadata_path: 'm' },
};

/** The providers that some type of some release has. */
const PROVIDERS = [
  'config',
  'credential_chain',
  'env',
  'access_token',
  'service_principal',
  'managed_identity',
  'oauth2',
];

/** Types that some release has. */
const TYPES = [
  ...['aws', 'azure', 'delta', 'ducklake', 'gcs', 'http', 'huggingface', 'iceberg', 'motherduck', 'mysql'],
  ...['odbc', 'postgres', 'quack', 'r2', 'rds', 'redshift', 's3', 'uc', 'unity_catalog', 'webdav'],
];

/** Words of these are tried as names of options, besides what is in the files of the extensions. */
const WORDS =
  `access_token access_delegation_mode account_id account_key account_name assume_role_arn authorization_type aws_rds_secret aws_region
  background_catalog_refresh_inactivity_timeout bearer_token bucket catalog chain client_certificate_path client_id client_secret connection_string
  data_path database default_database default_region default_schema disable_ssl encrypted endpoint expires_in external_id extra_http_headers file host
  http_proxy http_proxy_password http_proxy_username key key_id kms_key_id metadata_catalog metadata_parameters metadata_path metadata_schema
  oauth2_grant_type oauth2_scope oauth2_server_uri object_id password port profile proxy_password proxy_user_name rds_database rds_host rds_port rds_user
  refresh refresh_info refresh_token region requester_pays resource_id role_arn secret secret_key session_name session_token signing_name signing_region
  socket sql_endpoint ssl ssl_ca ssl_capath ssl_cert ssl_cipher ssl_crl ssl_crlpath ssl_key ssl_mode tables_owner_role tenant_id token uri url
  url_compatibility_mode url_style use_ssl user username validation verify_ssl warehouse web_identity_token_file
  application_name channel_binding client_encoding connect_timeout dbname fallback_application_name gssdelegation gssencmode gsslib hostaddr keepalives
  keepalives_count keepalives_idle keepalives_interval krbsrvname load_balance_hosts max_protocol_version min_protocol_version oauth_client_id
  oauth_client_secret oauth_issuer oauth_scope options passfile replication require_auth requirepeer requiressl scram_client_key scram_server_key service
  ssl_max_protocol_version ssl_min_protocol_version sslcert sslcertmode sslcompression sslcrl sslcrldir sslkey sslkeylogfile sslmode sslnegotiation
  sslpassword sslrootcert sslsni target_session_attrs tcp_user_timeout`.split(/\s+/);

/** Every word in a library that could be the name of an option. */
async function wordsIn(file: string): Promise<ReadonlySet<string>> {
  const text = (await readFile(file)).toString('latin1');
  return new Set(text.match(/(?<![\w./:-])[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?=[^\w./:-])/g)?.filter(isLikely));
}

const isLikely = (word: string): boolean => word.length >= 3 && word.length <= 44;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What is asked about one secret type. */
interface Asked {
  readonly driver: Driver;
  readonly type: string;
  readonly provider: string;
}

type Refusal = string | undefined;

async function create(
  { driver, type, provider }: Asked,
  options: Readonly<Record<string, string>>,
): Promise<Refusal> {
  const parts = Object.entries(options).map(([name, value]) => `, "${name}" ${quoted(value)}`);
  const sql = `CREATE OR REPLACE TEMPORARY SECRET asked (TYPE ${type}, PROVIDER ${provider}${parts.join('')})`;
  const answer = await driver.run(sql);
  return 'error' in answer ? answer.error : undefined;
}

// Names are in single quotes before 2.0, in double quotes since.
const isUnknown = (refusal: Refusal, name: string): boolean =>
  refusal !== undefined &&
  (new RegExp(`Unknown parameter ['"]${name}['"]`).test(refusal) ||
    /Parser Error|syntax error/.test(refusal));

/** The type of an option, by what DuckDB says of a text that fits none but text. */
function typeOf(refusal: Refusal): OptionType {
  const type = /Failed to cast option ['"]\w+['"] to type '([A-Z_]+)/.exec(refusal ?? '')?.[1];
  if (type === undefined) return 'text';
  if (type === 'BOOLEAN') return 'boolean';
  return type === 'MAP' ? 'map' : 'number';
}

const SAMPLES: Readonly<Record<OptionType, string>> = {
  text: 'probe',
  boolean: 'true',
  map: '{probe=probe}',
  number: '1',
};

async function optionsOf(asked: Asked, words: ReadonlySet<string>): Promise<RecordedSet['options']> {
  const options: Record<string, OptionType> = {};
  for (const word of [...words].sort()) {
    if (word === 'type' || word === 'provider' || word === 'scope') continue;
    const refusal = await create(asked, { [word]: 'probe' });
    if (!isUnknown(refusal, word)) options[word] = typeOf(refusal);
  }
  return options;
}

/** The options that `duckdb_secrets()` shows as `redacted`; those that could not be tried are missing from both. */
async function redactionOf(
  asked: Asked,
  options: RecordedSet['options'],
): Promise<{ readonly redacted: string[]; readonly untried: string[] }> {
  const redacted: string[] = [];
  const untried: string[] = [];
  const companions = COMPANIONS[`${asked.type}/${asked.provider}`] ?? {};
  for (const [name, type] of Object.entries(options)) {
    const usual = companions[name];
    const refusal = await create(asked, { ...companions, [name]: usual ?? SAMPLES[type] });
    if (refusal !== undefined) {
      untried.push(name);
      continue;
    }
    const answer = await asked.driver.run(`SELECT secret_string FROM duckdb_secrets() WHERE name = 'asked'`);
    const text = 'rows' in answer ? (answer.rows[0]?.[0] ?? '') : '';
    if (new RegExp(`(^|;)${name}=redacted(;|$)`).test(text)) redacted.push(name);
  }
  return { redacted, untried };
}

/** A type and a provider of it, with the extension that brought it. */
interface Found {
  readonly type: string;
  readonly provider: string;
  readonly isDefault: boolean;
  readonly extension: string | undefined;
}

const NO_PROVIDER = /Secret provider ['"][^'"]*['"] not found/;

/** The types and providers that DuckDB has now and did not have before. */
async function newSets(
  driver: Driver,
  before: readonly Found[],
  extension: string | undefined,
): Promise<readonly Found[]> {
  const answer = await driver.run('SELECT type, default_provider FROM duckdb_secret_types() ORDER BY type');
  if ('error' in answer) throw new Error(answer.error);
  const found: Found[] = [];
  for (const [type = '', defaultProvider = ''] of answer.rows) {
    for (const provider of new Set([defaultProvider, ...PROVIDERS])) {
      if (before.some((known) => known.type === type && known.provider === provider)) continue;
      if (NO_PROVIDER.test((await create({ driver, type, provider }, {})) ?? '')) continue;
      found.push({ type, provider, isDefault: provider === defaultProvider, extension });
    }
  }
  return found;
}

/** Types that this DuckDB knows to be in an extension that it does not have here. */
async function elsewhere(driver: Driver, have: ReadonlySet<string>): Promise<ReleaseTable['unread']> {
  const unread: { type: string; extension: string }[] = [];
  for (const type of TYPES.filter((candidate) => !have.has(candidate))) {
    const answer = await driver.run(`CREATE OR REPLACE TEMPORARY SECRET asked (TYPE ${type})`);
    const extension =
      'error' in answer ? /it exists in the (\w+) extension/.exec(answer.error)?.[1] : undefined;
    if (extension !== undefined) unread.push({ type, extension });
  }
  return unread;
}

/** What the other extensions build on, first. */
const FIRST = ['httpfs', 'avro', 'aws'];
const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

/**
 * Asks a DuckDB for the secret types, providers and options that it has with the extensions of a directory: CREATE SECRET in memory
 * tells which options exist and of what type they are, `duckdb_secrets()` which are redacted.
 * @param directory where its extensions are; absent: those that it is built with
 */
export async function recordOptions(driver: Driver, directory: string | undefined): Promise<ReleaseTable> {
  const asked = await driver.run('SELECT version()');
  const version = 'rows' in asked ? (asked.rows[0]?.[0] ?? '') : '';
  const files: ExtensionFiles =
    directory === undefined ? new Map<string, string>() : await extensionFiles(directory, version);
  const found = [...(await newSets(driver, [], undefined))];
  const extensions: string[] = [];
  for (const name of [...files.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) {
    if ('error' in (await driver.run(`LOAD ${quoted(files.get(name) ?? '')}`))) continue;
    extensions.push(name);
    found.push(...(await newSets(driver, found, name)));
  }
  const sets: RecordedSet[] = [];
  for (const { type, provider, isDefault, extension } of found) {
    const words = new Set(WORDS);
    const file = files.get(extension ?? '');
    if (file !== undefined) for (const word of await wordsIn(file)) words.add(word);
    const options = await optionsOf({ driver, type, provider }, words);
    const { redacted, untried } = await redactionOf({ driver, type, provider }, options);
    sets.push({
      type,
      provider,
      isDefault,
      basis: 'recorded',
      ...(extension === undefined ? {} : { extension }),
      options,
      redacted,
      ...(untried.length === 0 ? {} : { redactionUnknown: untried }),
    });
  }
  const unread = await elsewhere(driver, new Set(sets.map(({ type }) => type)));
  return {
    release: /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version,
    version,
    extensions: extensions.sort(),
    sets,
    unread,
  };
}
