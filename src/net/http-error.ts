/**
 * What went wrong with a request.
 *
 * - `unconnected`: nobody listens, no route, the connection was not made in time: nothing was sent
 * - `unresolved`: the host's name is not known to DNS: nothing was sent
 * - `untrusted`: the certificate is not one that we trust: nothing was sent
 * - `timeout`, `reset`: sent, perhaps received, not answered whole
 * - `status`: answered with a status that is not 2xx
 * - `redirect`: answered with a redirect, which is never followed (the key would go along)
 * - `too-large`, `not-json`, `shape`: answered with something that we cannot take
 * - `cancelled`: the user stopped the run before it was sent
 */
export type HttpFailure =
  | 'unconnected'
  | 'unresolved'
  | 'untrusted'
  | 'timeout'
  | 'reset'
  | 'status'
  | 'redirect'
  | 'too-large'
  | 'not-json'
  | 'shape'
  | 'cancelled';

/** The facts of a failed request: none of what was sent in its body, none of what was answered in a good one. */
export interface HttpErrorFacts {
  readonly failure: HttpFailure;
  readonly method: string;
  /** Path and query, as asked. */
  readonly path: string;
  /** The status of the answer, where there was one. */
  readonly status?: number;
  /** What the server said (status ≥ 400 only), short, one line, and only where it repeats nothing that we sent. */
  readonly text?: string;
  /** Which part of the answer is wrong (`secrets[3].secretID`): names of fields, never their content. */
  readonly where?: string;
  /** How long the server asked us to wait (milliseconds). */
  readonly retryAfterMs?: number;
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

  /** The status of the answer, where there was one. */
  get status(): number | undefined {
    return this.facts.status;
  }

  /**
   * Whether the server may have carried the request out all the same: it was sent, and the answer is missing, speaks of
   * trouble inside (5xx), or is a good status with a body that cannot be read.
   */
  get mayHaveHappened(): boolean {
    const { failure, status } = this.facts;
    if (failure === 'timeout' || failure === 'reset') return true;
    if (failure === 'too-large' || failure === 'not-json' || failure === 'shape') return true;
    return failure === 'status' && status !== undefined && status >= 500;
  }
}

/** One phrase for a failure, for people. */
function describeFailure(facts: HttpErrorFacts): string {
  const answered = facts.status === undefined ? '' : `status ${facts.status}`;
  switch (facts.failure) {
    case 'unconnected':
      return 'no connection';
    case 'unresolved':
      return 'the name of the host is not known';
    case 'untrusted':
      return 'the certificate of the host is not trusted';
    case 'timeout':
      return 'no answer in time';
    case 'reset':
      return 'the connection broke before the whole answer was there';
    case 'status':
      return facts.text === undefined ? answered : `${answered}: ${facts.text}`;
    case 'redirect':
      return `${answered}, a redirect, which is not followed`;
    case 'too-large':
      return `${answered}, and the answer is larger than it can be`;
    case 'not-json':
      return `${answered}, but the answer is ${facts.text ?? 'not JSON'}`;
    case 'shape':
      return `${answered}, but the answer has not the expected shape${facts.where === undefined ? '' : ` (at ${facts.where})`}`;
    case 'cancelled':
      return 'stopped before it was sent';
  }
}
