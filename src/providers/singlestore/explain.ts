import { defined, durationText, problemError } from '../../model/index.js';
import { HttpError, UnreachableError, type HttpFailure } from '../sdk/index.js';

/** What a failure of a request means, and what to do about it. */
export interface Explanation {
  readonly message: string;
  readonly next?: string;
}

/** Explains a failed request. */
export function explain(error: HttpError, host: string): Explanation {
  const { failure, status = 0 } = error;
  if (failure === 'status') return explainStatus(error, status, host);
  if (failure === 'cancelled') return { message: 'Stopped before it was done.' };
  const { words = 'connection failed', next } = error.facts;
  if (UNSENT.includes(failure)) {
    return { message: `Cannot connect to ${host}: ${words}.`, ...defined({ next: NEXT[failure] ?? next }) };
  }
  return { message: `${host}: ${error.message}.`, ...defined({ next: NEXT[failure] }) };
}

const UNSENT: readonly HttpFailure[] = ['unconnected', 'unresolved', 'untrusted', 'proxy'];

const CHECK_NETWORK = 'Check base_url and the network, and whether a proxy is needed (HTTPS_PROXY).';
const TRY_AGAIN = 'Try again; check the network if it happens again.';
const CHECK_API =
  'Check that base_url is the address of the Management API, and that no proxy answers in its place.';

/** What to do; where a failure is absent, what the connection says. */
const NEXT: Readonly<Partial<Record<HttpFailure, string>>> = {
  unconnected: CHECK_NETWORK,
  unresolved: CHECK_NETWORK,
  timeout: TRY_AGAIN,
  reset: TRY_AGAIN,
  redirect: 'Set base_url to the address of the API itself: the key is never sent on to another one.',
  'not-http': CHECK_API,
  'not-json': CHECK_API,
  shape: CHECK_API,
  'too-large': CHECK_API,
};

function explainStatus(error: HttpError, status: number, host: string): Explanation {
  const { text, method, path, retryAfterMs } = error.facts;
  const quoted = text === undefined ? '' : `: ${text}`;
  const request = `${method} ${path}`;
  if (status === 401) {
    return {
      message: `${host} does not accept the API key: it is wrong, expired or revoked (status 401)${quoted}.`,
      next: 'Make a new key in the Cloud Portal and set it where api_key reads it from (SINGLESTOREDB_MANAGEMENT_TOKEN).',
    };
  }
  if (status === 403) {
    return {
      message: `${host} refused ${request} (status 403)${quoted}.`,
      next: "Usually one of three: the key's user lacks the right (Owner access on the secret), the organization is out of credits, or this machine's IP address is not in the organization's firewall ranges.",
    };
  }
  if (retryAfterMs !== undefined && retryAfterMs >= LONG_MS) {
    const wait = durationText(retryAfterMs);
    return {
      message: `${host} asks to wait ${wait} before the next request (status ${status})${quoted}.`,
      next: 'Run it again after that time, or let it wait: --timeout.',
    };
  }
  if (status === 429) {
    return {
      message: `${host} is still limiting requests after several tries (status 429)${quoted}.`,
      next: 'Try again later, or with a smaller --parallelism.',
    };
  }
  if (status === 501 || status === 505)
    return { message: `${host} does not know ${request} (status ${status})${quoted}.`, next: CHECK_API };
  if (status >= 500) {
    return {
      message: `${host} failed to answer ${request} (status ${status})${quoted}.`,
      next: 'Try again later: the failure is in the service.',
    };
  }
  return { message: `${host} refused ${request} (status ${status})${quoted}.` };
}

/** From here on a wait is worth a word of its own. */
const LONG_MS = 30_000;

const AWAY: readonly HttpFailure[] = ['unconnected', 'unresolved', 'proxy', 'timeout', 'reset'];

/** Whether it may be another thing in a while: what will fail each time is an error, and not a system that is away. */
function isPassing({ failure, status = 0 }: HttpError): boolean {
  const isUnsure = status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
  return failure === 'status'
    ? isUnsure
    : AWAY.includes(failure) && (failure !== 'proxy' || status === 0 || isUnsure);
}

/**
 * The error that a verb reports for a request that only read: a system that cannot be reached now, or one that answers
 * and refuses. Other errors pass as they are.
 */
function asReadError(error: unknown, host: string): unknown {
  if (!(error instanceof HttpError)) return error;
  const { message, next } = explain(error, host);
  const { failure, status = 0 } = error;
  if (isPassing(error)) return new UnreachableError(message, next);
  const code = failure === 'cancelled' ? 'interrupted' : (CODES[status] ?? 'api-answer');
  return problemError({ code, summary: message, next });
}

const CODES: Readonly<Record<number, string>> = { 401: 'api-key-refused', 403: 'api-forbidden' };

/** Runs what only reads, and turns its failures into what verbs report. */
export async function reading<T>(host: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw asReadError(error, host);
  }
}
