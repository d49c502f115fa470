import { BlockList, isIP } from 'node:net';
import { defined, problemError } from '../model/index.js';
import type { Environment } from '../model/index.js';
import { hostOf, isLoopback } from './host.js';

/** The proxy that requests to some host go through. */
export interface Proxy {
  /** The variable that names it: `HTTPS_PROXY`, or `https_proxy`. */
  readonly variable: string;
  /** Its address, without user and password. */
  readonly url: URL;
  /** The `Proxy-Authorization` header, where the address has a user. Sensitive. */
  readonly authorization?: string;
}

/**
 * The proxy for a request, from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in the way of curl: the lower-case variable wins, and an
 * empty one means none. The upper-case `HTTP_PROXY` does not count in a CGI program, where a client can set it. This machine is
 * reached without a proxy, whatever the variables say.
 *
 * @param target where the request goes
 * @returns `undefined` for a direct connection
 * @throws DiagnosticError where the variable does not hold the address of a proxy; its content stays out of the message
 */
export function proxyFor(target: URL, env: Environment): Proxy | undefined {
  const found = target.protocol === 'https:' ? variableOf(env, 'https_proxy') : httpVariable(env);
  if (found === undefined || found.text === '' || isDirect(target, env)) return undefined;
  return parseProxy(found.variable, found.text);
}

interface Variable {
  readonly variable: string;
  readonly text: string;
}

function variableOf(env: Environment, name: string): Variable | undefined {
  for (const variable of [name, name.toUpperCase()]) {
    const text = env[variable]?.trim();
    if (text !== undefined) return { variable, text };
  }
  return undefined;
}

function httpVariable(env: Environment): Variable | undefined {
  const found = variableOf(env, 'http_proxy');
  const isCgi = env['REQUEST_METHOD'] !== undefined;
  return isCgi && found?.variable === 'HTTP_PROXY' ? undefined : found;
}

function parseProxy(variable: string, text: string): Proxy {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw problemError({
      code: 'bad-proxy',
      summary: `${variable} is not the URL of an http or https proxy.`,
      next: `Write it as http://proxy.example.com:3128, or unset ${variable}.`,
    });
  }
  const { username, password } = url;
  const login = `${decoded(username)}:${decoded(password)}`;
  const authorization =
    username === '' && password === '' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  return { variable, url: new URL(url.origin), ...defined({ authorization }) };
}

/** Percent-encoded text as it was; what is not encoded well stays as written. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

function isDirect(target: URL, env: Environment): boolean {
  const host = hostOf(target.hostname);
  if (isLoopback(host)) return true;
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
  const entries = (variableOf(env, 'no_proxy')?.text ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const { name, port: wanted } = splitPort(entry);
  if (wanted !== undefined && wanted !== port) return false;
  if (isIP(host) !== 0) return name === host || isInNetwork(name, host);
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/** `host`, `host:port`, `[::1]:port`; an address of IP version 6 without brackets has no port. */
function splitPort(entry: string): { readonly name: string; readonly port?: string } {
  if (isIP(entry) === 6) return { name: entry };
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return { name: hostOf(name), ...defined({ port }) };
}

/** Whether an address is in a network such as `10.0.0.0/8`. */
function isInNetwork(network: string, host: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const version = isIP(base);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
  return isIP(host) === version && list.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
