import { runProgram } from '../child.js';
import type { Failure } from '../child.js';
import { MAX_SIZE } from '../local-file.js';
import { failed } from '../reading.js';
import type { ExecSource } from './source.js';
import type { RawReading, ValueContext } from '../reading.js';

const BY_HAND = 'Run it by hand in the folder of the configuration file, to see what it says.';

/**
 * Runs a program and takes what it prints, every byte of it. Only with leave: whoever can change a file in a branch could
 * otherwise run anything where the plan of that branch is made. Neither its arguments nor what it says go into a message, since either
 * may hold a value.
 */
export async function readExec({ command, base }: ExecSource, context: ValueContext): Promise<RawReading> {
  const program = command[0] ?? '';
  if (!context.allowExec) {
    return failed(
      'exec-not-allowed',
      `This value is what \`${program}\` prints, and no program may be run.`,
      'If you trust this configuration, run the command with --allow-exec, or set SECRETS_ALLOW_EXEC=1.',
      'A plan of somebody else’s branch must not run what that branch says.',
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
        `There is no program \`${program}\`.`,
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
        'A secret is small: check the command.',
      );
    case 'stopped':
      return failed('exec-failed', `\`${program}\` was stopped before it had ended.`, BY_HAND);
    case 'exit':
      return failed('exec-failed', `\`${program}\` failed with exit code ${failure.code}.`, BY_HAND);
    case 'signal':
      return failed('exec-failed', `\`${program}\` was killed (${failure.signal}).`, BY_HAND);
  }
}
