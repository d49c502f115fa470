import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as a user has it: a file that is executed. */
export const COMMAND = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** What a process left behind when it ended. */
export interface Finished {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under way. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly soFar: () => { readonly stdout: string; readonly stderr: string };
  /** Resolves as soon as what it printed fits, on either stream; raises when it ends before. */
  readonly printed: (pattern: RegExp) => Promise<string>;
  readonly finished: Promise<Finished>;
}

/** Where and with which variables a process runs. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** No run of these tests takes as long as that; one that does is stopped, and its test fails. */
const LIMIT_MS = 50_000;

/**
 * Starts a program without a terminal.
 * @param input `none`: it finds its input at the end at once; `open`: the test writes to `child.stdin`
 */
export function start(
  program: string,
  args: readonly string[],
  { cwd, env }: Surroundings,
  input: 'none' | 'open' = 'none',
): Running {
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: [input === 'open' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const listener of listeners) listener();
    });
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, ...text });
    });
  });
  const printed = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(text.stdout) ?? pattern.exec(text.stderr);
        if (found === null) return;
        listeners.delete(look);
        resolve(found[0]);
      };
      listeners.add(look);
      look();
      finished.then(({ code }) => {
        reject(new Error(`ended with ${String(code)} before it printed ${String(pattern)}:\n${text.stderr}`));
      }, reject);
    });
  return { child, soFar: () => ({ ...text }), printed, finished };
}
