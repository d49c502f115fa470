import { Errors, flush, run as runOclif } from '@oclif/core';
import { diagnosticText, printable } from '../report/index.js';
import { EXIT } from './exit.js';
import { openTerminal } from './terminal.js';
import { protectTyped } from './typed.js';

/**
 * Runs the command line. Whatever goes wrong ends in a message and an exit code of the list, never in a stack trace.
 * @param location the URL of the file that was started, where the package is found
 */
export async function run(location: string): Promise<void> {
  // Warnings of Node and of libraries are for whoever looks for a fault: they would go past the one writer.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (process.env['SECRETS_LOG'] === 'debug') {
      openTerminal({ noColor: true }).err(`debug: warning: ${printable(warning.message)}\n`);
    }
  });
  process.on('uncaughtException', endBadly);
  process.on('unhandledRejection', endBadly);
  try {
    await runOclif(process.argv.slice(2), location);
    await flush();
  } catch (error) {
    if (error instanceof Errors.ExitError && error.oclif.exit === 0) return;
    const noColor = process.argv.includes('--no-color');
    const terminal = openTerminal({ noColor });
    protectTyped(process.argv.slice(2));
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

/** What nobody caught: Node would print it as it is, values and all. */
function endBadly(error: unknown): never {
  const terminal = openTerminal({ noColor: process.argv.includes('--no-color') });
  terminal.err(
    diagnosticText(
      {
        severity: 'error',
        code: 'unexpected',
        summary: error instanceof Error ? error.message : 'unknown error',
        next: 'This is a defect of secrets. Please report it, with the command that you ran and what SECRETS_LOG=debug says.',
      },
      terminal.errStyle,
    ),
  );
  process.exit(EXIT.error);
}
