import { BlockList, isIP } from 'node:net';
import { defined } from '../model/index.js';
import type { Environment, Target } from '../model/index.js';

/** A host without the brackets of IP version 6 and the dot at the end of a full name, in lower case. */
export function hostOf(hostname: string): string {
  return hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether a host, as `hostOf` gives it, is this machine. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host === 'localhost' || host.endsWith('.localhost');
  return LOOPBACK.check(host.replace(/%.*$/, ''), version === 4 ? 'ipv4' : 'ipv6');
}

/** Whether what is sent surely stays on this machine: a name below `localhost` may be one that DNS knows. */
export function isLocal({ host, address }: Target): boolean {
  if (address === undefined && host.startsWith('/')) return true;
  const dialled = hostOf(address ?? host);
  return dialled === 'localhost' || (isIP(dialled) !== 0 && isLoopback(dialled));
}

/**
 * Whether a text is an IP address or a host name of letters, digits and hyphens between dots. A name that ends in a number
 * (`127.1`, `0x7f.1`) is none: the system would read it as an IP address.
 */
export function isHostName(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const labels = text.replace(/\.$/, '').split('.');
  const last = labels.at(-1) ?? '';
  return (
    text.length <= 254 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label)) &&
    !/^(\d+|0x[\da-f]*)$/i.test(last)
  );
}

/** Whether Node was told to accept any certificate. */
export function acceptsAnyCertificate(env: Environment): boolean {
  return env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0';
}

/**
 * The server that requests to an URL go to.
 * @param acceptsAny whether its certificate is not checked
 */
export function httpTarget(url: URL, acceptsAny: boolean): Target {
  const isOpen = url.protocol === 'http:';
  const exposure = isOpen
    ? 'http sends everything unencrypted'
    : acceptsAny
      ? 'its certificate is not checked'
      : undefined;
  const port = url.port === '' ? (isOpen ? 80 : 443) : Number(url.port);
  return { host: hostOf(url.hostname), port, ...defined({ exposure }) };
}
