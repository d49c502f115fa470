import type * as Undici from 'undici';
import { defined } from '../model/index.js';
import type { Environment } from '../model/index.js';
import { ConnectError, ProxyError, openConnection, proxyRefusal } from './connect.js';
import type { Connection, TlsOptions } from './connect.js';
import { networkError } from './network-errors.js';
import type { NetworkErrorKind } from './network-errors.js';
import { proxyFor } from './proxy.js';
import type { Proxy } from './proxy.js';
import { Slots } from './slots.js';

/** How a transport is made. */
export interface TransportOptions {
  /** The run's environment: the variables of proxies count. */
  readonly env: Environment;
  readonly tls?: TlsOptions;
  /** At most so many connections to one server; as many as there are requests at once where absent. */
  readonly connections?: number;
}

/** One request. */
export interface TransportRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long it may take in all, in milliseconds. */
  readonly timeoutMs?: number;
  /** How long nothing may come, before the response begins and in it, in milliseconds. */
  readonly idleMs?: number;
  /** The largest response taken, in bytes. */
  readonly maxBytes: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /**
   * Takes the body of a good response (status 2xx) piece by piece, whatever its size, and `bytes` stays empty. What it throws ends
   * the request, and is thrown.
   */
  readonly onChunk?: (chunk: Buffer, status: number) => void;
}

/** A response, whatever its status. */
export interface TransportResponse {
  readonly ok: true;
  readonly status: number;
  /** By name in lower case; of a header that is there more than once, the first. */
  readonly headers: Readonly<Partial<Record<string, string>>>;
  readonly bytes: Buffer;
}

/**
 * What kind of failure it is.
 *
 * - kinds of network errors; `reset` for what is not known any closer
 * - `proxy`: the proxy is out of reach or refuses: nothing was sent to the server
 * - `too-large`: the response was cut off at the limit
 * - `aborted`: ended by the request's signal
 */
export type TransportFailureKind = NetworkErrorKind | 'proxy' | 'too-large' | 'aborted';

/** No whole response came. */
export interface TransportFailure {
  readonly ok: false;
  readonly kind: TransportFailureKind;
  /** A phrase that follows a colon. Holds no address, header or body. */
  readonly words: string;
  /** What to do about it, as a sentence. */
  readonly next: string;
  /** The status, where the response had begun; that of the proxy, where it refuses. */
  readonly status?: number;
}

/** What came of a request. */
export type TransportResult = TransportResponse | TransportFailure;

/** The wire to servers: connections are kept open and used again. */
export interface Transport {
  /**
   * Sends one request, once. Follows no redirect: credentials would go along.
   * @throws DiagnosticError where a proxy variable does not hold a URL; what `onChunk` throws
   */
  send(request: TransportRequest): Promise<TransportResult>;
  /** Ends all connections, those in use as well. Never throws. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Firewalls refuse requests that name no program. */
const USER_AGENT = 'secrets-reconciler';

/** Makes a transport. The HTTP library is loaded with the first request. */
export function createTransport(options: TransportOptions): Transport {
  return new PooledTransport(options);
}

interface Route {
  readonly slots: Slots;
  /** Set where requests name the whole URL, for a proxy to read. */
  readonly forwardedBy: Proxy | undefined;
}

class PooledTransport implements Transport {
  readonly #options: TransportOptions;
  readonly #routes = new Map<string, Promise<Route>>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async send(request: TransportRequest): Promise<TransportResult> {
    const route = await this.#routeTo(request.url);
    const deadline = request.timeoutMs === undefined ? undefined : AbortSignal.timeout(request.timeoutMs);
    const begun: { status?: number } = {};
    try {
      return await route.slots.run(
        (client) => exchange(client, route.forwardedBy, request, begun),
        anyOf(deadline, request.signal),
      );
    } catch (error) {
      if (error instanceof ChunkError) throw error.reason;
      return { ok: false, ...failureOf(error, request, deadline), ...begun };
    }
  }

  async close(): Promise<void> {
    const routes = [...this.#routes.values()];
    this.#routes.clear();
    // A route that could not be made has no connections.
    await Promise.allSettled(routes.map(async (route) => (await route).slots.close()));
  }

  #routeTo(url: URL): Promise<Route> {
    const known = this.#routes.get(url.origin);
    if (known !== undefined) return known;
    const route = this.#open(url);
    this.#routes.set(url.origin, route);
    return route;
  }

