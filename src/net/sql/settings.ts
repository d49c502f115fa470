import { defined } from '../../model/index.js';
import type { Target } from '../../model/index.js';
import { authenticationSettings } from './authentication.js';
import type { AuthenticationSettings } from './authentication.js';
import { firstText, refuseSetting, settingText } from './entry.js';
import type { ConnectionEntry, ConnectionTexts, Env } from './entry.js';
import { hostsOf } from './hosts.js';
import type { Host } from './hosts.js';
import { checkParameters } from './parameters.js';
import { sessionAttrsOf } from './session-attrs.js';
import type { SessionAttrs } from './session-attrs.js';
import { exposureOf, sslSettings } from './ssl.js';
import type { SslSettings } from './ssl.js';
import { parseUri } from './uri.js';

export { refuseSetting, settingText } from './entry.js';
export type { ConnectionEntry, Env } from './entry.js';

/** Where and how to connect, all defaults filled in. */
export interface ConnectionSettings extends SslSettings, AuthenticationSettings {
  /** Servers to try, in order. */
  readonly hosts: readonly Host[];
  readonly database: string;
  readonly user: string;
  /** Absent: looked up in the password file, when the server asks for one. */
  readonly password?: string;
  readonly passwordFile: string;
  readonly connectTimeoutMs: number;
  /** What kind of server is wanted; absent: any. */
  readonly sessionAttrs?: SessionAttrs;
  /** Set where the servers are tried in a random order. */
  readonly isBalanced?: boolean;
  /** Command line options for the session. */
  readonly options?: string;
}

/**
 * Fills in where to connect: the fields of the entry win over its `url`, that over the `PG*` variables, those over
 * libpq's defaults (PostgreSQL docs, "Connection Strings" and "Environment Variables"). What protects the connection is only
 * ever made stronger by the configuration, and it does not redirect a url that comes from a value source.
 * @throws DiagnosticError for a setting that is not valid; the text of the URL is not in it.
 */
export function connectionSettings(entry: ConnectionEntry, env: Env): ConnectionSettings {
  const texts = textsOf(entry, env);
  const { uri } = texts;
  const get: Lookup = (name, variable, inUri = name) =>
    firstText(settingText(entry.fields[name]), uri.get(inUri), env[variable]);
  const hosts = hostsOf(texts);
  checkParameters(texts, hosts.some(isSocket));
  const user = get('user', 'PGUSER') ?? env['USER'] ?? env['LOGNAME'] ?? 'postgres';
  const sessionAttrs = sessionAttrsOf(texts);
  return {
    hosts,
    database: get('database', 'PGDATABASE', 'dbname') ?? user,
    user,
    passwordFile: uri.get('passfile') ?? env['PGPASSFILE'] ?? `${env['HOME'] ?? '.'}/.pgpass`,
    connectTimeoutMs: timeoutOf(entry, get),
    ...sslSettings(texts),
    ...authenticationSettings(texts),
    ...defined({
      password: get('password', 'PGPASSWORD'),
      sessionAttrs: sessionAttrs === 'any' ? undefined : sessionAttrs,
      isBalanced: get('load_balance_hosts', 'PGLOADBALANCEHOSTS') === 'random' ? true : undefined,
      options: get('options', 'PGOPTIONS'),
    }),
  };
}

/** The servers that a connection may be made to, as they are dialled. */
export function targetsOf(settings: ConnectionSettings): readonly Target[] {
  return settings.hosts.map((host) => ({ ...host, ...defined({ exposure: exposureOf(settings) }) }));
}

/** A setting by its name in the configuration, its variable, and its name in the URI where that is another one. */
type Lookup = (name: string, variable: string, inUri?: string) => string | undefined;

function isSocket({ host, address }: Host): boolean {
  return address === undefined && host.startsWith('/');
}

function textsOf(entry: ConnectionEntry, env: Env): ConnectionTexts {
  const { url } = entry.fields;
  const text = settingText(url) ?? '';
  const uri = text === '' ? new Map<string, string>() : parseUri(text);
  if (!(uri instanceof Map)) return refuseSetting(entry, uri.wrong, uri.next);
  return { entry, uri, hasOuterUrl: text !== '' && url?.kind === 'sensitive', env };
}

function timeoutOf(entry: ConnectionEntry, get: Lookup): number {
  const timeout = Number(get('connect_timeout', 'PGCONNECT_TIMEOUT') ?? '10');
  if (!(timeout >= 0)) {
    refuseSetting(entry, 'connect_timeout is not a number of seconds', 'Write it in seconds: 10.');
  }
  // libpq: zero means no limit; a run must end, so ours is ten minutes then.
  return timeout === 0 ? 600_000 : timeout * 1000;
}
