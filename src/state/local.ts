import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DiagnosticError } from '../model/index.js';
import type { StateData } from '../model/index.js';
import { decodeState, encodeState } from './decode.js';
import { lockFile } from './lock-file.js';
import type { StateStore } from './store.js';

/** How to keep a state in a file. */
export interface LocalStoreOptions {
  /** The state file's path, as the configuration has it. */
  readonly path: string;
  /** Where a relative path starts. */
  readonly cwd: string;
  readonly stack: string;
  /** Written into locks. */
  readonly toolVersion: string;
  readonly now: () => Date;
}

/**
 * A state in a file: written to a draft beside it, forced to disk, and put in place in one step, mode 0600; the one before
 * is kept as `<file>.backup`. The lock is `<file>.lock`.
 */
export function localStore(options: LocalStoreOptions): StateStore {
  const file = resolve(options.cwd, options.path);
  const read = async (): Promise<StateData | undefined> => {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw problem(
        `The state ${options.path} cannot be read (${codeOf(error)}).`,
        'Check its owner and mode.',
      );
    }
    return decodeState(text, options.path, options.stack);
  };
  return {
    location: options.path,
    keyFile: join(dirname(file), `${basename(file).replace(/\.state\.json$|\.json$/, '')}.key`),
    read,
    async write(next, expectedSerial) {
      const stored = await read();
      const serial = stored?.serial ?? 0;
      if (serial !== expectedSerial || (stored !== undefined && stored.lineage !== next.lineage)) {
        throw problem(
          `The state ${options.path} was written by somebody else meanwhile (serial ${serial}, expected ${expectedSerial}).`,
          'Run the command again: it starts from what is stored now.',
        );
      }
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        if (stored !== undefined) await copyFile(file, `${file}.backup`);
        await replaceFile(file, encodeState(next));
      } catch (error) {
        throw problem(
          `The state ${options.path} cannot be written (${codeOf(error)}).`,
          'Make room or give this user the right to write there.',
        );
      }
    },
    lock: (request) => lockFile(`${file}.lock`, request, options),
  };
}

/** Writes a file so that at every moment either the old or the new text is there, whole. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  // The rename itself must survive a power cut too; not every platform lets a folder be synced.
  const folder = await open(dirname(file), 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

function problem(summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code: 'state', summary, next }]);
}
