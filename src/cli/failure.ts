import type { Command } from '@oclif/core/command';
import { failedDocument } from '../report/index.js';
import type { ReportDocument } from '../report/index.js';
import type { Invocation } from './config.js';
import { EXIT } from './exit.js';
import { openRun } from './run.js';
import type { OpenRun } from './run.js';
import { possibleValues } from './typed.js';
import { diagnosticsOf } from './usage.js';
import { toolVersion } from './version.js';

/** What failed, and where. */
export interface Failure {
  readonly error: unknown;
  /** The command that ran; absent: none was found. */
  readonly command: Command.Class | undefined;
  /** The kind of document to report it as. */
  readonly document: ReportDocument['kind'];
  readonly argv: readonly string[];
}

/** Reports an error that ended a command line. */
export function reportFailure({ error, command, document, argv }: Failure, run: OpenRun): void {
  const diagnostics = diagnosticsOf(error, command);
  if (diagnostics.some(({ code }) => code === 'usage')) {
    for (const text of possibleValues(argv)) run.mask.addText(text);
  }
  run.note(`ended by an error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  run.terminal.endProgress();
  run.render(failedDocument(document, diagnostics));
}

/**
 * Ends a command line for which no run was opened.
 * @returns the exit code
 */
export function refuse(error: unknown, command: Command.Class | undefined, invocation: Invocation): number {
  const { argv, ...setup } = invocation;
  const signal = new AbortController().signal;
  const run = openRun({ ...setup, signal, version: toolVersion(), command: '' });
  reportFailure({ error, command, document: 'error', argv }, run);
  run.close();
  return EXIT.error;
}
