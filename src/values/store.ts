import { DiagnosticError } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { networkError } from '../net/network-errors.js';
import { MAX_BYTES } from './local-file.js';
import type { AnyReading, ValueContext } from './reading.js';

/**
 * What kind of failure it is.
 *
 * - `store-reference`: the configuration names something that cannot exist
 * - `store-setup`: this machine lacks something: an address, a login, a program
 * - `store-denied`: the store refuses this login
 * - `store-missing`: no such secret, version or field
 * - `store-unreachable`, `store-timeout`: no connection; no response in time
 * - `store-answer`: an unexpected response: too large, not in the documented shape, an internal error of the store
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

/** Why a store gives no value, in our own words: no text of the store or a library is repeated. */
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
  /** What the secret is called at the start of a sentence: `The Azure Key Vault secret main/app`. */
  readonly what: string;
  readonly context: ValueContext;
  readonly timeoutMs: number;
  /** Reads it. The signal is aborted at the deadline, and when the user stops the run. */
  readonly read: (signal: AbortSignal) => Promise<Reading>;
  /** Explains the store's own errors; `undefined` for any other. */
  readonly explain?: (error: unknown) => StoreFailure | undefined;
}

/**
 * Runs one read within its time and turns every failure into one diagnostic that names the secret. A library that ignores the
 * signal is no longer waited for after the deadline.
 * @returns what was read, or the problem; never throws
 */
export async function readStore<Reading extends AnyReading>(
  store: StoreRead<Reading>,
): Promise<Reading | { readonly problem: Diagnostic }> {
  const { context, timeoutMs } = store;
  const deadline = new AbortController();
  // Not AbortSignal.timeout: its timer would let the process end while a library waits for nothing that holds it.
  const timer = setTimeout(() => {
    deadline.abort();
  }, timeoutMs);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  try {
    signal.throwIfAborted();
    const reading = await Promise.race([aborted(signal), store.read(signal)]);
    checkSize(reading);
    return reading;
  } catch (error) {
    const [problem] = error instanceof DiagnosticError ? error.diagnostics : [];
    return { problem: problem ?? problemOf(store.what, failureOf(error, signal, store)) };
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => {
      reject(new Error('aborted'));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

function failureOf<Reading extends AnyReading>(
  error: unknown,
  signal: AbortSignal,
  { context, timeoutMs, explain }: StoreRead<Reading>,
): StoreFailure {
  if (signal.aborted) return context.signal.aborted ? stopped(context.signal) : timedOut(timeoutMs);
  if (error instanceof StoreFailure) return error;
  return explain?.(error) ?? explainNetwork(error) ?? unexplained(error);
}

/** The run was stopped by the user, or the time of the source was over. */
function stopped({ reason }: { readonly reason: unknown }): StoreFailure {
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? timedOut()
    : new StoreFailure('store-stopped', 'the run was stopped', 'Run it again.');
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
    `no response ${time}`,
    'Check that the store can be reached from here, then run it again.',
  );
}

/** What the shared table of network errors says of an error; `undefined` where it is not one of a connection. */
export function explainNetwork(error: unknown): StoreFailure | undefined {
  const network = networkError(error);
  if (network === undefined) return undefined;
  if (network.kind === 'timeout') return timedOut();
  return new StoreFailure('store-unreachable', network.words, network.next);
}

/** Only the kind of the error is shown: its message may quote what the store sent. */
function unexplained(error: unknown): StoreFailure {
  const kind = error instanceof Error && /^[A-Za-z_]{1,60}$/.test(error.name) ? error.name : 'unknown error';
  return new StoreFailure(
    'store-answer',
    `unexpected response (${kind})`,
    'Read it with the tool of the store itself to see its error.',
  );
}
