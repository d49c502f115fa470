import { defined, problemError } from '../../model/index.js';
import type { Field, Fields, SourceRange } from '../../model/index.js';
import { parseUri } from './uri.js';

/** libpq's ways to use TLS, from none to a server whose name is checked. */
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
/** One of libpq's `sslmode` values. */
type SslMode = (typeof SSL_MODES)[number];

/** Where and how to connect, all defaults filled in. */
export interface ConnectionSettings {
  /** Servers to try, in order; a host that starts with `/` is the folder of a Unix socket. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly database: string;
  readonly user: string;
  /** Absent: looked up in the password file, when the server asks for one. */
  readonly password?: string;
  readonly passwordFile: string;
  readonly sslMode: SslMode;
  /** A file; `system` for the certificates that come with Node. */
  readonly sslRootCert?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
  readonly connectTimeoutMs: number;
}

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a configuration says of a connection, and how messages name the place that says it. */
export interface ConnectionEntry {
  /** How a message about these settings begins: `Provider warehouse`. */
  readonly subject: string;
  /** `url`, or libpq's parameters one by one: `host`, `port`, `database`, `user`, `password`, `sslmode` and so on. */
  readonly fields: Fields;
  readonly range?: SourceRange;
}

/** Parameters of a libpq URI that this program has a use for, or that change nothing for it. */
const URI_PARAMETERS = new Set([
  'host', 'hostaddr', 'port', 'dbname', 'user', 'password', 'passfile', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey',
  'connect_timeout', 'application_name', 'fallback_application_name', 'keepalives', 'keepalives_idle',
  'keepalives_interval', 'keepalives_count', 'tcp_user_timeout', 'channel_binding', 'gssencmode', 'sslcompression',
  'sslsni', 'client_encoding',
]); // prettier-ignore

/**
 * Fills in where to connect: the fields of the entry win over its `url`, that over the `PG*` variables, those over
 * libpq's defaults (PostgreSQL docs, "Connection Strings" and "Environment Variables").
 * @throws DiagnosticError for a setting that is not valid; the text of the URL is not in it.
 */
export function connectionSettings(entry: ConnectionEntry, env: Env): ConnectionSettings {
  const uri = uriOf(entry);
  const get: Lookup = (name, variable, inUri = name) =>
    [settingText(entry.fields[name]), uri.get(inUri), env[variable]].find(
      (text) => text !== undefined && text !== '',
    );
  const user = get('user', 'PGUSER') ?? env['USER'] ?? env['LOGNAME'] ?? 'postgres';
  return {
    hosts: hostsOf(entry, get),
    database: get('database', 'PGDATABASE', 'dbname') ?? user,
    user,
    passwordFile: uri.get('passfile') ?? env['PGPASSFILE'] ?? `${env['HOME'] ?? '.'}/.pgpass`,
    sslMode: sslModeOf(entry, get),
    connectTimeoutMs: timeoutOf(entry, get),
    ...defined({
      password: get('password', 'PGPASSWORD'),
      sslRootCert: get('sslrootcert', 'PGSSLROOTCERT'),
      sslCert: get('sslcert', 'PGSSLCERT'),
      sslKey: get('sslkey', 'PGSSLKEY'),
    }),
  };
}

/** A setting by its name in the configuration, its variable, and its name in the URI where that is another one. */
type Lookup = (name: string, variable: string, inUri?: string) => string | undefined;

function uriOf(entry: ConnectionEntry): ReadonlyMap<string, string> {
  const url = settingText(entry.fields['url']) ?? '';
  const uri = url === '' ? new Map<string, string>() : parseUri(url);
  if (typeof uri === 'string')
    return refuseSetting(entry, uri, 'Write postgresql://user@host:port/database.');
  const unknown = [...uri.keys()].find((name) => !URI_PARAMETERS.has(name));
  if (unknown === undefined) return uri;
  return refuseSetting(
    entry,
    `the url has a parameter ${unknown} that is not supported`,
    'Remove it from the url.',
  );
}

function hostsOf(entry: ConnectionEntry, get: Lookup): ConnectionSettings['hosts'] {
  const hosts = (get('host', 'PGHOST') ?? 'localhost').split(',');
  const ports = (get('port', 'PGPORT') ?? '5432').split(',');
  return hosts.map((host, index) => {
    const port = Number(ports[ports.length === 1 ? 0 : index] ?? '5432');
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      refuseSetting(entry, 'the port is not a number from 1 to 65535', 'Write a port such as 5432.');
    }
    return { host: host === '' ? 'localhost' : host, port };
  });
}

function sslModeOf(entry: ConnectionEntry, get: Lookup): SslMode {
  const text = get('sslmode', 'PGSSLMODE') ?? 'prefer';
  return (
    SSL_MODES.find((mode) => mode === text) ??
    refuseSetting(
      entry,
      `the sslmode ${JSON.stringify(text)} is not one of ${SSL_MODES.join(', ')}`,
      'Write one of them.',
    )
  );
}

function timeoutOf(entry: ConnectionEntry, get: Lookup): number {
  const timeout = Number(get('connect_timeout', 'PGCONNECT_TIMEOUT') ?? '10');
  if (!(timeout >= 0)) {
    refuseSetting(entry, 'connect_timeout is not a number of seconds', 'Write it in seconds: 10.');
  }
  // libpq: zero means no limit; a run must end, so ours is ten minutes then.
  return timeout === 0 ? 600_000 : timeout * 1000;
}

/**
 * Refuses a setting of a connection.
 * @throws DiagnosticError always
 */
export function refuseSetting({ subject, range }: ConnectionEntry, summary: string, next: string): never {
  throw problemError({ code: 'postgres-settings', summary: `${subject}: ${summary}.`, next, at: range });
}

/** A setting's text; nothing where it is absent, null or hidden. */
export function settingText(field: Field | undefined): string | undefined {
  if (field === undefined || field.kind === 'hidden') return undefined;
  if (field.kind === 'sensitive') return field.value.reveal();
  const { value } = field;
  return value === null ? undefined : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
