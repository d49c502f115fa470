import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode, problemError } from '../model/index.js';
import { printable } from '../report/index.js';
import type { Io } from './io.js';

/** Notes what a run does, for debugging. */
export interface Log {
  /** Absent where nothing is logged. */
  readonly note?: (message: string) => void;
  readonly close: () => void;
}

/**
 * Opens the log that `SECRETS_LOG=debug` (to stderr) and `--log-file` ask for. The file is appended to, and readable by its owner
 * only. Every line is masked as text.
 * @param write writes a line to stderr
 * @throws DiagnosticError where the file cannot be written
 */
export function openLog(
  { cwd, env, now }: Pick<Io, 'cwd' | 'env' | 'now'>,
  write: (text: string) => void,
  mask: (text: string) => string,
  file: string | undefined,
): Log {
  const isDebug = env['SECRETS_LOG'] === 'debug';
  if (!isDebug && file === undefined) return { close: () => undefined };
  const handle = file === undefined ? undefined : openFile(resolve(cwd, file), file);
  return {
    note: (message) => {
      const line = mask(`${now().toISOString()} ${printable(message)}\n`);
      if (isDebug) write(`debug: ${line}`);
      if (handle !== undefined) writeSync(handle, line);
    },
    close: () => {
      if (handle !== undefined) closeSync(handle);
    },
  };
}

function openFile(path: string, name: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw problemError({
      code: 'log-file',
      summary: `Cannot write to the log file ${name} (${errorCode(error) ?? 'unknown error'}).`,
      next: 'Check the path and its permissions.',
    });
  }
}
