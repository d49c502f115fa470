import { ExitError } from '@oclif/core/errors';
import { normalizeArgv } from '@oclif/core/help';
import { helpAddition } from '@oclif/core/run';
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
  const argv = [...invocation.argv];
  const [id = '', ...rest] = normalizeArgv(config, argv);
  try {
    if (problems.length > 0) throw new DiagnosticError(problems);
    if (helpAddition(argv, config) || isTopic(id, config)) {
      const { CliHelp } = await import('./help.js');
      await new CliHelp(config).showHelp(isTopic(id, config) ? [id] : argv);
      return EXIT.ok;
    }
    return await config.runCommand<number>(id, rest);
  } catch (error) {
    if (error instanceof ExitError) return error.oclif.exit ?? EXIT.error;
    const { refuse } = await import('./failure.js');
    return refuse(error, await config.findCommand(id)?.load(), invocation);
  }
}

function isTopic(id: string, config: CliConfig): boolean {
  return config.findCommand(id) === undefined && config.findTopic(id) !== undefined;
}
