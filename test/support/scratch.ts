import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Files that live in memory, where the system has such a place. */
const MEMORY = '/dev/shm';

/** Databases and projects of all workers at once take less than that. */
const NEEDED_BYTES = 4 * 2 ** 30;

const PREFIX = 'secrets-tests-';

/**
 * Makes a folder for the temporary files of this run, in memory where there is room, and points TMPDIR at it. On a disk, most of
 * the time of a test that makes a database is spent waiting for it.
 */
export function openScratch(): { readonly remove: () => void } {
  if (!hasRoom()) return { remove: () => undefined };
  removeAbandoned();
  const before = process.env['TMPDIR'];
  const folder = mkdtempSync(join(MEMORY, `${PREFIX}${String(process.pid)}-`));
  // A server of another user works in it.
  chmodSync(folder, 0o777);
  process.env['TMPDIR'] = folder;
  return {
    remove: () => {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}

/** Removes what runs left that were killed. */
function removeAbandoned(): void {
  for (const name of readdirSync(MEMORY)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
