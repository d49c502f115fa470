import { Errors, flush, run as runOclif } from '@oclif/core';
import { diagnosticText } from '../report/index.js';
import { EXIT } from './exit.js';
import { openTerminal } from './terminal.js';

/**
 * Runs the command line. Whatever goes wrong ends in a message and an exit code of the list, never in a stack trace.
 * @param location the URL of the file that was started, where the package is found
 */
export async function run(location: string): Promise<void> {
  try {
    await runOclif(process.argv.slice(2), location);
    await flush();
  } catch (error) {
    if (error instanceof Errors.ExitError && error.oclif.exit === 0) return;
    const noColor = process.argv.includes('--no-color');
    const terminal = openTerminal({ noColor });
    const [summary = 'unknown error', ...rest] = (
      error instanceof Error ? error.message : String(error)
    ).split('\n');
    terminal.err(
      diagnosticText(
        {
          severity: 'error',
          code: 'usage',
          summary,
          ...(rest.length === 0 ? {} : { detail: rest.join('\n') }),
          next: 'Run: secrets --help',
        },
        terminal.errStyle,
      ),
    );
    process.exitCode = EXIT.error;
  }
}
