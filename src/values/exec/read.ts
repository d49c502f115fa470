import { runProgram } from '../child.js';
import type { Failure } from '../child.js';
import { MAX_SIZE } from '../local-file.js';
import { failed } from '../reading.js';
import type { ExecSource } from './source.js';
import type { RawReading, ValueContext } from '../reading.js';

const BY_HAND = 'Run it by hand in the folder of the configuration file to see its error.';

/**
 * Runs a program and takes what it prints, every byte of it. Only where the run allows it: anyone who can change a branch could
 * otherwise run programs where its plan is made. Neither its arguments nor its output go into a message, since they may hold a value.
 */
export async function readExec({ command, base }: ExecSource, context: ValueContext): Promise<RawReading> {
  const program = command[0] ?? '';
  if (!context.allowExec) {
    return failed(
      'exec-not-allowed',
      `This value is the output of \`${program}\`, and programs may not be run.`,
      'If you trust this configuration, run the command with --allow-exec, or set SECRETS_ALLOW_EXEC=1.',
      'Otherwise anyone who can change a branch could run programs where its plan is made.',
    );
  }
  const { env, signal } = context;
  const printed = await runProgram({ command, cwd: base, env, signal });
  return 'stdout' in printed ? { bytes: printed.stdout } : explain(program, printed.failure);
}

function explain(program: string, failure: Failure): RawReading {
  switch (failure.why) {
    case 'not-found':
      return failed(
        'exec-failed',
        `Program not found: \`${program}\`.`,
        'Install it, or write its path; arguments are items of their own: [PROGRAM, ARGUMENT].',
      );
    case 'not-started':
      return failed(
        'exec-failed',
        `\`${program}\` cannot be started (${failure.code}).`,
        'Check that it may be run.',
      );
    case 'too-large':
      return failed(
        'exec-failed',
        `\`${program}\` prints more than ${MAX_SIZE}.`,
        'Check the command: a secret is small.',
      );
    case 'stopped':
      return failed('exec-failed', `\`${program}\` was stopped before it ended.`, BY_HAND);
    case 'exit':
      return failed('exec-failed', `\`${program}\` failed with exit code ${failure.code}.`, BY_HAND);
    case 'signal':
      return failed('exec-failed', `\`${program}\` was killed (${failure.signal}).`, BY_HAND);
  }
}
