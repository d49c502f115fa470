import { defined, problemError } from '../../model/index.js';
import { HttpError, UnreachableError } from '../sdk/index.js';

/** What a failure of a request means, and what to do about it. */
export interface Explanation {
  readonly message: string;
  readonly next?: string;
}

/** Explains a failed request. */
export function explain(error: HttpError, host: string): Explanation {
  const { words, next } = error.facts;
  switch (error.failure) {
    case 'unconnected':
    case 'unresolved':
      return {
        message: `Cannot connect to ${host}: ${words ?? 'connection failed'}.`,
        next: 'Check base_url and the network, and whether a proxy is needed (HTTPS_PROXY).',
      };
    case 'untrusted':
    case 'proxy':
      return { message: `Cannot connect to ${host}: ${words ?? 'connection failed'}.`, ...defined({ next }) };
    case 'timeout':
    case 'reset':
      return {
        message: `${host}: ${error.message}.`,
        next: 'Try again; check the network if it happens again.',
      };
    case 'redirect':
      return {
        message: `${host}: ${error.message}.`,
        next: 'Set base_url to the address of the API itself: the key is never sent on to another one.',
      };
    case 'not-json':
    case 'shape':
    case 'too-large':
      return {
        message: `${host}: ${error.message}.`,
        next: 'Check that base_url is the address of the Management API, and that no proxy answers in its place.',
      };
    case 'cancelled':
      return { message: 'Stopped before it was done.' };
    case 'status':
      return explainStatus(error, error.status ?? 0, host);
  }
}

function explainStatus(error: HttpError, status: number, host: string): Explanation {
  const { text, method, path } = error.facts;
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
      next: "One of three: the key's user lacks the right (Owner access on the secret), the organization is out of credits, or this machine's IP address is not in the organization's firewall ranges.",
    };
  }
  if (status === 429) {
    return {
      message: `${host} is still limiting requests after several tries (status 429)${quoted}.`,
      next: 'Try again later, or with a smaller --parallelism.',
    };
  }
  if (status >= 500) {
    return {
      message: `${host} failed to answer ${request} (status ${status})${quoted}.`,
      next: 'Try again later: the failure is in the service.',
    };
  }
  return { message: `${host} refused ${request} (status ${status})${quoted}.` };
}

const AWAY: readonly string[] = ['unconnected', 'unresolved', 'proxy', 'timeout', 'reset'];

/**
 * The error that a verb reports for a request that only read: a system that cannot be reached now, or one that answers
 * and refuses. Other errors pass as they are.
 */
function asReadError(error: unknown, host: string): unknown {
  if (!(error instanceof HttpError)) return error;
  const { message, next } = explain(error, host);
  const { failure, status = 0 } = error;
  const isAway = AWAY.includes(failure) || (failure === 'status' && (status === 429 || status >= 500));
  if (isAway) return new UnreachableError(message, next);
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
