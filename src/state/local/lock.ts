import { link, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../model/index.js';
import { isGone, isLockInfo, isRunOut } from '../holder.js';
import { lockProblem } from '../lease.js';
import type { LockSteps, LockTry } from '../lease.js';
import type { LockInfo } from '../store.js';

/** A lock as it stands in its file, and when that was last written, by the clock of the file system. */
interface Found {
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
    giveBack: async (mine) => {
      const found = await readLock(path).catch(() => undefined);
      if (found?.holder.ID === mine.ID) await rm(path, { force: true });
    },
  };
}

async function take(path: string, mine: LockInfo): Promise<LockTry> {
  const nowMs = await tryToCreate(path, mine);
  if (nowMs === undefined) return { held: true };
  const found = await readLock(path);
  if (found === undefined) return { held: false };
  if (!isDead(found, nowMs)) return { held: false, holder: found.holder };
  // Whoever takes it away at this moment needs but a moment.
  if (!(await takeAway(path, found, mine))) await sleep(25);
  return { held: false };
}

/** @returns `undefined` where the lock is ours now; where it is somebody's, the time by the file system's clock */
async function tryToCreate(path: string, mine: LockInfo): Promise<number | undefined> {
  const draft = `${path}.${mine.ID}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
    try {
      await link(draft, path);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return (await stat(draft)).mtimeMs;
      throw error;
    }
    return undefined;
  } catch (error) {
    throw notWritten(path, error);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function notWritten(path: string, error: unknown): Error {
  const code = errorCode(error) ?? 'unknown error';
  return lockProblem(
    'state-lock',
    `The lock ${path} cannot be written (${code}).`,
    'Make room or give this user the right to write there.',
  );
}

/**
 * The lock as it stands; `undefined` where there is none.
 * @throws DiagnosticError where the file is no lock
 */
export async function readLock(path: string): Promise<Found | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    const { mtimeMs } = await stat(path);
    if (isLockInfo(json)) return { holder: json, renewedMs: mtimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
  }
  throw lockProblem(
    'state-lock',
    `The lock ${path} is there, but cannot be read.`,
    'If no other run is under way, delete that file.',
  );
}

/** Writes the lock again, in place. Where it was taken over in this very moment, that goes into a file without a name. */
async function renew(path: string, mine: LockInfo): Promise<boolean> {
  let handle;
  try {
    handle = await open(path, 'r+');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    const text = await handle.readFile('utf8');
    const json: unknown = JSON.parse(text);
    if (!isLockInfo(json) || json.ID !== mine.ID) return false;
    await handle.write(text, 0);
    return true;
  } finally {
    await handle.close();
  }
}

/**
 * Takes a dead holder's lock away. Of several runs that try, one at a time may, by a lock on this very taking; so nobody
 * takes away what another has put there meanwhile. One that dies while it does so is taken away in the same manner.
 * @returns whether the dead holder's lock is gone
 */
async function takeAway(path: string, dead: Found, mine: LockInfo): Promise<boolean> {
  const taking = `${path}.${dead.holder.ID}.taking`;
  const nowMs = await tryToCreate(taking, mine);
  if (nowMs === undefined) {
    try {
      const there = await readLock(path);
      if (there?.holder.ID === dead.holder.ID) {
        await rm(path, { force: true }).catch((error: unknown) => {
          throw notWritten(path, error);
        });
      }
    } finally {
      // Where it stays, it stands in nobody's way: it is about this dead holder alone.
      await rm(taking, { force: true }).catch(() => undefined);
    }
    return true;
  }
  const other = await readLock(taking);
  if (other !== undefined && isDead(other, nowMs)) await takeAway(taking, other, mine);
  return false;
}

function isDead({ holder, renewedMs }: Found, nowMs: number): boolean {
  return isGone(holder) || isRunOut(holder, nowMs - renewedMs);
}
