import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SMALL_FILE, readTextBounded } from '../../files/read.js';
import { isGone, isLockInfo } from '../holder.js';

const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/**
 * Removes what processes left that died while they wrote beside a local state: drafts, claims that led nowhere, traces of
 * locks. To be called under the lock: what looks like a draft then is one of a dead run, or of one without a lock, which
 * makes it again. Of locks only those go whose process is known to be gone. Never throws: it only tidies up.
 * @param file the state file
 * @param keyFile the key file beside it
 * @param serialOf the serial of a state in a file; 0 where there is none
 */
export async function tidyUp(
  file: string,
  keyFile: string,
  serialOf: (path: string) => Promise<number>,
): Promise<void> {
  const folder = dirname(file);
  const state = escaped(basename(file));
  const key = escaped(basename(keyFile));
  // The second form is that of version 0.1.0.
  const draft = new RegExp(`^(${state}\\.(\\d+|backup)|${key})\\.${ID}\\.draft$|^${key}\\.[0-9a-f]{12}$`);
  const trace = new RegExp(`^${state}\\.lock(\\.${ID}(\\.taking)?)+$`);
  // About the removal of a lock that is gone, since this run has the lock now: whoever made it, on whatever machine.
  const taking = new RegExp(`^${state}\\.lock(\\.${ID}\\.taking)+$`);
  try {
    const names = await readdir(folder);
    const pathsLike = (pattern: RegExp): string[] =>
      names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
    await Promise.all(pathsLike(draft).map((path) => rm(path, { force: true })));
    await Promise.all(pathsLike(trace).map(removeAbandonedTrace));
    await Promise.all(pathsLike(taking).map((path) => rm(path, { force: true })));
    await settleClaims(file, names, serialOf);
  } catch {
    // The next writer finds the same, and says so where it matters.
  }
}

/** Puts the claim of the next serial in place, and removes those that came too late. */
async function settleClaims(
  file: string,
  names: readonly string[],
  serialOf: (path: string) => Promise<number>,
): Promise<void> {
  const claim = new RegExp(`^${escaped(basename(file))}\\.(\\d+)$`);
  const serials = names.flatMap((name) => claim.exec(name)?.[1] ?? []).map(Number);
  if (serials.length === 0) return;
  const placed = await serialOf(file);
  // The next one is the state: its writer died before it could put it in place.
  if (serials.includes(placed + 1)) await rename(`${file}.${placed + 1}`, file);
  const stale = serials.filter((serial) => serial <= placed);
  await Promise.all(stale.map((serial) => rm(`${file}.${serial}`, { force: true })));
}

async function removeAbandonedTrace(path: string): Promise<void> {
  const isAbandoned = await readTextBounded(path, SMALL_FILE).then(isAbandonedLock, () => false);
  if (isAbandoned) await rm(path, { force: true });
}

/** Whether a lock's text names a holder whose process is gone. */
function isAbandonedLock(text: string): boolean {
  try {
    const holder: unknown = JSON.parse(text);
    return isLockInfo(holder) && isGone(holder);
  } catch {
    return false;
  }
}

function escaped(name: string): string {
  return name.replace(/[^\w]/g, String.raw`\$&`);
}
