import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rename,
  rm,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode } from '../../model/index.js';

/** What DuckDB adds to a secret's name. */
const SUFFIX = '.duckdb_secret';
/** The prefix of our own files and folders in a secret directory: DuckDB ignores them. */
const OURS = '.secrets-';
const LOCK = `${OURS}lock`;
/** The lock is held for the few steps of one change: an older one was left by a run that was killed. */
const STALE_MS = 30_000;

/** A stored secret's file, as the disk has it. */
export interface Stamp {
  /** Another file under the same name has another one: inode, and the time when it was written. */
  readonly id: string;
  /** Changes with whatever is done to the file. */
  readonly version: string;
  /** Whether nobody but its owner can read it; DuckDB refuses the whole directory otherwise. */
  readonly isPrivate: boolean;
}

/** The path of a secret's file. */
export function secretPath(directory: string, name: string): string {
  return join(directory, `${name}${SUFFIX}`);
}

/** What the disk says of a file; nothing where there is none. Raises system errors. */
export async function stampOf(path: string): Promise<Stamp | undefined> {
  try {
    const found = await lstat(path, { bigint: true });
    return {
      id: `${found.ino}-${found.mtimeNs}`,
      version: String(found.ctimeNs),
      isPrivate: found.isFile() && (process.platform === 'win32' || (Number(found.mode) & 0o077) === 0),
    };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The names of all secrets of a directory, sorted; none where there is no directory. */
export async function storedNames(directory: string): Promise<readonly string[]> {
  try {
    const files = await readdir(directory);
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => basename(file, SUFFIX))
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The path with every link followed, as far as it exists. */
export async function truePath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await truePath(parent), basename(path));
  }
}

/** Makes the directory where there is none; only its owner can read it. */
export async function makeDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** Makes a folder that only its owner can read, and removes it after use, whatever happens. */
export async function withScratch<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(parent, OURS));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes the folders of runs that were killed: they may hold half-written secrets. */
export async function removeLeftovers(directory: string, now: () => Date): Promise<void> {
  for (const name of await readdir(directory).catch((): string[] => [])) {
    if (!name.startsWith(OURS) || name.startsWith(LOCK)) continue;
    const path = join(directory, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() === true && now().getTime() - found.mtimeMs > 20 * STALE_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/**
 * Puts a finished file in its place in one step: a reader sees the old secret or the new one. (DuckDB's own CREATE OR REPLACE
 * removes the old file first: for a moment there is none, and two at once fail.)
 * @param exclusive whether it must not replace anything
 * @throws a system error `EEXIST` where it is exclusive and there is a file
 */
export async function putInPlace(from: string, to: string, exclusive: boolean): Promise<void> {
  await chmod(from, 0o600);
  await sync(from);
  if (exclusive) {
    await link(from, to);
    await unlink(from);
  } else await rename(from, to);
  await sync(dirname(to));
}

/** Removes a secret's file. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path);
  await sync(dirname(path));
}

/** Writes it through to the disk. Not every system can sync a folder; then it is written later. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** Holds the directory's lock, so that no other run of this program changes a file between a check and a write. */
export async function withLock<T>(directory: string, now: () => Date, use: () => Promise<T>): Promise<T> {
  const path = join(directory, LOCK);
  for (;;) {
    try {
      await (await open(path, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      await breakStale(path, now);
      await pause(20);
    }
  }
  try {
    return await use();
  } finally {
    await rm(path, { force: true });
  }
}

/** Removes an abandoned lock: by renaming it, which only one of several runs can do. */
async function breakStale(path: string, now: () => Date): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || now().getTime() - found.mtimeMs < STALE_MS) return;
  const abandoned = `${path}-${randomUUID()}`;
  await rename(path, abandoned).catch(() => undefined);
  await rm(abandoned, { force: true });
}
