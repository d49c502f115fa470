/**
 * What went wrong with a request.
 *
 * - `unconnected`: no connection was made: nothing was sent
 * - `unresolved`: the host name was not found: nothing was sent
 * - `untrusted`: TLS failed, by the server's certificate in most cases: nothing was sent
 * - `proxy`: the proxy is out of reach or refuses: nothing was sent to the server
 * - `timeout`, `reset`: sent, perhaps received, no whole response
 * - `not-http`: sent, perhaps received, and the other side does not speak HTTP
 * - `status`: a response with a status that is not 2xx
 * - `redirect`: a redirect, which is never followed (the key would go along)
 * - `too-large`, `not-json`, `shape`: a response that we cannot take
 * - `cancelled`: the user stopped the run before it was sent
 */
export type HttpFailure =
  | 'unconnected'
  | 'unresolved'
  | 'untrusted'
  | 'proxy'
  | 'timeout'
  | 'reset'
  | 'not-http'
  | 'status'
  | 'redirect'
  | 'too-large'
  | 'not-json'
  | 'shape'
  | 'cancelled';

/** The facts of a failed request: nothing of what was sent in its body, nothing of a good response. */
export interface HttpErrorFacts {
  readonly failure: HttpFailure;
  readonly method: string;
  /** Path and query, as asked. */
  readonly path: string;
  /** The status of the response, where there was one. */
  readonly status?: number;
  /** What the server wrote (status ≥ 400 only), short, one line, without anything that we sent. */
  readonly text?: string;
  /** Which part of the response is wrong (`secrets[3].secretID`): names of fields, never their content. */
  readonly where?: string;
  /** How long the server asked us to wait (milliseconds). */
  readonly retryAfterMs?: number;
  /** What happened to the connection, in words: `connection refused (ECONNREFUSED)`. */
  readonly words?: string;
  /** What to do about the connection, as a sentence. */
  readonly next?: string;
}

/** A request that did not give what it should. Its message holds method, path and status, never a body of ours. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly facts: HttpErrorFacts;

  /** @param facts what is known of it */
  constructor(facts: HttpErrorFacts) {
    super(`${facts.method} ${facts.path}: ${describeFailure(facts)}`);
    this.facts = facts;
  }

  /** What kind of failure it is. */
  get failure(): HttpFailure {
    return this.facts.failure;
  }

  /** The status of the response, where there was one. */
  get status(): number | undefined {
    return this.facts.status;
  }

  /**
   * Whether the server may have carried the request out all the same: it was sent, and the response is missing, tells of
   * trouble inside (5xx), or has a good status with a body that cannot be read.
   */
  get mayHaveHappened(): boolean {
    const { failure, status } = this.facts;
    if (failure === 'timeout' || failure === 'reset' || failure === 'not-http') return true;
    if (failure === 'too-large' || failure === 'not-json' || failure === 'shape') return true;
    return failure === 'status' && status !== undefined && status >= 500;
  }
}

/** One phrase for a failure. */
function describeFailure(facts: HttpErrorFacts): string {
  const { failure, text, words = 'no response' } = facts;
  const status = facts.status === undefined ? '' : `status ${facts.status}`;
  const unexpected = UNEXPECTED[failure];
  if (unexpected !== undefined) return `unexpected response (${status}, ${unexpected(facts)})`;
  if (failure === 'status') return text === undefined ? status : `${status}: ${text}`;
  if (failure === 'redirect') return `unexpected redirect (${status}); redirects are not followed`;
  return failure === 'cancelled' ? 'stopped before it was sent' : words;
}

/** What is unexpected about a response. */
const UNEXPECTED: Readonly<Partial<Record<HttpFailure, (facts: HttpErrorFacts) => string>>> = {
  'too-large': ({ words }) => words ?? 'too large',
  'not-json': ({ text }) => text ?? 'not JSON',
  shape: ({ where }) => `wrong type at ${where ?? 'the body'}`,
};
