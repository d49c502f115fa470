/**
 * Takes a libpq connection URI apart: `postgresql://[user[:password]@][host[:port]][,…][/dbname][?param=value[&…]]`
 * (PostgreSQL docs, "Connection URIs"). Gives the parts under libpq's parameter names, several hosts and ports joined by
 * commas; or, as text, what is wrong, without any part of the URI in it.
 */
export function parseUri(uri: string): Map<string, string> | string {
  const match = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/s.exec(
    uri.trim(),
  );
  if (match === null) return 'the url is not a postgresql:// URI';
  const [, account, authority = '', path, query] = match;
  const parts = new Map<string, string>();
  try {
    const put = (name: string, text: string | undefined): void => {
      if (text !== undefined && text !== '') parts.set(name, decodeURIComponent(text));
    };
    const colon = account?.indexOf(':') ?? -1;
    put('user', colon < 0 ? account : account?.slice(0, colon));
    put('password', colon < 0 ? undefined : account?.slice(colon + 1));
    putHosts(authority, put);
    put('dbname', path);
    for (const pair of (query ?? '').split('&')) {
      const equals = pair.indexOf('=');
      if (pair === '') continue;
      if (equals < 0) return 'the url has a parameter without a value';
      put(decodeURIComponent(pair.slice(0, equals)), pair.slice(equals + 1));
    }
  } catch {
    return 'the url has a "%" that is not followed by two hexadecimal digits';
  }
  // libpq accepts JDBC's spelling.
  if (parts.get('ssl') === 'true') parts.set('sslmode', 'require');
  parts.delete('ssl');
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
