import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DOCUMENT_FILE, readTextBounded } from '../../files/read.js';
import { createFile, makeFolderOf, replaceFile, syncFolder } from '../../files/write.js';
import { errorCode, problemError } from '../../model/index.js';
import type { StateData } from '../../model/index.js';
import { lockLost, writtenMeanwhile } from '../lease.js';
import type { Lock } from '../store.js';
import { readLock } from './lock.js';
import { claimOf, readStored, readText } from './read.js';
import type { LocalState } from './read.js';

/** As `StateStore.write`; see `localStore` for how it is fenced. */
export async function writeState(
  state: LocalState,
  next: StateData,
  expectedSerial: number,
  lock: Lock | undefined,
): Promise<void> {
  if (next.serial !== expectedSerial + 1) throw new Error('a write takes the next serial');
  if (lock !== undefined) await checkLock(state, lock);
  const { stored, isClaim } = await readStored(state);
  checkFollows(state, stored, next);
  const text = state.encode(next);
  try {
    await makeFolderOf(state.file);
    // Somebody died between the claim and the end, or is about to end: the same, done by either.
    if (isClaim) await rename(claimOf(state, expectedSerial), state.file).catch(unlessGone);
    if (stored !== undefined)
      await replaceFile(`${state.file}.backup`, await readTextBounded(state.file, DOCUMENT_FILE));
    await claim(claimOf(state, next.serial), text);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') checkFollows(state, (await readStored(state)).stored, next);
    throw notWritten(state, error);
  }
  await putInPlace(state, next, text);
}

async function checkLock({ lockPath, location }: LocalState, { info }: Lock): Promise<void> {
  const holder = (await readLock(lockPath))?.holder;
  if (holder?.ID !== info.ID) throw lockLost(location, holder);
}

/** @throws DiagnosticError where `next` does not follow what is stored */
function checkFollows({ location }: LocalState, stored: StateData | undefined, next: StateData): void {
  const serial = stored?.serial ?? 0;
  const expected = next.serial - 1;
  if (serial === expected && (stored === undefined || stored.lineage === next.lineage)) return;
  throw writtenMeanwhile(location, serial, expected);
}

/** @throws EEXIST where another writer has claimed the serial */
async function claim(path: string, text: string): Promise<void> {
  try {
    await createFile(path, text);
  } catch (error) {
    // A step that failed may have been done all the same.
    const isDone = errorCode(error) !== 'EEXIST' && (await textOf(path)) === text;
    if (!isDone) throw error;
  }
}

/** Puts a claim in place, unless another writer had claimed this serial before and has done so. */
async function putInPlace(state: LocalState, next: StateData, text: string): Promise<void> {
  const path = claimOf(state, next.serial);
  const placed = await readText(state, state.file);
  if ((placed?.serial ?? 0) === next.serial - 1) {
    // Claimed is stored: where it cannot be put in place now, readers find the claim, and the next writer does it.
    await rename(path, state.file).catch(() => undefined);
    await syncFolder(dirname(state.file));
    return;
  }
  if (placed?.serial === next.serial && state.encode(placed) === text) return;
  await rm(path, { force: true }).catch(() => undefined);
  checkFollows(state, placed, next);
}

/** The text of a file; `undefined` where it cannot be read. */
async function textOf(path: string): Promise<string | undefined> {
  return readTextBounded(path, DOCUMENT_FILE).catch(() => undefined);
}

/** Ignores that somebody else has put a file in place already. */
function unlessGone(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

function notWritten({ location }: LocalState, error: unknown): Error {
  return problemError({
    code: 'state',
    summary: `The state ${location} cannot be written (${errorCode(error) ?? 'unknown error'}).`,
    next: 'Free disk space, or give this user the right to write there.',
  });
}
