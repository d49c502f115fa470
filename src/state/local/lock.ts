import { constants } from 'node:fs';
import { link, open, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMALL_FILE, readBounded, readHandle } from '../../files/read.js';
import { isLink, makeFolderOf } from '../../files/write.js';
import { errorCode, problemError } from '../../model/index.js';
import { isGone, isLockInfo, isRunOut } from '../holder.js';
import type { LockSteps, LockTry } from '../lease.js';
import type { LockInfo } from '../store.js';

/** A lock as its file has it, and when that was last written, by the clock of the file system. */
interface FoundLock {
  readonly holder: LockInfo;
  readonly renewedMs: number;
}

/**
 * The steps of a lock that is a file. The file appears whole or not at all (a link to a draft), so that two runs never both
 * hold it. Renewing it means writing it again: the time of that is set by the file system, and so is the time of a draft that
 * a waiting run makes; comparing the two needs no clock of either machine.
 */
export function lockFileSteps(path: string): LockSteps {
  return {
    take: (mine) => take(path, mine),
    renew: (mine) => renew(path, mine),
    giveBack: (mine) => removeOwn(path, mine),
  };
}

/** @throws DiagnosticError where it cannot be removed */
async function removeOwn(path: string, { ID }: LockInfo): Promise<void> {
  const found = await readLock(path);
  if (found?.holder.ID !== ID) return;
  await rm(path, { force: true }).catch((error: unknown) => {
    throw problemError({
      code: 'state-lock',
      summary: `The lock ${path} cannot be removed (${errorCode(error) ?? 'unknown error'}).`,
      next: 'Give this user the right to write there, or delete that file.',
    });
  });
}

async function take(path: string, mine: LockInfo): Promise<LockTry> {
  const nowMs = await tryToCreate(path, mine);
  if (nowMs === undefined) return { held: true };
  const found = await readLock(path);
  if (found === undefined) return { held: false };
  if (!isAbandonedLock(found, nowMs)) {
    await redate(path, found, nowMs);
    return { held: false, holder: found.holder };
  }
  // Another run that removes it at this moment will be done soon.
  if (!(await removeAbandoned(path, found, mine))) await sleep(25);
  return { held: false };
}

/** @returns `undefined` where the lock is ours now; where it is another run's, the time by the file system's clock */
async function tryToCreate(path: string, mine: LockInfo): Promise<number | undefined> {
  const draft = `${path}.${mine.ID}`;
  try {
    await makeFolderOf(path);
    await writeFile(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
    return (await linkDraft(draft, path, mine)) ? undefined : (await stat(draft)).mtimeMs;
  } catch (error) {
    throw notWritten(path, error);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** @returns whether the lock is ours; where not, the file existed */
async function linkDraft(draft: string, path: string, mine: LockInfo): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    // Over a network the answer to a link can get lost: where it was made, the lock is ours.
    if (await isOurs(path, mine)) return true;
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isOurs(path: string, { ID }: LockInfo): Promise<boolean> {
  const found = await readLock(path).catch(() => undefined);
  return found?.holder.ID === ID;
}

/** How far the times of two writes may be apart that were made at once. */
const SAME_MOMENT_MS = 2000;

/**
 * Dates a lock again that was renewed in the future: the clock was ahead then, and has been set back. Its lease would not run out before
 * that day. A living holder does the same at its next renewal. Never throws.
 */
async function redate(path: string, { renewedMs }: FoundLock, nowMs: number): Promise<void> {
  if (renewedMs - nowMs <= SAME_MOMENT_MS) return;
  await utimes(path, nowMs / 1000, nowMs / 1000).catch(() => undefined);
}

function notWritten(path: string, error: unknown): Error {
  return problemError({
    code: 'state-lock',
    summary: `The lock ${path} cannot be written (${errorCode(error) ?? 'unknown error'}).`,
    next: 'Free disk space, or give this user the right to write there.',
  });
}

/**
 * The lock of a file; `undefined` where there is none.
 * @throws DiagnosticError where the file is not a lock
 */
export async function readLock(path: string): Promise<FoundLock | undefined> {
  try {
    const { bytes, stats } = await readBounded(path, SMALL_FILE);
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    const { mtimeMs } = stats;
    if (isLockInfo(json)) return { holder: json, renewedMs: mtimeMs };
  } catch (error) {
    // A link to nothing has the name all the same: nobody could ever take the lock.
    if (errorCode(error) === 'ENOENT' && !(await isLink(path))) return undefined;
  }
  throw problemError({
    code: 'state-lock',
    summary: `The lock ${path} cannot be read.`,
    next: 'If no other run is under way, delete that file.',
  });
}

/** Writes the lock again, in place. Where it was taken over in this very moment, that goes into a file without a name. */
async function renew(path: string, mine: LockInfo): Promise<boolean> {
  let handle;
  try {
    handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    const text = (await readHandle(handle, SMALL_FILE, 0)).toString('utf8');
    const json: unknown = JSON.parse(text);
    if (!isLockInfo(json) || json.ID !== mine.ID) return false;
    await handle.write(text, 0);
    return true;
  } finally {
    await handle.close();
  }
}

/**
 * Removes a lock that nobody holds any more. Of several runs that try, one at a time may, by a lock on the removal; so nobody
 * removes what another run has put there meanwhile. The lock of one that dies while it does so is removed in the same manner.
 * @returns whether the abandoned lock is gone
 */
async function removeAbandoned(path: string, abandoned: FoundLock, mine: LockInfo): Promise<boolean> {
  const removal = `${path}.${abandoned.holder.ID}.taking`;
  const nowMs = await tryToCreate(removal, mine);
  if (nowMs === undefined) {
    try {
      if (await isOurs(path, abandoned.holder)) await rm(path, { force: true });
    } catch (error) {
      throw notWritten(path, error);
    } finally {
      // Where it stays, it is in nobody's way: it is about this abandoned lock alone.
      await rm(removal, { force: true }).catch(() => undefined);
    }
    return true;
  }
  const other = await readLock(removal);
  if (other === undefined) return false;
  if (isAbandonedLock(other, nowMs)) await removeAbandoned(removal, other, mine);
  else await redate(removal, other, nowMs);
  return false;
}

/** Whether nobody holds a lock any more: its holder's process is gone from this machine, or its lease has run out. */
function isAbandonedLock({ holder, renewedMs }: FoundLock, nowMs: number): boolean {
  return isGone(holder) || isRunOut(holder, nowMs - renewedMs);
}
