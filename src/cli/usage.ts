import type { Command } from '@oclif/core/command';
import { CLIError } from '@oclif/core/errors';
import { DiagnosticError, nearestWords, problem } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import type { Masker } from '../engine/index.js';

/** What oclif puts before the message of a flag's own `parse`, whatever kind of error that raises. */
const FLAG_PARSING = /^Parsing --\S+ \n\t/;

/** What the parser's own errors carry beside their message. */
interface ParserDetails {
  readonly flags?: readonly string[];
  readonly args?: readonly unknown[];
}

/**
 * What is wrong with a command line.
 * @param error what the parser raised
 * @returns `undefined` where the error is not about the command line
 */
export function usageProblem(error: Error, command: Command.Class): Diagnostic | undefined {
  const isUsage =
    error instanceof CLIError ||
    error.constructor.name.endsWith('ParserError') ||
    FLAG_PARSING.test(error.message);
  if (!isUsage) return undefined;
  const name = command.id.replaceAll(':', ' ');
  const help = `Run: secrets ${name} --help`;
  const details = error as Error & ParserDetails;
  switch (error.constructor.name) {
    case 'NonExistentFlagsError':
      return unknownFlags(details.flags ?? [], command, help);
    case 'UnexpectedArgsError':
      return unexpectedArguments((details.args ?? []).map(String), name, command, help);
    case 'RequiredArgsError':
      return missingArguments(details.args ?? [], name, command);
    default:
      return parserMessage(error.message, help);
  }
}

function unknownFlags(flags: readonly string[], command: Command.Class, help: string): Diagnostic {
  const known = Object.entries({ ...command.flags, ...command.baseFlags }).flatMap(([name, flag]) => [
    `--${name}`,
    ...(flag.type === 'boolean' && flag.allowNo ? [`--no-${name}`] : []),
  ]);
  const suggested = [...new Set(flags.flatMap((flag) => nearestWords(flag.replace(/=.*$/s, ''), known)))];
  return problem({
    code: 'usage',
    summary: `Unknown flag${flags.length === 1 ? '' : 's'}: ${flags.join(', ')}`,
    next: suggested.length === 0 ? help : `Did you mean ${suggested.join(', ')}? ${help}`,
  });
}

function unexpectedArguments(
  args: readonly string[],
  name: string,
  command: Command.Class,
  help: string,
): Diagnostic {
  const file = args.find((arg) => /\.ya?ml$/.test(arg));
  return problem({
    code: 'usage',
    summary: `Unexpected argument${args.length === 1 ? '' : 's'}: ${args.join(', ')}`,
    next:
      file !== undefined && 'file' in command.flags
        ? `To name a configuration file, use -f: secrets ${name} -f ${file}`
        : help,
  });
}

function missingArguments(args: readonly unknown[], name: string, command: Command.Class): Diagnostic {
  const [example = `secrets ${name}`] = command.examples;
  const missing = args as readonly { readonly name: string; readonly description?: string }[];
  return problem({
    code: 'usage',
    summary: `Missing argument${missing.length === 1 ? '' : 's'}: ${missing.map((arg) => arg.name.toUpperCase()).join(', ')}`,
    detail: orNone(missing.flatMap(({ description = '' }) => description.split('\n'))),
    next: `For example: ${typeof example === 'string' ? example : example.command}`,
  });
}

function parserMessage(message: string, help: string): Diagnostic {
  const [summary = '', ...rest] = message.replace(FLAG_PARSING, '').split('\n');
  const detail = rest.filter((line) => line.trim() !== '' && !line.startsWith('See more help'));
  return problem({ code: 'usage', summary, detail: orNone(detail), next: help });
}

function orNone(lines: readonly string[]): readonly string[] | undefined {
  return lines.some((line) => line !== '') ? lines : undefined;
}

/**
 * An error that nobody foresaw, as a problem for people: never a stack trace.
 * @param error what was thrown
 * @param command what ran; absent: the command line was not understood
 * @param mask cleans the text of an error that is not ours
 */
export function diagnosticsOf(
  error: unknown,
  command: Command.Class | undefined,
  mask: Masker,
): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  const raised = error instanceof Error ? error : new Error(String(error));
  const usage = command && usageProblem(raised, command);
  if (usage !== undefined) return [usage];
  const [summary = 'unknown error', ...rest] = mask.outside(raised.message).split('\n');
  return [
    problem({
      code: 'unexpected',
      summary,
      detail: orNone(rest),
      next:
        'This is a bug in secrets. Please report it with the command that you ran, the output of `secrets version`, and ' +
        'what SECRETS_LOG=debug shows.',
    }),
  ];
}
