import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { errorCode, problemError } from '../model/index.js';
import type { Environment } from '../model/index.js';
import type { Io } from './io.js';

/** Signals that ask us to stop and are meant for the child. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Runs a program with the run's standard streams and folder, and passes signals on to it.
 * @param environment all of its variables
 * @returns its exit code; 128 plus the signal's number where a signal ended it, as in a shell
 * @throws DiagnosticError where it cannot be started
 */
export async function runChild(
  [program, ...words]: readonly [string, ...string[]],
  environment: Environment,
  io: Io,
): Promise<number> {
  let child: ChildProcess | undefined;
  // Before it starts: what it prints first may be answered with a signal.
  const release = io.signals(PASSED_ON, (signal) => {
    // On a terminal Ctrl-C and Ctrl-\ reach the child by themselves.
    const isFromTerminal = io.stdin.isTTY === true && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (!isFromTerminal) child?.kill(signal);
  });
  try {
    const started = spawn(program, words, {
      stdio: [io.stdin.fd ?? 'pipe', io.stdout.fd ?? 'pipe', io.stderr.fd ?? 'pipe'],
      env: { ...environment },
      cwd: io.cwd,
    });
    child = started;
    connect(started, io);
    return await new Promise<number>((resolve, reject) => {
      started.once('error', reject);
      started.once('close', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } catch (error) {
    throw problemError({
      code: 'run',
      summary: `Cannot start ${program} (${errorCode(error) ?? 'unknown error'}).`,
      next: 'Check its name, its path and its permissions.',
    });
  } finally {
    release();
  }
}

/** Connects the streams that the child did not inherit. */
function connect(child: ChildProcess, { stdin, stdout, stderr }: Io): void {
  // A program that does not read its input closes the pipe.
  if (child.stdin !== null) stdin.pipe(child.stdin.on('error', () => undefined));
  child.stdout?.setEncoding('utf8').on('data', (text: string) => stdout.write(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => stderr.write(text));
}
