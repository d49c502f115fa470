import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { DiagnosticError, errorCode } from '../model/index.js';

/** Signals that somebody sends to stop us, and that are meant for the child. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Runs a program with our own standard streams, and passes signals on to it.
 * @param environment all of its variables
 * @returns its exit code; 128 and the signal's number where a signal ended it, as a shell has it
 * @throws DiagnosticError where it cannot be started
 */
export async function runChild(
  command: readonly [string, ...string[]],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [program, ...words] = command;
  const child = spawn(program, words, { stdio: 'inherit', env: { ...environment } });
  const passOn = (signal: NodeJS.Signals): void => {
    // On a terminal Ctrl-C and Ctrl-\ reach the child by themselves.
    const isByTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (!isByTerminal) child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } catch (error) {
    throw new DiagnosticError([
      {
        severity: 'error',
        code: 'run',
        summary: `${program} cannot be started (${errorCode(error) ?? 'unknown error'}).`,
        next: 'Check its name, its path and its rights.',
      },
    ]);
  } finally {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
}
