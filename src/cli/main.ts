import { EXIT } from './exit.js';
import { outputChoice } from './format-choice.js';
import type { Io } from './io.js';
import { openTerminal } from './terminal.js';
import { versionText } from './version.js';

/**
 * Runs one command line from beginning to end. Whatever goes wrong ends in a message and an exit code of the list.
 * @param argv the words after the program's name
 * @returns the exit code
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const { format, noColor, problems } = outputChoice(argv, io.extensions);
  const terminal = openTerminal(io, { noColor });
  if (argv[0] === '--version' && problems.length === 0) {
    terminal.out(`${versionText(io)}\n`);
    return EXIT.ok;
  }
  const { dispatch } = await import('./dispatch.js');
  return dispatch({ argv, io, terminal, format }, problems);
}
