import type { Readable } from 'node:stream';
import type { Environment } from '../model/index.js';
import type { Extensions } from '../engine/index.js';

/** A stream to write to. */
export interface Output {
  write(text: string): unknown;
  /** Whether it is a terminal. */
  readonly isTTY?: boolean | undefined;
  /** The width of the terminal. */
  readonly columns?: number | undefined;
  /** The descriptor that a child process may inherit; absent: what the child prints is written here. */
  readonly fd?: number | undefined;
}

/** A stream to read from. */
export type Input = Readable & { readonly isTTY?: boolean | undefined; readonly fd?: number | undefined };

/** A signal that asks a process to stop. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/** Adds a listener. Returns what removes it. */
export type Subscribe<Event> = (listener: (event: Event) => void) => () => void;

/**
 * All that a command may use of its process. Nothing below `src/cli/process.ts` reads or writes `process` itself, so any number of
 * commands can run in one process, each with its own folder, environment and streams.
 */
export interface Io {
  /** Where relative paths start, absolute. */
  readonly cwd: string;
  readonly env: Environment;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The wall clock. */
  readonly now: () => Date;
  /** Calls the listener for each of these signals. Returns what ends that. A signal without a listener ends the process. */
  readonly signals: (names: readonly Signal[], listener: (signal: Signal) => void) => () => void;
  /** Errors that nothing caught; absent: the caller handles them. */
  readonly faults?: Subscribe<unknown>;
  /** Warnings of Node and of libraries, for the debug log. */
  readonly warnings?: Subscribe<string>;
  /** What runs this, for `version` and the debug log: `Node v20.20.2, linux x64`. */
  readonly runtime?: string;
  /** The providers, value sources, state backends and formats; absent: the built-in ones. */
  readonly extensions?: Extensions;
}
