import type { Diagnostic, Mask } from '../model/index.js';
import type { Extensions } from './extensions.js';

/** What a verb may use of the world. Start from {@link defaultContext}. */
export interface RunContext {
  /** Where relative paths start. */
  readonly cwd: string;
  /** The environment's variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user wants to stop: start nothing new, finish what is in flight. */
  readonly signal: AbortSignal;
  /** Says what is being done, in a short phrase, for a progress line. */
  readonly progress: (message: string) => void;
  /** The wall clock. */
  readonly now: () => Date;
  /** Written into locks, states and saved plans. */
  readonly toolVersion: string;
  /** Notes something for debugging, as a short phrase without any value; absent where nothing is logged. */
  readonly log?: (message: string) => void;
  /** The providers, value sources and backends of the run; absent: the built-in ones. */
  readonly extensions?: Extensions;
  /** Told of every value that is read, and cleans texts from outside; absent: the run has one of its own. */
  readonly mask?: Mask;
  /** Whether the configuration may run programs to get values (`exec`); not where absent. */
  readonly allowExec?: boolean;
  /** Reads standard input to its end, for values that come that way; absent: there is none. */
  readonly readStdin?: () => Promise<Uint8Array>;
}

/**
 * The context of a program: the process's working directory, environment and clock; no signal, no progress, no standard input, and no
 * programs run for values.
 * @param more what differs
 */
export function defaultContext(more: Partial<RunContext> = {}): RunContext {
  return {
    cwd: process.cwd(),
    env: process.env,
    signal: new AbortController().signal,
    progress: () => undefined,
    now: () => new Date(),
    toolVersion: 'library',
    ...more,
  };
}

/** What every verb that looks at systems takes. */
export interface RunOptions {
  /** Files, folders and globs, as `-f` has them; empty: the files of the usual names in `cwd`. */
  readonly files: readonly string[];
  /** Address patterns of what the run is about; empty: everything. */
  readonly targets: readonly string[];
  /** Address patterns of what the run is not about. */
  readonly excludes: readonly string[];
  /** Addresses whose generated values are to be replaced. */
  readonly rotates?: readonly string[];
  /** Addresses whose generated values are kept though they were changed outside of this stack. */
  readonly accepts?: readonly string[];
  /** Find all that others put on objects of the stack, whatever it costs; absent: what is seen on the way. */
  readonly seekUnmanaged?: boolean;
  /** At most so many requests at once, in each system. */
  readonly parallelism: number;
  /** How long one request may wait where a server asks for patience, in milliseconds; two minutes where absent. */
  readonly timeoutMs?: number;
  /** How many resources of a kind may be destroyed, where that is more than the usual limit. */
  readonly maxDeletes?: { readonly count: number } | { readonly percent: number };
  /** Write to a database although its settings would put values into its log. */
  readonly allowServerLog?: boolean;
  /** Accept a saved plan that has no seal: anyone who could write the file may have changed it. */
  readonly allowUnsealed?: boolean;
  /** Whether to take the state's lock, where the verb writes. */
  readonly lock: boolean;
  /** How long to wait for another holder of the lock, in milliseconds. */
  readonly lockTimeoutMs: number;
}

/** The options that a command has without any flag. */
export const DEFAULT_OPTIONS: RunOptions = {
  files: [],
  targets: [],
  excludes: [],
  parallelism: 10,
  lock: true,
  lockTimeoutMs: 0,
};

/** Why a run ended as it did: decides the exit code. */
export type RunStatus =
  /** Done. */
  | 'ok'
  /** Wrong input, a refused plan, a failed change. */
  | 'error'
  /** A system could not be reached; the results of the others hold. */
  | 'unreachable';

/** What every verb returns. */
export interface RunResult {
  readonly status: RunStatus;
  readonly diagnostics: readonly Diagnostic[];
}
