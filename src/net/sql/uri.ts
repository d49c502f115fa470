import { isParameter } from './parameters.js';

/** What is wrong with a URI, without any part of it. */
export interface UriProblem {
  readonly wrong: string;
  readonly next: string;
}

/**
 * Takes a libpq connection URI apart: `postgresql://[user[:password]@][host[:port]][,…][/dbname][?param=value[&…]]`
 * (PostgreSQL docs, "Connection URIs"). Gives the parts under libpq's parameter names, several hosts and ports joined by
 * commas; or what is wrong, without any part of the URI in it.
 */
export function parseUri(uri: string): Map<string, string> | UriProblem {
  const rest = /^postgres(?:ql)?:\/\/(.*)$/s.exec(uri.trim())?.[1];
  if (rest === undefined) return problem('the url is not a postgresql:// URI');
  const [, account, authority = '', path, query, fragment] =
    /^(?:([^/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(#.*)?$/s.exec(rest) ?? [];
  try {
    const pairs = pairsOf(query ?? '');
    if (fragment !== undefined || isSplitPassword({ account, authority, path, query, pairs }))
      return UNESCAPED;
    if (pairs.some(([, text]) => text === undefined))
      return problem('the url has a parameter without a value');
    return withOldSpellings(decodedParts({ account, authority, path, query, pairs }));
  } catch {
    return problem('the url has a "%" that is not followed by two hexadecimal digits', 'Write "%" as %25.');
  }
}

/** @throws URIError for a `%` that encodes nothing */
function decodedParts({ account, authority, path, pairs }: UriParts): Map<string, string> {
  const parts = new Map<string, string>();
  const put = (name: string, text: string | undefined): void => {
    if (text !== undefined && text !== '') parts.set(name, decodeURIComponent(text));
  };
  const colon = account?.indexOf(':') ?? -1;
  put('user', colon < 0 ? account : account?.slice(0, colon));
  put('password', colon < 0 ? undefined : account?.slice(colon + 1));
  putHosts(authority, put);
  put('dbname', path);
  for (const [name, text] of pairs) put(name, text);
  return parts;
}

function problem(wrong: string, next = 'Write postgresql://user@host:port/database.'): UriProblem {
  return { wrong, next };
}

const UNESCAPED = problem(
  'the url cannot be split: its user name or password seems to hold a character that must be percent-encoded',
  'In the user name and the password write / as %2F, ? as %3F, # as %23, @ as %40 and % as %25.',
);

/** What stands between `?` and `#`: names decoded, values as written. */
function pairsOf(query: string): readonly (readonly [string, string | undefined])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? ([pair, undefined] as const)
        : ([decodeURIComponent(pair.slice(0, equals)), pair.slice(equals + 1)] as const);
    });
}

interface UriParts {
  readonly account: string | undefined;
  readonly authority: string;
  readonly path: string | undefined;
  readonly query: string | undefined;
  readonly pairs: readonly (readonly [string, string | undefined])[];
}

/** Whether an `@` comes only after what looks like the end of the host: then a character of the password ended it. */
function isSplitPassword({ account, authority, path, query, pairs }: UriParts): boolean {
  if (path?.includes('@') === true) return true;
  if (account !== undefined) return false;
  const hasPort = /^[^:]*:\d+(,|$)/.test(authority) || !authority.includes(':');
  const isPlainQuery = pairs.every(([name, text]) => text !== undefined && isParameter(name));
  return query?.includes('@') === true && !(hasPort && isPlainQuery);
}

function withOldSpellings(parts: Map<string, string>): Map<string, string> {
  // libpq accepts JDBC's spelling, and its own old one.
  const wantsTls = parts.get('ssl') === 'true' || parts.get('requiressl') === '1';
  if (wantsTls && !parts.has('sslmode')) parts.set('sslmode', 'require');
  parts.delete('ssl');
  parts.delete('requiressl');
  return parts;
}

function putHosts(authority: string, put: (name: string, text: string | undefined) => void): void {
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const hostAndPort of authority.split(',')) {
    const [, bracketed, bare, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(hostAndPort) ?? [];
    hosts.push(bracketed ?? bare ?? '');
    ports.push(port ?? '');
  }
  if (hosts.some((host) => host !== '')) put('host', hosts.join(','));
  if (ports.some((port) => port !== ''))
    put('port', ports.map((port) => (port === '' ? '5432' : port)).join(','));
}
