import type { Sensitive } from './sensitive.js';

/** The variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Knows the values that a run has read, so that no text from outside shows one of them. */
export interface Mask {
  /** Remembers a value; the same one twice is no error. */
  add(value: Sensitive): void;
  /** Cleans a text from outside, as `RunScope.outside` does; absent: the run does it. */
  readonly outside?: RunScope['outside'];
}

/**
 * What one run may use of the world, and what it keeps for itself until it ends. Made once for a run and handed down; two runs of
 * one process share none of it, and no module keeps a run's data in a global.
 */
export interface RunScope {
  /** Where relative paths start, absolute. */
  readonly cwd: string;
  /** The environment's variables. */
  readonly env: Environment;
  /** The home folder, absolute; `undefined` where this user has none. */
  readonly home: string | undefined;
  /** The wall clock. */
  readonly now: () => Date;
  /** Aborted when the user wants to stop: start nothing new, finish what is in flight. */
  readonly signal: AbortSignal;
  /** Tells what is being done, in a short phrase without any value, for a progress line. */
  readonly progress: (message: string) => void;
  /** Notes something for debugging, as a short phrase without any value; absent where nothing is logged. */
  readonly log?: (message: string) => void;
  /** Wraps a value that was read, and adds it to the run's mask. */
  readonly sensitive: (text: string) => Sensitive;
  /**
   * A text from outside, such as the error of a system, as it may be shown: without the values that this run has read, and without
   * what the call itself sent. Never for text of the repository: what is cut out of that was guessed right.
   * @param sent the strings of the call, sensitive or not
   */
  readonly outside: (text: string, sent?: readonly string[]) => string;
  /**
   * What a module keeps for this run, made on first use: a login, a cache. A promise that is rejected is kept as well.
   * @param key identifies what is kept; one object of the module, the same at each call
   */
  readonly once: <Kept>(key: object, make: () => Kept) => Kept;
  /** Whether the configuration may run programs to get values (`exec`). */
  readonly allowExec: boolean;
  /**
   * Reads standard input to its end.
   * @throws DiagnosticError where this run has none
   */
  readonly readStdin: () => Promise<Uint8Array>;
}
