import { ExitError } from '@oclif/core/errors';
import { commands } from '../commands/registry.js';
import { DiagnosticError } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { CliConfig } from './config.js';
import type { Invocation } from './config.js';
import { EXIT } from './exit.js';

/**
 * Finds the command of a command line and runs it, in the order of oclif's own `run`, which has no place for an Io.
 * @param problems what is already known to be wrong with it
 * @returns the exit code
 */
export async function dispatch(invocation: Invocation, problems: readonly Diagnostic[]): Promise<number> {
  const config = await CliConfig.open(invocation, commands);
  const { id, argv, helpArgv } = await requestOf(invocation.argv, config);
  try {
    if (problems.length > 0) throw new DiagnosticError(problems);
    if (helpArgv === undefined) return await config.runCommand<number>(id, [...argv]);
    const { CliHelp } = await import('./help.js');
    await new CliHelp(config).showHelp([...helpArgv]);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ExitError) return error.oclif.exit ?? EXIT.error;
    const { refuse } = await import('./failure.js');
    return refuse(error, await config.findCommand(id)?.load(), invocation);
  }
}

/** What a command line asks for. */
interface Request {
  /** The words of the command, joined by colons. */
  readonly id: string;
  /** What follows them. */
  readonly argv: readonly string[];
  /** What help is wanted about; absent: none. */
  readonly helpArgv?: readonly string[];
}

const HELP: ReadonlySet<string> = new Set(['-h', '--help']);

/** Reads a command line as oclif does. For the most common ones, its code for that need not be loaded. */
async function requestOf(words: readonly string[], config: CliConfig): Promise<Request> {
  const [first = '', ...rest] = words;
  if (config.findCommand(first) !== undefined && !rest.some((word) => HELP.has(word))) {
    return { id: first, argv: rest };
  }
  const [{ normalizeArgv }, { helpAddition }] = await Promise.all([
    import('@oclif/core/help'),
    import('@oclif/core/run'),
  ]);
  const [id = '', ...argv] = normalizeArgv(config, [...words]);
  const isTopic = config.findCommand(id) === undefined && config.findTopic(id) !== undefined;
  if (isTopic) return { id, argv, helpArgv: [id] };
  return helpAddition([...words], config) ? { id, argv, helpArgv: words } : { id, argv };
}
