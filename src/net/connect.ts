import { Socket, isIP } from 'node:net';
import type * as Undici from 'undici';
import { hostOf } from './host.js';
import { networkError } from './network-errors.js';
import type { Proxy } from './proxy.js';

type Connector = Undici.buildConnector.connector;

/** How TLS is spoken with a server. */
export interface TlsOptions {
  /** The authorities that its certificate is checked against, in PEM, instead of the known ones. */
  readonly ca?: string | Buffer;
  /** What we show of ourselves, in PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** False to accept any certificate: only where the user asks for it. */
  readonly rejectUnauthorized?: boolean;
}

/** What connecting needs. */
export interface ConnectOptions {
  readonly undici: typeof Undici;
  readonly tls: TlsOptions;
  readonly timeoutMs: number;
}

/** One connection to a server, made with its first request, and again with the next one after the server has closed it. */
export interface Connection {
  readonly client: Undici.Client;
  /** Ends it, also while it is being made; a request under way fails. Never throws. */
  end(): Promise<void>;
}

/** A connection to a server, straight or by way of a proxy. */
export function openConnection(
  options: ConnectOptions,
  origin: string,
  proxy: Proxy | undefined,
): Connection {
  const sockets = new Set<Socket>();
  // Times are limited by the request as a whole.
  const client = new options.undici.Client(origin, {
    connect: connectorFor({ ...options, sockets }, proxy),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    client,
    async end() {
      const destroyed = client.destroy().catch(() => undefined);
      // What is still connecting is not the client's yet.
      for (const socket of sockets) socket.destroy();
      await destroyed;
    },
  };
}

interface ConnectorOptions extends ConnectOptions {
  readonly sockets: Set<Socket>;
}

/** No connection was made: nothing was sent. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  /** A code of its own: undici tries again without end after some of Node's. */
  readonly code = 'ERR_NO_CONNECTION';
}

/** The proxy cannot be reached, or does not let us through: nothing was sent to the server. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code = 'ERR_PROXY';
  /** What to do about it. */
  readonly next: string;
  /** The proxy's answer, where there was one. */
  readonly status: number | undefined;

  /** @param words a phrase that starts with the proxy: `the proxy of HTTPS_PROXY refused the connection (status 403)` */
  constructor(words: string, next: string, status?: number) {
    super(words);
    this.next = next;
    this.status = status;
  }
}

/** A connector of undici. What fails before there is a connection is told apart: nothing was sent. */
function connectorFor(options: ConnectorOptions, proxy: Proxy | undefined): Connector {
  const direct = watched(options, options.tls);
  if (proxy === undefined) return direct;
  const toProxy = watched(options, {});
  return (target, callback) => {
    const socket =
      target.protocol === 'https:'
        ? tunnel(options, proxy, target.hostname, target.port).then((httpSocket) =>
            connected(direct, { ...target, httpSocket }),
          )
        : connected(toProxy, addressOf(proxy.url)).catch((error: unknown) => {
            throw unreachableProxy(proxy, error);
          });
    socket.then(
      (open) => {
        callback(null, open);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new ConnectError(), null);
      },
    );
  };
}

/** The error for a proxy that answers with a status of its own. */
export function proxyRefusal({ variable }: Proxy, status: number): ProxyError {
  return status === 407
    ? new ProxyError(
        `the proxy of ${variable} requires a login (status 407)`,
        `Put user and password into ${variable}: http://USER:PASSWORD@HOST:PORT, percent-encoded.`,
        status,
      )
    : new ProxyError(
        `the proxy of ${variable} refused the connection (status ${status})`,
        'Have the host allowed in the proxy, or list it in NO_PROXY.',
        status,
      );
}

/** A connector whose sockets are known, and whose errors have a code that undici does not act on. */
function watched({ undici, timeoutMs, sockets }: ConnectorOptions, tls: TlsOptions): Connector {
  // The types say nothing of it, but what comes back is the socket, not yet connected.
  const connect = undici.buildConnector({ ...tls, timeout: timeoutMs }) as (
    ...parameters: Parameters<Connector>
  ) => Socket;
  return (target, callback) => {
    try {
      const socket = connect(target, (error, open) => {
        if (error === null) callback(null, open);
        else callback(new ConnectError('no connection', { cause: error }), null);
      });
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    } catch (error) {
      // A certificate or key that cannot be read.
      callback(new ConnectError('no connection', { cause: error }), null);
    }
  };
}

function connected(connect: Connector, target: Undici.buildConnector.Options): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect(target, (error, socket) => {
      if (error === null) resolve(socket);
      else reject(error);
    });
  });
}

/** Asks the proxy for a tunnel to a server: CONNECT (RFC 9110, 9.3.6). */
async function tunnel(options: ConnectorOptions, proxy: Proxy, host: string, port: string): Promise<Socket> {
  const { undici, timeoutMs } = options;
  const authority = `${host}:${port === '' ? '443' : port}`;
  const client = new undici.Client(proxy.url.origin, { connect: watched(options, {}) });
  try {
    const { statusCode, socket } = await client.connect({
      path: authority,
      headers: {
        host: authority,
        ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket) return socket;
    socket.on('error', () => undefined).destroy();
    throw proxyRefusal(proxy, statusCode);
  } catch (error) {
    throw error instanceof ProxyError ? error : unreachableProxy(proxy, error);
  } finally {
    // The tunnel is no longer the client's.
    void client.destroy().catch(() => undefined);
  }
}

function unreachableProxy({ variable }: Proxy, error: unknown): ProxyError {
  const words = networkError(error)?.words ?? 'connection failed';
  return new ProxyError(
    `the proxy of ${variable} cannot be reached: ${words}`,
    `Check ${variable} and the proxy, or list the host in NO_PROXY.`,
  );
}

function addressOf({ protocol, hostname, port, host }: URL): Undici.buildConnector.Options {
  const name = hostOf(hostname);
  return { protocol, hostname: name, host, port, ...(isIP(name) === 0 ? { servername: name } : {}) };
}
