import { outerText, ownText, refuseSetting } from './entry.js';
import type { ConnectionTexts } from './entry.js';

/**
 * The parameters of libpq (PostgreSQL 18 docs, "Parameter Key Words" and "Environment Variables"): each is honoured, changes
 * nothing for this program, or is refused by name. None is taken and ignored that somebody relies on.
 */

/** Honoured, whatever they say, or without an effect here: they tune the transport, or name the program. */
const ACCEPTED = new Set([
  'host', 'hostaddr', 'port', 'dbname', 'user', 'password', 'passfile', 'connect_timeout', 'options',
  'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'sslcrl', 'require_auth',
  'application_name', 'fallback_application_name', 'client_encoding', 'sslcompression',
  'keepalives', 'keepalives_idle', 'keepalives_interval', 'keepalives_count', 'tcp_user_timeout',
]); // prettier-ignore

interface Limited {
  readonly variable?: string;
  /** The words that this program honours. */
  readonly accepts: readonly string[];
  /** Why there is no other, as a sentence. */
  readonly why?: string;
}

const PROTOCOLS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** Honoured for some of their words only. */
const LIMITED: Readonly<Record<string, Limited>> = {
  target_session_attrs: {
    variable: 'PGTARGETSESSIONATTRS',
    accepts: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
  },
  load_balance_hosts: { variable: 'PGLOADBALANCEHOSTS', accepts: ['disable', 'random'] },
  channel_binding: { variable: 'PGCHANNELBINDING', accepts: ['disable', 'prefer', 'require'] },
  gssencmode: {
    variable: 'PGGSSENCMODE',
    accepts: ['disable', 'prefer'],
    why: 'GSSAPI encryption is not supported; use TLS: sslmode=verify-full.',
  },
  gssdelegation: { variable: 'PGGSSDELEGATION', accepts: ['0'], why: 'GSSAPI is not supported.' },
  sslnegotiation: { variable: 'PGSSLNEGOTIATION', accepts: ['postgres', 'direct'] },
  ssl_min_protocol_version: { variable: 'PGSSLMINPROTOCOLVERSION', accepts: PROTOCOLS },
  ssl_max_protocol_version: { variable: 'PGSSLMAXPROTOCOLVERSION', accepts: PROTOCOLS },
  sslcertmode: { variable: 'PGSSLCERTMODE', accepts: ['disable', 'allow'] },
  sslsni: { variable: 'PGSSLSNI', accepts: ['1'], why: 'The host name is always sent to the server.' },
  replication: { accepts: ['false', 'off', 'no', '0'] },
  min_protocol_version: { variable: 'PGMINPROTOCOLVERSION', accepts: ['3.0'] },
  max_protocol_version: { variable: 'PGMAXPROTOCOLVERSION', accepts: ['3.0', '3.2', 'latest'] },
};

/** Not honoured, each with what to do instead. */
const REFUSED: Readonly<Record<string, { readonly variable?: string; readonly next: string }>> = {
  service: { variable: 'PGSERVICE', next: 'Write out the parameters of the service.' },
  servicefile: { next: 'Write out the parameters of the service.' },
  sslcrldir: { variable: 'PGSSLCRLDIR', next: 'Put the revocation lists into one file: sslcrl.' },
  scram_client_key: { next: 'Give the password.' },
  scram_server_key: { next: 'Give the password.' },
  sslkeylogfile: { next: 'Remove it: it writes the keys of the connection to a file.' },
  krbsrvname: { next: 'Remove it: GSSAPI is not supported.' },
  gsslib: { next: 'Remove it: GSSAPI is not supported.' },
  oauth_issuer: { next: 'Use another way to log in.' },
  oauth_client_id: { next: 'Use another way to log in.' },
  oauth_client_secret: { next: 'Use another way to log in.' },
  oauth_scope: { next: 'Use another way to log in.' },
};

/**
 * Checks every parameter of a connection that this program cannot simply honour. What a parameter says is not shown, since the
 * url may be secret.
 * @param usesSocket whether one of the hosts is a Unix socket
 * @throws DiagnosticError naming the parameter or the variable
 */
export function checkParameters(texts: ConnectionTexts, usesSocket: boolean): void {
  for (const [name, limited] of Object.entries(LIMITED)) checkLimited(texts, name, limited);
  for (const [name, { variable, next }] of Object.entries(REFUSED)) refuse(texts, name, variable, next);
  if (usesSocket) refuse(texts, 'requirepeer', 'PGREQUIREPEER', PEER);
  if (!texts.hasOuterUrl && texts.uri.has('options')) {
    refuseSetting(
      texts.entry,
      'options in a url of the configuration can change how the session reads our statements',
      'Set PGOPTIONS where this run is set up, or give the url from the environment: url: { env: NAME }.',
    );
  }
  for (const name of texts.uri.keys()) {
    if (ACCEPTED.has(name) || Object.hasOwn(LIMITED, name) || name === 'requirepeer') continue;
    refuseSetting(
      texts.entry,
      `the url has a parameter${/^[a-z_]{1,40}$/i.test(name) ? ` ${name}` : ''} that is not supported`,
      'Remove it from the url.',
    );
  }
}

const PEER =
  'Remove it: the owner of a socket cannot be checked. Use a folder that only that user can write to.';

/** Whether libpq has a parameter of this name, honoured here or not. */
export function isParameter(name: string): boolean {
  const others = ['requirepeer', 'requiressl', 'ssl'];
  return (
    ACCEPTED.has(name) ||
    Object.hasOwn(LIMITED, name) ||
    Object.hasOwn(REFUSED, name) ||
    others.includes(name)
  );
}

function checkLimited(texts: ConnectionTexts, name: string, { variable, accepts, why }: Limited): void {
  const outer = outerText(texts, name, variable);
  const own = ownText(texts, name);
  const written = [
    ...(own === undefined ? [] : [{ text: own, place: name }]),
    ...(outer === undefined ? [] : [outer]),
  ];
  const wrong = written.find(({ text }) => !accepts.includes(text));
  if (wrong === undefined) return;
  refuseSetting(
    texts.entry,
    `${wrong.place} has a value that is not supported`,
    `${why === undefined ? '' : `${why} `}Write ${accepts.join(', ')}, or remove it.`,
  );
}

function refuse(texts: ConnectionTexts, name: string, variable: string | undefined, next: string): void {
  const isOwn = ownText(texts, name) !== undefined;
  const place = isOwn ? name : outerText(texts, name, variable)?.place;
  if (place !== undefined) refuseSetting(texts.entry, `${place} is not supported`, next);
}
