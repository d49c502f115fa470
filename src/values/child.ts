import { spawn } from 'node:child_process';
import { defined, errorCode } from '../model/index.js';
import { MAX_BYTES } from './local-file.js';

/** A program, and how to run it. */
export interface Program {
  /** The program, and its arguments. No shell reads them. */
  readonly command: readonly string[];
  /** What the program sees as its own name; the first word of the command where absent. */
  readonly argv0?: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Kills the program and all that it started. */
  readonly signal: AbortSignal;
}

/** How a program failed. */
export type Failure =
  | { readonly why: 'not-found' | 'too-large' | 'stopped' }
  | { readonly why: 'not-started'; readonly code: string }
  | { readonly why: 'exit'; readonly code: number }
  | { readonly why: 'signal'; readonly signal: string };

/** What a program printed, or how it failed. */
export type Printed = { readonly stdout: Uint8Array } | { readonly failure: Failure };

/** Variables of ours that open every value or fingerprint: no program that only prints a value needs them. */
const OURS = new Set(['SECRETS_KEY', 'SECRETS_AGE_KEY']);

/**
 * Runs a program to its end and gives what it prints on standard output, at most 16 MB. Its standard input is closed, and what it says on
 * standard error is thrown away, since it may hold a value. It is a process group of its own, so that nothing that it
 * started is left when it is killed.
 */
export function runProgram({ command, argv0, cwd, env, signal }: Program): Promise<Printed> {
  if (signal.aborted) return Promise.resolve({ failure: { why: 'stopped' } });
  return new Promise((resolve) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      ...defined({ argv0 }),
      cwd,
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.has(name))),
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (printed: Printed): void => {
      signal.removeEventListener('abort', stop);
      resolve(printed);
    };
    const stop = (): void => {
      killAll(child.pid, () => child.kill('SIGKILL'));
      end({ failure: { why: 'stopped' } });
    };
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= MAX_BYTES) {
        chunks.push(chunk);
        return;
      }
      killAll(child.pid, () => child.kill('SIGKILL'));
      end({ failure: { why: 'too-large' } });
    });
    child.on('error', (error) => {
      const code = errorCode(error) ?? 'unknown error';
      end({ failure: code === 'ENOENT' ? { why: 'not-found' } : { why: 'not-started', code } });
    });
    child.on('close', (code, killedBy) => {
      if (code === 0) end({ stdout: Buffer.concat(chunks) });
      else if (code !== null) end({ failure: { why: 'exit', code } });
      else end({ failure: { why: 'signal', signal: killedBy ?? 'unknown' } });
    });
  });
}

/** Kills a process group; where there are none, the process alone. */
function killAll(pid: number | undefined, alone: () => void): void {
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32') alone();
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
