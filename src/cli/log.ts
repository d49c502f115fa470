import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { DiagnosticError, errorCode, problemError } from '../model/index.js';
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
 * only; nothing but an earlier log is.
 * @param write writes a line to stderr
 * @throws DiagnosticError where the file cannot be written, or is not a log
 */
export function openLog(
  { cwd, env, now }: Pick<Io, 'cwd' | 'env' | 'now'>,
  write: (text: string) => void,
  file: string | undefined,
): Log {
  const isDebug = env['SECRETS_LOG'] === 'debug';
  if (!isDebug && file === undefined) return { close: () => undefined };
  const handle = file === undefined ? undefined : openFile(resolve(cwd, file), file);
  return {
    note: (message) => {
      const line = `${now().toISOString()} ${printable(message)}\n`;
      if (isDebug) write(`debug: ${line}`);
      if (handle !== undefined) writeSync(handle, line);
    },
    close: () => {
      if (handle !== undefined) closeSync(handle);
    },
  };
}

/** How the first line of every log starts. */
const FIRST_LINE = /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z secrets /;

/** Never through a link, and without waiting for the other end of a pipe. */
const APPEND =
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  // Absent on Windows.
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** Opens a log to append to: a new file, an empty one, or an earlier log. It becomes readable by its owner alone. */
function openFile(path: string, name: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === false) throw notALog(name);
  let handle: number | undefined;
  try {
    handle = openSync(path, APPEND, 0o600);
    if (!isLog(handle)) throw notALog(name);
    fchmodSync(handle, 0o600);
    return handle;
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    throw error instanceof DiagnosticError ? error : notWritten(name, error);
  }
}

function isLog(handle: number): boolean {
  const found = fstatSync(handle);
  if (!found.isFile()) return false;
  if (found.size === 0) return true;
  const start = Buffer.alloc(64);
  return FIRST_LINE.test(start.toString('utf8', 0, readSync(handle, start, 0, start.length, 0)));
}

function notALog(name: string): DiagnosticError {
  return problemError({
    code: 'log-file',
    summary: `The log is not written to ${name}: something of that name exists that is not a log of this program.`,
    next: 'Name a file that does not exist yet, or an earlier log; a link is not followed.',
  });
}

function notWritten(name: string, error: unknown): DiagnosticError {
  return problemError({
    code: 'log-file',
    summary: `Cannot write to the log file ${name} (${errorCode(error) ?? 'unknown error'}).`,
    next: 'Check the path and its permissions.',
  });
}
