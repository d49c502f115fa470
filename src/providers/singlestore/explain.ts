import { DiagnosticError, defined } from '../../model/index.js';
import { HttpError, UnreachableError } from '../sdk/index.js';

/** What a failure of a request means for people, and what they can do. */
export interface Explanation {
  readonly message: string;
  readonly next?: string;
}

/** Explains a failed request. */
export function explain(error: HttpError, host: string): Explanation {
  const { failure, status } = error;
  switch (failure) {
    case 'unconnected':
      return {
        message: `Nothing answers at ${host}.`,
        next: 'Check base_url, the network and any proxy or VPN in between.',
      };
    case 'unresolved':
      return {
        message: `The host ${host} is not known.`,
        next: 'Check base_url for a misspelt name, and the name service of this machine.',
      };
    case 'untrusted':
      return {
        message: `The certificate of ${host} is not trusted.`,
        next: 'If a proxy of your company reads the traffic, give Node its certificate with NODE_EXTRA_CA_CERTS.',
      };
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
      return explainStatus(error, status ?? 0, host);
  }
}

function explainStatus(error: HttpError, status: number, host: string): Explanation {
  const said = error.facts.text === undefined ? '' : ` (it says: ${error.facts.text})`;
  const asked = `${error.facts.method} ${error.facts.path}`;
  if (status === 401) {
    return {
      message: `${host} does not accept the API key: it is wrong, expired or revoked${said}.`,
      next: 'Make a new key in the Cloud Portal and set it where api_key reads it from (SINGLESTOREDB_MANAGEMENT_TOKEN).',
    };
  }
  if (status === 403) {
    return {
      message: `${host} refuses ${asked} with status 403${said}.`,
      next: "One of three: the key's user lacks the right (Owner access on the secret), the organization is out of credits, or this machine's IP address is not in the organization's firewall ranges.",
    };
  }
  if (status === 429) {
    return {
      message: `${host} says that there were too many requests, and kept saying so${said}.`,
      next: 'Try again later, or with a smaller --parallelism.',
    };
  }
  if (status >= 500) {
    return {
      message: `${host} answers ${asked} with status ${status}${said}.`,
      next: 'Try again later; the trouble is on the other side.',
    };
  }
  return { message: `${host} answers ${asked} with status ${status}${said}.` };
}

/**
 * The error that a verb reports for a request that only looked: a system that cannot be seen now, or one that answers
 * and refuses. Other errors pass as they are.
 */
function asReadError(error: unknown, host: string): unknown {
  if (!(error instanceof HttpError)) return error;
  const { message, next } = explain(error, host);
  const { failure, status = 0 } = error;
  const away = ['unconnected', 'unresolved', 'timeout', 'reset'].includes(failure);
  if (away || (failure === 'status' && (status === 429 || status >= 500)))
    return new UnreachableError(message, next);
  const code = failure === 'cancelled' ? 'interrupted' : (CODES[status] ?? 'api-answer');
  return new DiagnosticError([{ severity: 'error', code, summary: message, ...defined({ next }) }]);
}

const CODES: Readonly<Record<number, string>> = { 401: 'api-key-refused', 403: 'api-forbidden' };

/** Runs what only looks, and turns its failures into what verbs report. */
export async function looking<T>(host: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw asReadError(error, host);
  }
}
