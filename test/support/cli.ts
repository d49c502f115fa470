import { PassThrough } from 'node:stream';
import type { Io, Output, Signal } from '../../src/cli/io.js';
import { runCli } from '../../src/cli/main.js';

/** A command under way in this process. */
export interface RunningCli {
  /** Its exit code. */
  readonly code: Promise<number>;
  readonly stdin: PassThrough;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Sends it a signal. */
  readonly signal: (signal: Signal) => void;
}

/** How a command ended. */
export interface FinishedCli {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What of a command's surroundings is not as usual: no terminal, an empty environment, empty standard input. */
export type Surroundings = Partial<Omit<Io, 'stdin' | 'stdout' | 'stderr' | 'signals'>> & {
  /** Whether the streams are a terminal. */
  readonly isTTY?: boolean;
};

/** A stream that keeps what is written to it. */
function keeping(isTTY: boolean): Output & { readonly text: () => string } {
  let written = '';
  return {
    isTTY,
    columns: 80,
    write: (text) => {
      written += text;
    },
    text: () => written,
  };
}

/** Starts a command line in this process; its standard input stays open. */
export function startCli(argv: readonly string[], surroundings: Surroundings = {}): RunningCli {
  const { isTTY = false, ...io } = surroundings;
  const [stdout, stderr] = [keeping(isTTY), keeping(isTTY)];
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const listeners = new Set<readonly [readonly Signal[], (signal: Signal) => void]>();
  const code = runCli(argv, {
    cwd: process.cwd(),
    env: {},
    now: () => new Date(),
    ...io,
    stdin,
    stdout,
    stderr,
    signals: (names, listener) => {
      const entry = [names, listener] as const;
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  });
  return {
    code,
    stdin,
    stdout: stdout.text,
    stderr: stderr.text,
    signal: (signal) => {
      for (const [names, listener] of listeners) if (names.includes(signal)) listener(signal);
    },
  };
}

/**
 * Runs a command line in this process, from beginning to end.
 * @param input what it finds on standard input
 */
export async function runInProcess(
  argv: readonly string[],
  surroundings: Surroundings = {},
  input = '',
): Promise<FinishedCli> {
  const running = startCli(argv, surroundings);
  running.stdin.end(input);
  const code = await running.code;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}
