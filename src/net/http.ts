import { setMaxListeners } from 'node:events';
import { defined, recognisedSentence } from '../model/index.js';
import type { Environment } from '../model/index.js';
import type { Clock } from './clock.js';
import { errorText, isHtml, parseJson } from './http-answer.js';
import { HttpError, type HttpErrorFacts, type HttpFailure } from './http-error.js';
import { createLimiter, type Limiter } from './limiter.js';
import {
  DEFAULT_RETRY,
  mayRetry,
  parseRetryAfter,
  retryDelay,
  type Repeat,
  type RetryPolicy,
} from './retry.js';
import {
  createTransport,
  type Transport,
  type TransportFailure,
  type TransportFailureKind,
  type TransportRequest,
  type TransportResponse,
} from './transport.js';

/** How a client is made. */
export interface HttpOptions {
  /** Scheme, host and an optional path before every request's path; no slash at the end. */
  readonly baseUrl: string;
  /** Sent with every request. Sensitive: their content never comes into an error. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most so many requests at once. */
  readonly parallelism: number;
  readonly clock: Clock;
  /** The run's environment: the variables of proxies count. */
  readonly env: Environment;
  /** Aborted when the user stops the run: what is not sent yet is not sent any more. */
  readonly signal?: AbortSignal;
  /** A single try takes at most so long, in milliseconds; 30,000 where absent. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** Cleans what the server says of an error: without the run's values, and without what was sent. */
  readonly outside: (text: string, sent: readonly string[]) => string;
  /** Told of every try: method, path, what came of it and how long it took. */
  readonly log?: (message: string) => void;
}

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query, from the slash on. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The body, or the response, holds a secret value: of an error's text only a recognised sentence is shown then. */
  readonly sensitiveBody?: boolean;
  /** Whether it may be sent again after a failure that leaves open what happened. */
  readonly repeat: Repeat;
  /** Finish it even when the user stops the run: it belongs to a step that has begun. */
  readonly finish?: boolean;
  /** The largest response taken, in bytes; 64 MiB where absent. */
  readonly maxBytes?: number;
}

/** A good response (status 2xx). */
export interface HttpAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The JSON, parsed; `undefined` for an empty body. */
  readonly body: unknown;
}

/** A client for one server. */
export interface HttpClient {
  /**
   * Sends a request, and sends it again where that is allowed and may help.
   * @throws HttpError where no good response came; DiagnosticError where a proxy variable is not a URL
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** The server's wall clock in milliseconds, from the `Date` of its responses; `undefined` as long as it sent none. */
  serverNow(): number | undefined;
  /** The wall clock of this machine, in milliseconds. */
  now(): number;
  /** Waits as before the given retry (from 1): for callers that check what happened before they write again. */
  backOff(attempt: number): Promise<void>;
  /** Tries for one request at most. */
  readonly maxAttempts: number;
  /** Ends the connections. Never throws. */
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Makes a JSON client. It follows no redirect (a key must not go to a host that nobody named), takes no response that is not JSON,
 * and tells the limiter about every 429.
 */
export function createHttpClient(options: HttpOptions): HttpClient {
  return new JsonClient(options);
}

class JsonClient implements HttpClient {
  readonly #options: HttpOptions;
  readonly #transport: Transport;
  readonly #limiter: Limiter;
  readonly #retry: RetryPolicy;
  #serverAhead: number | undefined;

  constructor(options: HttpOptions) {
    const { parallelism, clock, env, signal } = options;
    this.#options = options;
    this.#transport = createTransport({ env, connections: Math.max(1, Math.floor(parallelism)) });
    this.#limiter = createLimiter(parallelism, clock);
    this.#retry = { ...DEFAULT_RETRY, ...options.retry };
    // Each waiting request listens; hundreds of them are no leak, and Node's warning would only worry people.
    if (signal !== undefined) setMaxListeners(0, signal);
  }

  get maxAttempts(): number {
    return this.#retry.maxAttempts;
  }

  now(): number {
    return this.#options.clock.now();
  }

  serverNow(): number | undefined {
    return this.#serverAhead === undefined ? undefined : this.now() + this.#serverAhead;
  }

