import { closeSync, openSync, writeSync } from 'node:fs';
import { DiagnosticError, errorCode } from '../model/index.js';
import { printable } from '../report/index.js';
import { masked } from './terminal.js';
import type { Terminal } from './terminal.js';

/** Notes what a run does, for whoever looks for a fault. */
export interface Log {
  /** Absent where nobody looks. */
  readonly note?: (message: string) => void;
  readonly close: () => void;
}

/**
 * Opens the log that `SECRETS_LOG=debug` (on stderr) and `--log-file` ask for. A file is for its owner alone, and is added to.
 * Every line is masked.
 * @throws DiagnosticError where the file cannot be written
 */
export function openLog(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): Log {
  const isDebug = env['SECRETS_LOG'] === 'debug';
  if (!isDebug && file === undefined) return { close: () => undefined };
  const handle = file === undefined ? undefined : openFile(file);
  return {
    note: (message) => {
      const line = `${new Date().toISOString()} ${printable(message)}\n`;
      if (isDebug) terminal.err(`debug: ${line}`);
      if (handle !== undefined) writeSync(handle, masked(line));
    },
    close: () => {
      if (handle !== undefined) closeSync(handle);
    },
  };
}

function openFile(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw new DiagnosticError([
      {
        severity: 'error',
        code: 'log-file',
        summary: `The log file ${file} cannot be written (${errorCode(error) ?? 'unknown error'}).`,
        next: 'Check the path and the rights there.',
      },
    ]);
  }
}
