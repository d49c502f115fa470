import { setMaxListeners } from 'node:events';
import { defined, durationText, recognisedSentence } from '../model/index.js';
import type { Environment } from '../model/index.js';
import type { Clock } from './clock.js';
import { errorText } from './http-answer.js';
import { listError, takeJson } from './http-body.js';
import type { HttpAnswer } from './http-body.js';
import { HttpError } from './http-error.js';
import { failed, sentBy, transportError } from './http-failure.js';
import {
  ListError,
  ListReader,
  loadListParser,
  type AnswerHead,
  type ListAnswer,
  type ListParser,
  type ListShape,
} from './http-list.js';
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
  /** How long one request may wait in all before it is tried again, in milliseconds; two minutes where absent. */
  readonly patienceMs?: number;
  /** Told where the server asks for a longer wait, as a phrase. */
  readonly progress?: (message: string) => void;
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

/** A client for one server. */
export interface HttpClient {
  /**
   * Sends a request, and sends it again where that is allowed and may help.
   * @throws HttpError where no good response came; DiagnosticError where a proxy variable is not a URL
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Sends a request whose response is a list, and takes that item by item: `maxBytes` is then the limit of one item.
   * @throws as `send`
   */
  list<Item>(request: HttpRequest, shape: ListShape<Item>): Promise<ListAnswer<Item>>;
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
const DEFAULT_PATIENCE_MS = 120_000;
/** A shorter wait is not worth a word. */
const TOLD_FROM_MS = 5_000;

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

  send(request: HttpRequest): Promise<HttpAnswer> {
    return this.#persist(request, () => this.#attempt(request));
  }

  async list<Item>(request: HttpRequest, shape: ListShape<Item>): Promise<ListAnswer<Item>> {
    const library = await loadListParser();
    return this.#persist(request, () => this.#attemptList(request, shape, library));
  }

  async #persist<Answer extends AnswerHead>(
    request: HttpRequest,
    attempt: () => Promise<Answer>,
  ): Promise<Answer> {
    const signal = request.finish === true ? undefined : this.#options.signal;
    let waitedMs = 0;
    for (let tries = 1; ; tries += 1) {
      try {
        const done = await this.#limiter.run(() => this.#logged(request, tries, attempt), signal);
        if (done === undefined) throw failed(request, 'cancelled', {});
        this.#limiter.speedUp();
        return done.result;
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        waitedMs += await this.#beforeRetry(error, request, { tries, waitedMs, signal });
      }
    }
  }

  /**
   * Waits, where there is a further try.
   * @returns for how long, in milliseconds
   * @throws the error itself where there is none
   */
  async #beforeRetry(
    error: HttpError,
    { repeat }: HttpRequest,
    { tries, waitedMs, signal }: { tries: number; waitedMs: number; signal: AbortSignal | undefined },
  ): Promise<number> {
    const { clock, patienceMs = DEFAULT_PATIENCE_MS, progress } = this.#options;
    const { retryAfterMs, status } = error.facts;
    const delay = retryDelay(tries, retryAfterMs, clock.random(), this.#retry);
    const isPatient = waitedMs + delay <= patienceMs;
    if (status === 429) this.#limiter.slowDown(retryAfterMs === undefined || !isPatient ? 0 : delay);
    if (!isPatient || tries >= this.#retry.maxAttempts || !mayRetry(error.facts, repeat)) throw error;
    if (delay >= TOLD_FROM_MS) {
      progress?.(`waiting ${durationText(delay)}, as the server asks for (status ${status ?? 0})`);
    }
    await clock.sleep(delay, signal);
    return delay;
  }

  async #logged<Answer extends AnswerHead>(
    request: HttpRequest,
    tries: number,
    attempt: () => Promise<Answer>,
  ): Promise<Answer> {
    const { log } = this.#options;
    if (log === undefined) return attempt();
    const start = performance.now();
    const note = (outcome: string): void => {
      const again = tries === 1 ? '' : `, try ${tries}`;
      log(
        `${request.method} ${request.path}: ${outcome} (${Math.round(performance.now() - start)} ms${again})`,
      );
    };
    try {
      const answer = await attempt();
      note(String(answer.status));
      return answer;
    } catch (error) {
      note(error instanceof HttpError ? `${error.failure} ${error.status ?? ''}`.trim() : 'failed');
      throw error;
    }
  }

  async #attempt(request: HttpRequest): Promise<HttpAnswer> {
    return takeJson(request, await this.#exchange(request, this.#wireRequest(request)));
  }

  async #attemptList<Item>(
    request: HttpRequest,
    { key, take }: ListShape<Item>,
    library: ListParser,
  ): Promise<ListAnswer<Item>> {
    const { method, path, maxBytes = DEFAULT_MAX_BYTES } = request;
    const { patienceMs = DEFAULT_PATIENCE_MS } = this.#options;
    let head: AnswerHead = { method, path, status: 200 };
    const reader = new ListReader<Item>(library, key, maxBytes, (item, index) => take(item, index, head));
    const wire = this.#wireRequest(request);
    let start: Buffer | undefined;
    try {
      const { status } = await this.#exchange(request, {
        ...wire,
        // A long list takes as long as it comes.
        timeoutMs: Math.max(wire.timeoutMs ?? 0, patienceMs),
        ...defined({ idleMs: wire.timeoutMs }),
        onChunk: (chunk, responseStatus) => {
          start ??= chunk;
          head = { method, path, status: responseStatus };
          reader.write(chunk);
        },
      });
      head = { method, path, status };
      return { ...head, items: reader.end() };
    } catch (error) {
      throw error instanceof ListError ? listError(head, error.failure, { start, key, maxBytes }) : error;
    }
  }

  /** @throws HttpError where no good response came */
  async #exchange(request: HttpRequest, wire: TransportRequest): Promise<TransportResponse> {
    const result = await this.#transport.send(wire);
    if (!result.ok) throw transportError(request, result);
    const date = Date.parse(result.headers['date'] ?? '');
    if (!Number.isNaN(date)) this.#serverAhead = date - this.now();
    if (result.status >= 300) throw this.#refusal(request, result);
    return result;
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
    const message = errorText(response, (text) =>
      this.#options.outside(text, sentBy(request, this.#options)),
    );
    // The answer to a wrong key is about the key, and may quote a part of it.
    const isAboutValue = request.sensitiveBody === true || status === 401;
    const text = isAboutValue && message !== undefined ? recognisedSentence(message) : message;
    const retryAfterMs = parseRetryAfter(headers['retry-after'], this.serverNow() ?? this.now());
    return failed(request, 'status', { status, ...defined({ text, retryAfterMs }) });
  }
}