  async #open(url: URL): Promise<Route> {
    const { env, tls = {}, connections = Infinity } = this.#options;
    const proxy = proxyFor(url, env);
    const undici = await import('undici');
    const open = (): Connection =>
      openConnection({ undici, tls, timeoutMs: CONNECT_TIMEOUT_MS }, url.origin, proxy);
    return {
      slots: new Slots(open, connections),
      forwardedBy: url.protocol === 'http:' ? proxy : undefined,
    };
  }
}

async function exchange(
  client: Undici.Client,
  forwardedBy: Proxy | undefined,
  request: TransportRequest,
  begun: { status?: number },
): Promise<TransportResponse> {
  const { url, method } = request;
  const path = `${url.pathname}${url.search}`;
  const response = await client.request({
    method,
    path: forwardedBy === undefined ? path : `${url.origin}${path}`,
    headers: {
      'user-agent': USER_AGENT,
      ...request.headers,
      ...(forwardedBy?.authorization === undefined
        ? {}
        : { 'proxy-authorization': forwardedBy.authorization }),
    },
    body: request.body ?? null,
    ...defined({ headersTimeout: request.idleMs, bodyTimeout: request.idleMs }),
  });
  const { statusCode: status, body } = response;
  // A body that is not read to its end is an error of the stream that nobody else handles.
  body.on('error', () => undefined);
  if (forwardedBy !== undefined && status === 407) throw proxyRefusal(forwardedBy, status);
  begun.status = status;
  const headers = firstOfEach(response.headers);
  const { onChunk } = request;
  if (onChunk !== undefined && status >= 200 && status < 300) {
    await handOver(body, (chunk) => {
      onChunk(chunk, status);
    });
    return { ok: true, status, headers, bytes: Buffer.alloc(0) };
  }
  return {
    ok: true,
    status,
    headers,
    bytes: await readBody(body, headers['content-length'], request.maxBytes),
  };
}

/** What takes the body failed. */
class ChunkError extends Error {
  override readonly name = 'ChunkError';
  readonly reason: Error;

  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}

/** Hands a body over as it comes. @throws ChunkError */
async function handOver(body: AsyncIterable<Buffer>, take: (chunk: Buffer) => void): Promise<void> {
  for await (const chunk of body) {
    try {
      take(chunk);
    } catch (error) {
      throw new ChunkError(error instanceof Error ? error : new Error('the body was not taken'));
    }
  }
}

/** The response is larger than the request takes. */
class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** Reads to the end. @throws TooLargeError at the limit, before more is read */
async function readBody(
  body: AsyncIterable<Buffer>,
  announced: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (Number(announced ?? 0) > maxBytes) throw new TooLargeError();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new TooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function firstOfEach(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): TransportResponse['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function failureOf(
  error: unknown,
  { timeoutMs = 0, maxBytes, signal }: TransportRequest,
  deadline: AbortSignal | undefined,
): Omit<TransportFailure, 'ok'> {
  if (error instanceof TooLargeError) return tooLarge(maxBytes);
  if (signal?.aborted === true) return { kind: 'aborted', words: 'stopped', next: 'Run it again.' };
  if (deadline?.aborted === true) return timedOut(timeoutMs);
  if (error instanceof ProxyError) {
    const { message: words, next, status } = error;
    return { kind: 'proxy', words, next, ...defined({ status }) };
  }
  const known = networkError(error) ?? UNKNOWN;
  const { words, next } = known;
  return { words, next, kind: error instanceof ConnectError ? unsentKind(known.kind) : known.kind };
}

/** Whether an unknown failure came before or after the request was sent is not known, so it counts as sent. */
const UNKNOWN = {
  kind: 'reset',
  words: 'connection failed',
  next: 'Check the address, the network and the server.',
} as const;

function timedOut(timeoutMs: number): Omit<TransportFailure, 'ok'> {
  return {
    kind: 'timeout',
    words: `no response within ${timeoutMs / 1000} s`,
    next: 'Try again; if it happens again, check the server and the network.',
  };
}

function tooLarge(maxBytes: number): Omit<TransportFailure, 'ok'> {
  const megabyte = 1024 * 1024;
  const limit = maxBytes >= megabyte ? `${Math.floor(maxBytes / megabyte)} MB` : `${maxBytes} bytes`;
  return {
    kind: 'too-large',
    words: `response larger than ${limit}`,
    next: 'Check the address: another service may be listening there.',
  };
}

/** Before there is a connection, a reset or a timeout leaves nothing open. */
function unsentKind(kind: NetworkErrorKind): NetworkErrorKind {
  return kind === 'reset' || kind === 'timeout' ? 'unconnected' : kind;
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length < 2 ? given[0] : AbortSignal.any(given);
}