  async backOff(attempt: number): Promise<void> {
    const { clock } = this.#options;
    await clock.sleep(retryDelay(attempt, undefined, clock.random(), this.#retry));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const signal = request.finish === true ? undefined : this.#options.signal;
    for (let tries = 1; ; tries += 1) {
      try {
        const done = await this.#limiter.run(() => this.#logged(request, tries), signal);
        if (done === undefined) throw failed(request, 'cancelled', {});
        this.#limiter.speedUp();
        return done.result;
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        await this.#beforeRetry(error, request, tries, signal);
      }
    }
  }

  /** @throws the error itself where there is no further try */
  async #beforeRetry(
    error: HttpError,
    { repeat }: HttpRequest,
    tries: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { clock } = this.#options;
    const { retryAfterMs } = error.facts;
    const delay = retryDelay(tries, retryAfterMs, clock.random(), this.#retry);
    if (error.status === 429) this.#limiter.slowDown(retryAfterMs === undefined ? 0 : delay);
    if (tries >= this.#retry.maxAttempts || !mayRetry(error.facts, repeat)) throw error;
    await clock.sleep(delay, signal);
  }

  async #logged(request: HttpRequest, tries: number): Promise<HttpAnswer> {
    const { log } = this.#options;
    if (log === undefined) return this.#attempt(request);
    const start = performance.now();
    const note = (outcome: string): void => {
      const again = tries === 1 ? '' : `, try ${tries}`;
      log(
        `${request.method} ${request.path}: ${outcome} (${Math.round(performance.now() - start)} ms${again})`,
      );
    };
    try {
      const answer = await this.#attempt(request);
      note(String(answer.status));
      return answer;
    } catch (error) {
      note(error instanceof HttpError ? `${error.failure} ${error.status ?? ''}`.trim() : 'failed');
      throw error;
    }
  }

  async #attempt(request: HttpRequest): Promise<HttpAnswer> {
    const result = await this.#transport.send(this.#wireRequest(request));
    if (!result.ok) throw transportError(request, result);
    const date = Date.parse(result.headers['date'] ?? '');
    if (!Number.isNaN(date)) this.#serverAhead = date - this.now();
    if (result.status >= 300) throw this.#refusal(request, result);
    return takeJson(request, result);
  }

  #wireRequest({ method, path, body, maxBytes = DEFAULT_MAX_BYTES }: HttpRequest): TransportRequest {
    const { baseUrl, headers, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const json = body === undefined ? undefined : JSON.stringify(body);
    return {
      method,
      url: new URL(baseUrl + path),
      headers: {
        accept: 'application/json',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...defined({ body: json }),
      timeoutMs,
      maxBytes,
    };
  }

  #refusal(request: HttpRequest, response: TransportResponse): HttpError {
    const { status, headers } = response;
    if (status < 400) return failed(request, 'redirect', { status });
    const message = errorText(response, (text) => this.#options.outside(text, this.#sentBy(request)));
    // The answer to a wrong key is about the key, and may quote a part of it.
    const isAboutValue = request.sensitiveBody === true || status === 401;
    const text = isAboutValue && message !== undefined ? recognisedSentence(message) : message;
    const retryAfterMs = parseRetryAfter(headers['retry-after'], this.serverNow() ?? this.now());
    return failed(request, 'status', { status, ...defined({ text, retryAfterMs }) });
  }

  /** Every string that a request sends, but for the words of its path. */
  #sentBy({ path, body }: HttpRequest): readonly string[] {
    const { baseUrl, headers } = this.#options;
    const { pathname, searchParams } = new URL(baseUrl + path);
    const credentials = Object.values(headers).flatMap((text) => [text, text.replace(/^\S+ /, '')]);
    const segments = pathname.split('/').filter((segment) => !/^(v\d+|[A-Za-z]*)$/.test(segment));
    return [...credentials, ...segments, ...searchParams.values(), ...stringsIn(body)];
  }
}

function takeJson(request: HttpRequest, response: TransportResponse): HttpAnswer {
  const { status } = response;
  const parsed = parseJson(response.bytes);
  if (!parsed.ok) {
    throw failed(request, 'not-json', { status, text: isHtml(response) ? 'an HTML page' : 'not JSON' });
  }
  return { method: request.method, path: request.path, status, body: parsed.body };
}

const FAILURES: Readonly<Record<TransportFailureKind, HttpFailure>> = {
  unresolved: 'unresolved',
  unconnected: 'unconnected',
  certificate: 'untrusted',
  tls: 'untrusted',
  proxy: 'proxy',
  reset: 'reset',
  timeout: 'timeout',
  'not-http': 'reset',
  'too-large': 'too-large',
  aborted: 'timeout',
};

/** An error's body may be too large as well: then its status is what counts. */
function transportError(request: HttpRequest, { kind, words, next, status }: TransportFailure): HttpError {
  if (kind === 'too-large' && status !== undefined && status >= 300) {
    return failed(request, status < 400 ? 'redirect' : 'status', { status });
  }
  return failed(request, FAILURES[kind], { words, next, ...defined({ status }) });
}

function failed(request: HttpRequest, failure: HttpFailure, more: Partial<HttpErrorFacts>): HttpError {
  return new HttpError({ ...more, failure, method: request.method, path: request.path });
}

/** The strings in plain data, at any depth; keys are words of the API. */
function stringsIn(data: unknown): readonly string[] {
  if (typeof data === 'string') return [data];
  if (typeof data !== 'object' || data === null) return [];
  return Object.values(data).flatMap(stringsIn);
}
