import type { HttpErrorFacts } from './http-error.js';

/** How often and how patiently a request is tried. Times in milliseconds. */
export interface RetryPolicy {
  /** The first try counts. */
  readonly maxAttempts: number;
  /** The longest wait before the second try; doubles with each further one. */
  readonly baseMs: number;
  /** No wait of ours is longer. */
  readonly capMs: number;
}

/** Five tries, with at most 0.25, 0.5, 1 and 2 seconds between them, and what the server asks for besides. */
export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 5,
  baseMs: 250,
  capMs: 8_000,
};

/**
 * Whether a request may be sent again as it is. `safe`: sending it twice does no harm (reads, deletes by id). `once`: it
 * is a write whose first sending may have counted; only an answer that says 'not now' (429) allows another.
 */
export type Repeat = 'safe' | 'once';

const PASSING_STATUS: readonly number[] = [429, 502, 503, 504];

/** Whether the failure is one that passes, so that the same request is worth sending again. */
export function mayRetry(facts: HttpErrorFacts, repeat: Repeat): boolean {
  if (facts.failure === 'status' && facts.status === 429) return true;
  if (repeat === 'once') return false;
  if (facts.failure === 'timeout' || facts.failure === 'reset') return true;
  return facts.failure === 'status' && PASSING_STATUS.includes(facts.status ?? 0);
}

/**
 * The wait before the next try: exponential with full jitter, and never less than what the server asked for (plus a
 * little jitter of the same kind, so that many clients that were told the same do not return at once).
 *
 * @param attempt how many tries there were, from 1
 * @param random from 0 up to 1
 * @returns milliseconds
 */
export function retryDelay(
  attempt: number,
  retryAfterMs: number | undefined,
  random: number,
  policy: RetryPolicy,
): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.round((retryAfterMs ?? 0) + random * ceiling);
}

/**
 * Reads a `Retry-After` header in both forms of RFC 9110: seconds, or an HTTP date.
 *
 * @param now milliseconds since 1970, of the server's clock where it is known
 * @returns milliseconds to wait, not negative; `undefined` where the header is absent or malformed
 */
export function parseRetryAfter(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // A date has a month's name; Date.parse alone would take '-5' for a year.
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
