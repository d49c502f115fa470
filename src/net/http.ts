import { defined } from '../model/index.js';
import { setMaxListeners } from 'node:events';
import { systemClock, type Clock } from './clock.js';
import { errorText, isHtml, parseJson, readBody } from './http-answer.js';
import { HttpError, type HttpErrorFacts, type HttpFailure } from './http-error.js';
import { createLimiter } from './limiter.js';
import {
  DEFAULT_RETRY,
  mayRetry,
  parseRetryAfter,
  retryDelay,
  type Repeat,
  type RetryPolicy,
} from './retry.js';

/** How a client is made. */
export interface HttpOptions {
  /** Scheme, host and an optional path before every request's path; no slash at the end. */
  readonly baseUrl: string;
  /** Sent with every request. Sensitive: their content never comes into an error. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most so many requests at once. */
  readonly parallelism: number;
  /** Aborted when the user stops the run: what is not sent yet is not sent any more. */
  readonly signal?: AbortSignal;
  /** A single try takes at most so long, in milliseconds; 30,000 where absent. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly clock?: Clock;
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
  /** The body, or the answer, holds a secret value: nothing of an error's text is shown then, however harmless it looks. */
  readonly sensitiveBody?: boolean;
  /** Whether it may be sent again after a failure that leaves open what happened. */
  readonly repeat: Repeat;
  /** Finish it even when the user stops the run: it belongs to a step that has begun. */
  readonly finish?: boolean;
  /** The largest answer taken, in bytes; 64 MiB where absent. */
  readonly maxBytes?: number;
}

/** A good answer (status 2xx). */
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
   * Sends a request, and sends it again where that is allowed and promises something.
   * @throws HttpError where no good answer came of it
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** The server's wall clock in milliseconds, from the `Date` of its answers; `undefined` as long as it told none. */
  serverNow(): number | undefined;
  /** Waits as before the given retry (from 1): for callers that look at the world before they write again. */
  backOff(attempt: number): Promise<void>;
  /** Tries for one request at most. */
  readonly maxAttempts: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Makes a client on Node's `fetch`, which keeps connections alive. It follows no redirect (a key must not go to a host
 * that nobody named), takes no answer that is not JSON, and tells the limiter about every 429.
 */
export function createHttpClient(options: HttpOptions): HttpClient {
  const clock = options.clock ?? systemClock;
  const retry: RetryPolicy = { ...DEFAULT_RETRY, ...options.retry };
  const limiter = createLimiter(options.parallelism, clock);
  // Each waiting request listens; hundreds of them are no leak, and Node's warning would only worry people.
  if (options.signal !== undefined) setMaxListeners(0, options.signal);
  let serverAhead: number | undefined;

  function noteDate(response: Response): void {
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) serverAhead = date - clock.now();
  }

  async function attempt(request: HttpRequest): Promise<HttpAnswer> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    let status: number | undefined;
    try {
      const response = await fetch(options.baseUrl + request.path, {
        method: request.method,
        headers: {
          accept: 'application/json',
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        redirect: 'manual',
        signal: timeout,
      });
      status = response.status;
      noteDate(response);
      const bytes = await readBody(response, request.maxBytes ?? DEFAULT_MAX_BYTES);
      return takeAnswer(request, response, bytes);
    } catch (error) {
      if (error instanceof HttpError) throw error;
      const failure = timeout.aborted ? 'timeout' : connectionFailure(error);
      throw failed(request, failure, status === undefined ? {} : { status });
    }
  }

  async function noted(request: HttpRequest, tries: number): Promise<HttpAnswer> {
    const { log } = options;
    if (log === undefined) return attempt(request);
    const start = performance.now();
    const note = (what: string): void => {
      const again = tries === 1 ? '' : `, try ${tries}`;
      log(`${request.method} ${request.path}: ${what} (${Math.round(performance.now() - start)} ms${again})`);
    };
    try {
      const answer = await attempt(request);
      note(String(answer.status));
      return answer;
    } catch (error) {
      note(error instanceof HttpError ? `${error.failure} ${error.status ?? ''}`.trim() : 'failed');
      throw error;
    }
  }

  function takeAnswer(request: HttpRequest, response: Response, bytes: Buffer | undefined): HttpAnswer {
    const { status } = response;
    if (status >= 300 && status < 400) throw failed(request, 'redirect', { status });
    if (status >= 400) {
      const silent = request.sensitiveBody === true || bytes === undefined;
      const text = silent ? undefined : errorText(response, bytes, Object.values(options.headers));
      const retryAfterMs = parseRetryAfter(
        response.headers.get('retry-after'),
        clock.now() + (serverAhead ?? 0),
      );
      throw failed(request, 'status', {
        status,
        ...defined({ text, retryAfterMs }),
      });
    }
    if (bytes === undefined) throw failed(request, 'too-large', { status });
    const parsed = parseJson(bytes);
    if (!parsed.ok) {
      throw failed(request, 'not-json', {
        status,
        text: isHtml(response, bytes) ? 'an HTML page' : 'not JSON',
      });
    }
    return { method: request.method, path: request.path, status, body: parsed.body };
  }

  return {
    maxAttempts: retry.maxAttempts,
    serverNow: () => (serverAhead === undefined ? undefined : clock.now() + serverAhead),
    backOff: async (tries) => {
      await clock.sleep(retryDelay(tries, undefined, clock.random(), retry));
    },
    async send(request) {
      const signal = request.finish === true ? undefined : options.signal;
      for (let tries = 1; ; tries += 1) {
        try {
          const done = await limiter.run(() => noted(request, tries), signal);
          if (done === undefined) throw failed(request, 'cancelled', {});
          limiter.speedUp();
          return done.result;
        } catch (error) {
          if (!(error instanceof HttpError)) throw error;
          const delay = retryDelay(tries, error.facts.retryAfterMs, clock.random(), retry);
          if (error.status === 429) limiter.slowDown(error.facts.retryAfterMs === undefined ? 0 : delay);
          if (tries >= retry.maxAttempts || !mayRetry(error.facts, request.repeat)) throw error;
          await clock.sleep(delay, signal);
        }
      }
    },
  };
}

function failed(request: HttpRequest, failure: HttpFailure, more: Partial<HttpErrorFacts>): HttpError {
  return new HttpError({ ...more, failure, method: request.method, path: request.path });
}

const UNCONNECTED = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
];
const UNRESOLVED = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'];

/** What kind of failure an error of `fetch` is, by the code of its innermost cause. Unknown ones count as sent. */
function connectionFailure(error: unknown): HttpFailure {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const code: unknown = Reflect.get(cause, 'code');
    if (typeof code !== 'string') continue;
    if (UNCONNECTED.includes(code)) return 'unconnected';
    if (UNRESOLVED.includes(code)) return 'unresolved';
    if (/CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO_/.test(code)) return 'untrusted';
  }
  return 'reset';
}
