import type { Diagnostic, Mask } from '../model/index.js';
import type { Extensions } from './extensions.js';

/** What a verb may use of the world, given by whoever calls it: a command, a program, a test. */
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
  /** Written into locks and states. */
  readonly toolVersion: string;
  /** Notes something for whoever looks for a fault, as a short phrase without any value; absent: nobody does. */
  readonly log?: (message: string) => void;
  /** The providers, value sources and backends of the run; absent: the built-in ones. */
  readonly extensions?: Extensions;
  /** Told of every value that is read, so that output can be masked. */
  readonly mask?: Mask;
  /** Whether the configuration may run programs to get values (`exec`); not where absent. */
  readonly allowExec?: boolean;
  /** Reads standard input to its end, for values that come that way; absent: there is none. */
  readonly readStdin?: () => Promise<Uint8Array>;
}

/**
 * The context of a program that says nothing else: this process's folder and environment, no way to stop, no progress, no standard
 * input, no programs run for values.
 * @param more what is to be otherwise
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
  /** Addresses whose generated values are to be made anew. */
  readonly rotates?: readonly string[];
  /** At most so many requests at once. */
  readonly parallelism: number;
  /** How many resources of a kind may be destroyed, where more than the usual share of them is meant to go. */
  readonly maxDeletes?: { readonly count: number } | { readonly percent: number };
  /** Write to a database though its settings would put values into its log; the provider says so where it refuses. */
  readonly allowServerLog?: boolean;
  /** Whether to take the state's lock, where the verb writes. */
  readonly lock: boolean;
  /** How long to wait for another holder of the lock, in milliseconds. */
  readonly lockTimeoutMs: number;
}

/** The options of a run that nobody said anything about. */
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
  /** A system could not be reached; what is said of the others holds. */
  | 'unreachable';

/** What every verb gives back. */
export interface RunResult {
  readonly status: RunStatus;
  readonly diagnostics: readonly Diagnostic[];
}
