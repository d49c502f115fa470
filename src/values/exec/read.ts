import { runProgram } from '../child.js';
import type { Failure } from '../child.js';
import { MAX_SIZE } from '../local-file.js';
import { failed } from '../reading.js';
import { findProgram, trustedPath } from '../programs.js';
import type { ProgramContext, ProgramSearch } from '../programs.js';
import type { ExecSource } from './source.js';
import type { RawReading, ValueContext } from '../reading.js';

type Failed = ReturnType<typeof failed>;

const BY_HAND = 'Run it by hand in the folder of the configuration file to see its error.';

/**
 * Runs a program and takes what it prints, every byte of it. Only where the run allows it: anyone who can change a branch could
 * otherwise run programs where its plan is made. Neither its arguments nor its output go into a message, since they may hold a value.
 * A program without a path is looked for outside the repository and every `node_modules`; one in there is run by its path. It gets
 * every variable but our keys, and a PATH without those places.
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
  const { env, signal, cwd } = context;
  const surroundings = { env, folders: [cwd, base] };
  const search = await locate(program, surroundings);
  if (search.path === undefined) return notFound(program, search);
  context.log?.(`exec: running ${search.path}`);
  const printed = await runProgram({
    command: [search.path, ...command.slice(1)],
    argv0: program,
    cwd: base,
    env: { ...env, PATH: await trustedPath(surroundings) },
    signal,
  });
  if ('stdout' in printed) return { bytes: printed.stdout };
  const { problem } = explain(program, printed.failure);
  const isNamed = search.path === program;
  return { problem: isNamed ? problem : { ...problem, detail: `The program is ${search.path}.` } };
}

/** A program with a path is taken as it is written; a relative one starts where the program runs. */
async function locate(program: string, context: ProgramContext): Promise<ProgramSearch> {
  if (/[/\\]/.test(program)) return { path: program, refused: [] };
  return findProgram(program, context, true);
}

function notFound(program: string, { refused: [first] }: ProgramSearch): Failed {
  return failed(
    'exec-failed',
    `Program not found: \`${program}\`.`,
    first === undefined
      ? 'Install it, or write its path; arguments are items of their own: [PROGRAM, ARGUMENT].'
      : 'Write its path, such as ./node_modules/.bin/PROGRAM, if that program is meant.',
    first === undefined
      ? undefined
      : `${first} is not used: by name, programs in the repository or in node_modules are not found.`,
  );
}

function explain(program: string, failure: Failure): Failed {
  switch (failure.why) {
    case 'not-found':
      return notFound(program, { refused: [] });
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
