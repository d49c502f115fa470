import type { Command } from '@oclif/core/command';
import { failedDocument } from '../report/index.js';
import type { ReportDocument } from '../report/index.js';
import { DiagnosticError } from '../model/index.js';
import type { Masker } from '../engine/index.js';
import type { Invocation } from './config.js';
import { EXIT } from './exit.js';
import { openRun } from './run.js';
import type { OpenRun } from './run.js';
import { withoutTyped } from './typed.js';
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
  const found = diagnosticsOf(error, command, run.mask);
  const diagnostics = found.some(({ code }) => code === 'usage') ? withoutTyped(found, argv) : found;
  run.note(`ended by an error: ${tracedText(error, run.mask)}`);
  run.terminal.endProgress();
  run.render(failedDocument(document, diagnostics));
}

/** An error for the log. Words of our own are kept as they are; others come from outside. */
function tracedText(error: unknown, mask: Masker): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error instanceof DiagnosticError ? text : mask.outside(text);
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
