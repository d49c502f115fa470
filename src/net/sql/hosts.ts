import { isIP } from 'node:net';
import { defined } from '../../model/index.js';
import { isHostName } from '../host.js';
import { firstText, refuseSetting, settingText } from './entry.js';
import type { ConnectionTexts } from './entry.js';

/** A server to try. */
export interface Host {
  /** Its name, for messages, TLS and the password file; starts with `/` for the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** The IP address that is dialled instead of the name. */
  readonly address?: string;
}

/**
 * The servers to try, in order: `host`, `hostaddr` and `port`, lists separated by commas (PostgreSQL docs, "Specifying Multiple
 * Hosts"). With `hostaddr` that address is dialled, and `host` is the name that its certificate is checked for.
 * @throws DiagnosticError where a host is not one, or the lists do not fit together
 */
export function hostsOf(texts: ConnectionTexts): readonly Host[] {
  for (const name of ['host', 'hostaddr', 'port']) refuseRedirect(texts, name);
  const named = lookUp(texts, 'host', 'PGHOST');
  const addresses = lookUp(texts, 'hostaddr', 'PGHOSTADDR')?.split(',');
  const hosts = named?.split(',') ?? addresses?.map(() => '') ?? [''];
  const ports = (lookUp(texts, 'port', 'PGPORT') ?? '5432').split(',');
  checkCounts(texts, { hosts, addresses, ports });
  return hosts.map((host, index) => {
    const address = firstText(addresses?.[index]);
    const port = portOf(texts, ports[ports.length === 1 ? 0 : index]);
    const name = firstText(host) ?? address ?? 'localhost';
    checkHost(texts, name);
    if (address !== undefined && isIP(address) === 0) {
      refuseSetting(texts.entry, 'hostaddr is not an IP address', 'Write an address: 192.0.2.10.');
    }
    return { host: name, port, ...defined({ address: address === name ? undefined : address }) };
  });
}

function lookUp({ entry, uri, env }: ConnectionTexts, name: string, variable: string): string | undefined {
  return firstText(settingText(entry.fields[name]), uri.get(name), env[variable]);
}

/** What comes with a url from outside, its password above all, goes where that url says and nowhere else. */
function refuseRedirect({ entry, uri, hasOuterUrl }: ConnectionTexts, name: string): void {
  const own = firstText(settingText(entry.fields[name]));
  if (!hasOuterUrl || own === undefined || own === uri.get(name)) return;
  refuseSetting(
    entry,
    `${name} would lead the connection of a url that comes from outside of the configuration elsewhere`,
    `Remove ${name}, and put it into the url.`,
  );
}

function checkCounts(
  { entry }: ConnectionTexts,
  {
    hosts,
    addresses,
    ports,
  }: { hosts: readonly string[]; addresses: readonly string[] | undefined; ports: readonly string[] },
): void {
  if (addresses !== undefined && addresses.length !== hosts.length) {
    refuseSetting(
      entry,
      `host names ${hosts.length} servers and hostaddr ${addresses.length}`,
      'Give one address for each host, in the same order.',
    );
  }
  if (ports.length !== 1 && ports.length !== hosts.length) {
    refuseSetting(
      entry,
      `host names ${hosts.length} servers and port ${ports.length}`,
      'Give one port for all, or one for each host in the same order.',
    );
  }
}

function portOf({ entry }: ConnectionTexts, text: string | undefined): number {
  const port = Number(firstText(text) ?? '5432');
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  return refuseSetting(entry, 'the port is not a number from 1 to 65535', 'Write a port such as 5432.');
}

/** Names on container networks may hold underscores. */
function checkHost({ entry }: ConnectionTexts, host: string): void {
  const isSocket = /^\/[^\0]*$/.test(host);
  if (isSocket || isHostName(host) || isHostName(host.replaceAll('_', ''))) return;
  refuseSetting(
    entry,
    'the host is not a host name, an IP address or the folder of a socket',
    'Write a host such as db.example.com: letters, digits, hyphens and dots.',
  );
}
