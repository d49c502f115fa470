import { SHOWN_OPTIONS } from '../../providers/sdk/duckdb-option-names.js';
import { isRef } from '../sources/references.js';
import type { BackendTable } from '../../model/index.js';
import type { Language } from '../language.js';

/**
 * Which scalars may be shown in the line of a message. The list names what is safe; whatever it lacks is masked, so that a
 * value under a misspelt key, or a section that was added without a thought for this, does not end on a terminal.
 * `*` stands for one step of a path: a name, or a place in a list.
 */
const SHOWN_VALUES: readonly string[] = [
  'version',
  'stack',
  'state.backend',
  'state.lease',
  ...[
    'type',
    'base_url',
    'organization',
    'url',
    'host',
    'port',
    'database',
    'user',
    'sslmode',
    'sslrootcert',
    'secret_directory',
    'extension_directory',
    'allow_server_log',
  ].map((key) => `providers.*.${key}`),
  'providers.*.connect_timeout',
  'providers.*.statement_timeout',
  'providers.*.fdw_usage.*',
  ...['provider', 'providers.*', 'owners.*', 'readers.*', 'self', 'min_owners', 'rotation.max_age'].map(
    (key) => `secrets.*.${key}`,
  ),
  'shares.*.secrets.*',
  'shares.*.provider',
  'shares.*.owners.*',
  'shares.*.readers.*',
  ...['provider', 'providers.*', 'type', 'owner', 'usage.*', 'options_unchecked', 'simple.type'].map(
    (key) => `duckdb_servers.*.${key}`,
  ),
  ...['provider', 'providers.*', 'type', 'scope', 'scope.*'].map((key) => `duckdb_secrets.*.${key}`),
  ...SHOWN_OPTIONS.flatMap((name) => [
    `duckdb_secrets.*.options.${name}`,
    `duckdb_servers.*.options.${name}`,
    `duckdb_servers.*.user_mappings.*.${name}`,
    `duckdb_servers.*.simple.${name}`,
    `duckdb_servers.*.azure.${name}`,
  ]),
  ...['protect', 'ignore.*', 'on_remove', 'adopt'].flatMap((key) => [
    `secrets.*.lifecycle.${key}`,
    `duckdb_servers.*.lifecycle.${key}`,
    `duckdb_secrets.*.lifecycle.${key}`,
  ]),
  'moved.*.from',
  'moved.*.to',
  'removed.*',
];

/** Places that may hold a value source. */
const FIELDS: readonly string[] = [
  'state.*',
  'providers.*.*',
  'secrets.*.value',
  'duckdb_servers.*.options.*',
  'duckdb_servers.*.user_mappings.*.*',
  'duckdb_servers.*.simple.*',
  'duckdb_servers.*.azure.*',
  'duckdb_secrets.*.options.*',
  'duckdb_secrets.*.sensitive.*',
];

/** Maps whose keys are words of the language or names, not values. */
const MAPS: readonly string[] = [
  '',
  'state',
  'providers',
  'providers.*',
  'secrets',
  'secrets.*',
  'secrets.*.lifecycle',
  'secrets.*.rotation',
  'shares.*',
  'duckdb_servers',
  'duckdb_servers.*',
  'duckdb_servers.*.options',
  'duckdb_servers.*.user_mappings',
  'duckdb_servers.*.user_mappings.*',
  'duckdb_servers.*.simple',
  'duckdb_servers.*.azure',
  'duckdb_servers.*.lifecycle',
  'duckdb_secrets',
  'duckdb_secrets.*',
  'duckdb_secrets.*.options',
  'duckdb_secrets.*.sensitive',
  'duckdb_secrets.*.lifecycle',
  'moved.*',
];

type Path = readonly string[];
const compiled = (patterns: readonly string[]): readonly Path[] =>
  patterns.map((pattern) => (pattern === '' ? [] : pattern.split('.')));
const shownValues = compiled(SHOWN_VALUES);
const fields = compiled(FIELDS);
const maps = compiled(MAPS);

function matches(path: Path, patterns: readonly Path[]): boolean {
  return patterns.some(
    (pattern) =>
      pattern.length === path.length &&
      pattern.every((step, at) => step === '*' || step === path[at]?.toLowerCase()),
  );
}

/** Text that is a credential whatever its place: an address with a password in it, several lines, very long text. */
function looksLikeSecret(text: string): boolean {
  return text.length > 200 || text.includes('\n') || hasPassword(text);
}

/** Whether a connection string has a password in it: in its authority, its query, or among `key=value` words. */
export function hasPassword(text: string): boolean {
  // The start is enough: no address is longer, and the time that these tests take grows with the square of the length.
  const start = text.slice(0, 4096);
  return (
    /:\/\/[^/?#\s]*:[^/?#]*@/.test(start) || /(^|[?&;\s])\w*(password|passwd|pwd|accountkey)\s*=/i.test(start)
  );
}

/** Keys that take a number or one of a few words: what is longer was pasted there. */
const FEW_WORDS: ReadonlySet<string> = new Set(
  [
    'version',
    'stdin',
    'base64',
    'trim',
    'type',
    'backend',
    'sslmode',
    'port',
    'self',
    'min_owners',
    'max_age',
  ].concat(['protect', 'adopt', 'on_remove', 'lease', 'allow_server_log', 'timeout']),
);
const LONGEST_WORD = 24;

/** Keys that take an address: what does not begin like one is something else. */
const ADDRESSES: ReadonlySet<string> = new Set(['url', 'base_url']);

function isPasted(key: string, text: string, { short, urls }: BackendTable['excerpt']): boolean {
  if (FEW_WORDS.has(key) || short.has(key)) return text.length > LONGEST_WORD;
  return (ADDRESSES.has(key) || urls.has(key)) && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Whether a path is that of a setting of a state backend that may be shown. */
function isShownSetting(path: Path, { shown }: BackendTable['excerpt']): boolean {
  return path.length === 2 && path[0] === 'state' && shown.has(path[1]?.toLowerCase() ?? '');
}

/** Whether the scalar at a path may be shown. */
export function mayShowValue(path: Path, text: string, { sources, backends }: Language): boolean {
  const { excerpt } = backends;
  const key = path.at(-1) ?? '';
  // A reference of vals may have credentials among its parameters.
  if (looksLikeSecret(text) || isRef(text) || isPasted(key, text, excerpt)) return false;
  if (matches(path, shownValues) || isShownSetting(path, excerpt)) return true;
  if (!sources.keys.has(key) || !matches(path.slice(0, -1), fields)) return false;
  // A token pasted where the name of its variable belongs: names of variables are in capitals by custom.
  return key !== 'env' || /^[A-Z_][A-Z0-9_]*$/.test(text);
}

/** Whether a key of the map at a path may be shown. */
export function mayShowKey(path: Path, key: string, { sources }: Language): boolean {
  if (key.length > 100 || looksLikeSecret(key)) return false;
  if (sources.keys.has(key) && matches(path, fields)) return true;
  return matches(path, maps);
}

/** Keys that may be shown in a file that is not YAML, where nobody can say what stands where. */
export function knownKeys({ sources, backends }: Language): ReadonlySet<string> {
  return new Set([...PATH_STEPS, ...sources.keys, ...backends.settings]);
}

const PATH_STEPS = [...SHOWN_VALUES, ...FIELDS, ...MAPS].flatMap((path) => path.split('.'));

/** Keys whose values may be shown in such a file, where they look as they should. */
export const PLAIN_KEYS: ReadonlySet<string> = new Set([
  'version',
  'stack',
  'type',
  'backend',
  'provider',
  'env',
  'self',
]);
