import { DiagnosticError } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { MAX_BYTES } from './local-file.js';
import type { AnyReading, ValueContext } from './reading.js';

/**
 * What kind of failure it is.
 *
 * - `store-reference`: the configuration names something that cannot be right
 * - `store-setup`: this machine lacks what reading takes: an address, a login, a program
 * - `store-denied`: the store knows us, or not any more, and refuses
 * - `store-missing`: there is no such secret, version or field
 * - `store-unreachable`, `store-timeout`: no connection; no answer in time
 * - `store-answer`: an answer that is none: too large, not in the documented shape, trouble inside the store
 * - `store-stopped`: the user stopped the run
 */
export type StoreFailureCode =
  | 'store-reference'
  | 'store-setup'
  | 'store-denied'
  | 'store-missing'
  | 'store-unreachable'
  | 'store-timeout'
  | 'store-answer'
  | 'store-stopped';

/** Why a store gives no value, in our own words: nothing of what the store or a library said is repeated. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  readonly code: StoreFailureCode;
  readonly next: string;

  /**
   * @param why a clause that ends the sentence "X cannot be read: …"
   * @param next what to do, as an imperative sentence
   */
  constructor(code: StoreFailureCode, why: string, next: string) {
    super(why);
    this.code = code;
    this.next = next;
  }
}

/** One read of a store. */
export interface StoreRead<Reading extends AnyReading> {
  /** The secret in words that start a sentence: `The secret app of Azure Key Vault main`. */
  readonly what: string;
  readonly context: ValueContext;
  readonly timeoutMs: number;
  /** Reads it. The signal is aborted at the deadline, and when the user stops the run. */
  readonly read: (signal: AbortSignal) => Promise<Reading>;
  /** Knows the store's own errors; `undefined` for what it does not know. */
  readonly explain?: (error: unknown) => StoreFailure | undefined;
}

/**
 * Runs one read within its time and turns every failure into one diagnostic that names the secret. A library that does not
 * heed the signal is left behind at the deadline.
 * @returns what was read, or the problem; never throws
 */
export async function readStore<Reading extends AnyReading>({
  what,
  context,
  timeoutMs,
  read,
  explain,
}: StoreRead<Reading>): Promise<Reading | { readonly problem: Diagnostic }> {
  const deadline = new AbortController();
  // Not AbortSignal.timeout: its timer would let the process end while a library waits for nothing that holds it.
  const timer = setTimeout(() => {
    deadline.abort();
  }, timeoutMs);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  const late = (): StoreFailure => {
    if (!context.signal.aborted) return timedOut(timeoutMs);
    const { reason } = context.signal as { reason: unknown };
    return reason instanceof Error && reason.name === 'TimeoutError'
      ? timedOut()
      : new StoreFailure('store-stopped', 'the run was stopped', 'Run it again.');
  };
  try {
    if (signal.aborted) throw late();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener(
        'abort',
        () => {
          reject(late());
        },
        { once: true },
      );
    });
    const reading = await Promise.race([read(signal), aborted]);
    checkSize(reading);
    return reading;
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics[0] !== undefined) {
      return { problem: error.diagnostics[0] };
    }
    const failure = signal.aborted
      ? late()
      : error instanceof StoreFailure
        ? error
        : (explain?.(error) ?? explainNetwork(error) ?? unexplained(error));
    return { problem: problemOf(what, failure) };
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(what: string, { code, message, next }: StoreFailure): Diagnostic {
  return { severity: 'error', code, summary: `${what} cannot be read: ${message}.`, next };
}

function checkSize(reading: AnyReading): void {
  const whole = 'document' in reading ? reading.whole : 'text' in reading ? reading.text : undefined;
  const bytes = 'bytes' in reading ? reading.bytes : undefined;
  const size = bytes === undefined ? Buffer.byteLength(whole ?? '') : bytes.byteLength;
  if (size > MAX_BYTES) throw tooLarge();
}

/** The failure of an answer or a value that is too large. */
export function tooLarge(): StoreFailure {
  return new StoreFailure(
    'store-answer',
    `it is larger than ${MAX_BYTES / 1024 / 1024} MB`,
    'Check the reference: a secret is small.',
  );
}

function timedOut(timeoutMs?: number): StoreFailure {
  const time = timeoutMs === undefined ? 'in time' : `within ${timeoutMs / 1000} s`;
  return new StoreFailure(
    'store-timeout',
    `there was no answer ${time}`,
    'Check that the store can be reached from here, and run it again.',
  );
}

/** Certificate trouble, as OpenSSL's and Node's codes name it. */
const UNTRUSTED = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** What Node's system error codes say about a connection; they may sit some way down an error's causes. */
export function explainNetwork(error: unknown): StoreFailure | undefined {
  for (const one of chain(error)) {
    const code = 'code' in one ? String(one.code) : '';
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
      return unreachable(`the name of its host is not known (${code})`);
    }
    if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ECONNRESET|EPIPE)$/.test(code)) {
      return unreachable(`there is no connection to its host (${code})`);
    }
    if (UNTRUSTED.test(code)) {
      return unreachable(
        `the certificate of its host is not trusted (${code})`,
        'Name the authority that signed it in NODE_EXTRA_CA_CERTS.',
      );
    }
    if (code === 'ETIMEDOUT' || /^(AbortError|TimeoutError)$/.test(one.name)) return timedOut();
  }
  return undefined;
}

function unreachable(why: string, next = 'Check the network and the address of the store.'): StoreFailure {
  return new StoreFailure('store-unreachable', why, next);
}

/** An error and what lies beneath it: causes, and the single errors of several tries. */
function chain(error: unknown, depth = 0): readonly Error[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  return [error, ...[error.cause, ...inner].flatMap((one) => chain(one, depth + 1))];
}

/** Only the kind of the error is said: its message may quote what the store sent. */
function unexplained(error: unknown): StoreFailure {
  const kind = error instanceof Error && /^[A-Za-z_]{1,60}$/.test(error.name) ? error.name : 'unknown error';
  return new StoreFailure(
    'store-answer',
    `its answer makes no sense (${kind})`,
    'Read it with the own tool of the store, to see what it says.',
  );
}
