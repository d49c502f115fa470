import { access, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isTooLarge, readBounded } from '../files/read.js';
import { errorCode } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { failed } from './reading.js';
import type { ValueContext } from './reading.js';

/** No system here takes a value near this size; a larger file is a mistake, and is not read into memory. */
export const MAX_BYTES = 16 * 1024 * 1024;

/** The largest size in words. */
export const MAX_SIZE = `${MAX_BYTES / 1024 / 1024} MB`;

/** A file's bytes, with a warning where there is one, or what is wrong. */
export type LocalFile =
  | { readonly bytes: Uint8Array; readonly path: string; readonly problem?: Diagnostic }
  | { readonly problem: Diagnostic; readonly bytes?: never };

/**
 * Reads a file that the configuration names, at most 16 MB of it. A file outside the repository is read too, with a warning: a
 * reviewer of a branch should see it.
 * @param path as written; a relative one starts at `base`, the folder of the configuration file
 */
export async function readLocalFile(
  { path, base }: { readonly path: string; readonly base: string },
  { cwd, signal }: ValueContext,
): Promise<LocalFile> {
  const full = resolve(base, path);
  const fail = (what: string, next: string): LocalFile =>
    failed('unreadable-file', `The file ${path} ${what}.`, next);
  try {
    const { bytes } = await readBounded(full, MAX_BYTES, { pipe: signal });
    const outside = await isOutside(full, cwd);
    return { bytes, path: full, ...(outside ? { problem: outsideWarning(path) } : {}) };
  } catch (error) {
    if (isTooLarge(error)) return fail(`is larger than ${MAX_SIZE}`, 'Check the path: a secret is small.');
    return fail(whyUnreadable(error), `Check the path: ${full}`);
  }
}

/** Whether a file lies outside the repository that the current folder is in, links followed; without one, outside the folder. */
async function isOutside(path: string, cwd: string): Promise<boolean> {
  const way = relative(await repositoryOf(await realpath(cwd)), await realpath(path));
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/** The nearest folder with a `.git` in it, upwards from one; the folder itself where there is none. */
export async function repositoryOf(cwd: string): Promise<string> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    try {
      await access(join(folder, '.git'));
      return folder;
    } catch {
      if (dirname(folder) === folder) return cwd;
    }
  }
}

function outsideWarning(path: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'file-outside',
    summary: `The file ${path} is outside this repository.`,
    next: 'Check that this configuration should read it.',
  };
}

function whyUnreadable(error: unknown): string {
  const code = errorCode(error) ?? 'unknown error';
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a folder';
  return `cannot be read (${code})`;
}
