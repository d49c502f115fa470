import { DiagnosticError, defined } from '../../model/index.js';
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
 * @throws DiagnosticError for what cannot be understood; the text of the URL is not in it.
 */
export function connectionSettings(entry: ConnectionEntry, env: Env): ConnectionSettings {
  const { fields } = entry;
  const refuse = (summary: string, next: string): never => refuseSetting(entry, summary, next);
  const url = settingText(fields['url']);
  const uri = url === undefined || url === '' ? new Map<string, string>() : parseUri(url);
  if (typeof uri === 'string') return refuse(uri, 'Write postgresql://user@host:port/database.');
  for (const name of uri.keys()) {
    if (!URI_PARAMETERS.has(name)) {
      refuse(`the url has a parameter ${name} that is not supported`, 'Remove it from the url.');
    }
  }
  const get = (name: string, inUri: string, variable: string): string | undefined =>
    [settingText(fields[name]), uri.get(inUri), env[variable]].find((one) => one !== undefined && one !== '');

  const user = get('user', 'user', 'PGUSER') ?? env['USER'] ?? env['LOGNAME'] ?? 'postgres';
  const hosts = (get('host', 'host', 'PGHOST') ?? 'localhost').split(',');
  const ports = (get('port', 'port', 'PGPORT') ?? '5432').split(',');
  const sslMode = get('sslmode', 'sslmode', 'PGSSLMODE') ?? 'prefer';
  const timeout = Number(get('connect_timeout', 'connect_timeout', 'PGCONNECT_TIMEOUT') ?? '10');
  if (!(timeout >= 0)) refuse('connect_timeout is not a number of seconds', 'Write it in seconds: 10.');
  const sslRootCert = get('sslrootcert', 'sslrootcert', 'PGSSLROOTCERT');
  const sslCert = get('sslcert', 'sslcert', 'PGSSLCERT');
  const sslKey = get('sslkey', 'sslkey', 'PGSSLKEY');
  const password = get('password', 'password', 'PGPASSWORD');
  return {
    hosts: hosts.map((host, index) => {
      const port = Number(ports[ports.length === 1 ? 0 : index] ?? '5432');
      if (!Number.isInteger(port) || port < 1 || port > 65535) {
        refuse('the port is not a number from 1 to 65535', 'Write a port such as 5432.');
      }
      return { host: host === '' ? 'localhost' : host, port };
    }),
    database: get('database', 'dbname', 'PGDATABASE') ?? user,
    user,
    ...defined({ password }),
    passwordFile: uri.get('passfile') ?? env['PGPASSFILE'] ?? `${env['HOME'] ?? '.'}/.pgpass`,
    sslMode:
      SSL_MODES.find((one) => one === sslMode) ??
      refuse(
        `the sslmode ${JSON.stringify(sslMode)} is none of ${SSL_MODES.join(', ')}`,
        'Write one of them.',
      ),
    ...defined({ sslRootCert, sslCert, sslKey }),
    // libpq: zero means no limit; a run must end, so ours is ten minutes then.
    connectTimeoutMs: timeout === 0 ? 600_000 : timeout * 1000,
  };
}

/**
 * Refuses a setting of a connection.
 * @throws DiagnosticError always
 */
export function refuseSetting({ subject, range }: ConnectionEntry, summary: string, next: string): never {
  throw new DiagnosticError([
    {
      severity: 'error',
      code: 'postgres-settings',
      summary: `${subject}: ${summary}.`,
      next,
      ...defined({ range }),
    },
  ]);
}

/** A setting's text; nothing where it is absent, null or hidden. */
export function settingText(field: Field | undefined): string | undefined {
  if (field === undefined || field.kind === 'hidden') return undefined;
  if (field.kind === 'sensitive') return field.value.reveal();
  const { value } = field;
  return value === null ? undefined : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
