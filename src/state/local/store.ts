import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DiagnosticError, errorCode } from '../../model/index.js';
import type { StateData } from '../../model/index.js';
import { decodeState, encodeState } from '../decode.js';
import { newHolder } from '../holder.js';
import { DEFAULT_LEASE_MS, lockLost, noSuchLock, takeLease, writtenMeanwhile } from '../lease.js';
import { lockFileSteps, readLock } from './lock.js';
import { localKeyFile } from './settings.js';
import { tidyUp } from './tidy.js';
import type { StoreOptions } from '../backend.js';
import type { Lock, StateStore } from '../store.js';

/** How to keep a state in a file. */
export interface LocalStoreOptions extends StoreOptions {
  /** The state file's path, as the configuration has it. */
  readonly path: string;
  /** Where a relative path starts. */
  readonly cwd: string;
}

/**
 * A state in a file: written to a draft beside it, forced to disk, and put in place in one step, mode 0600; the one before
 * is kept as `<file>.backup`. The lock is `<file>.lock`.
 *
 * Writes are fenced by serial even where nobody holds the lock: a writer first claims its serial by giving its whole, synced
 * draft the name `<file>.<serial>`, which only one can have. From then on that is the state; putting it in place is tidying
 * up, and where a writer dies before, the next one does it.
 */
export function localStore(options: LocalStoreOptions): StateStore {
  const file = resolve(options.cwd, options.path);
  const claimOf = (serial: number): string => `${file}.${serial}`;
  /** What was read or written last: the same text is not understood a second time. */
  let known: { readonly text: string; readonly state: StateData } | undefined;
  const readText = async (path: string): Promise<StateData | undefined> => {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw problem(
        `The state ${options.path} cannot be read (${codeOf(error)}).`,
        'Check its owner and mode.',
      );
    }
    if (known?.text !== text) known = { text, state: decodeState(text, options.path, options.stack) };
    return known.state;
  };
  const readBoth = async (): Promise<{ stored: StateData | undefined; isClaim: boolean }> => {
    const placed = await readText(file);
    const claimed = await readText(claimOf((placed?.serial ?? 0) + 1));
    return claimed === undefined || (placed !== undefined && claimed.lineage !== placed.lineage)
      ? { stored: placed, isClaim: false }
      : { stored: claimed, isClaim: true };
  };
  const check = (stored: StateData | undefined, next: StateData, expectedSerial: number): void => {
    const serial = stored?.serial ?? 0;
    if (serial === expectedSerial && (stored === undefined || stored.lineage === next.lineage)) return;
    throw writtenMeanwhile(options.path, serial, expectedSerial);
  };
  const lockPath = `${file}.lock`;
  const checkLock = async ({ info }: Lock): Promise<void> => {
    const holder = (await readLock(lockPath))?.holder;
    if (holder?.ID !== info.ID) throw lockLost(options.path, holder);
  };
  return {
    location: options.path,
    keyFile: localKeyFile(file),
    read: async () => (await readBoth()).stored,
    async write(next, expectedSerial, lock) {
      if (next.serial !== expectedSerial + 1) throw new Error('a write takes the next serial');
      if (lock !== undefined) await checkLock(lock);
      const { stored, isClaim } = await readBoth();
      check(stored, next, expectedSerial);
      const [claim, text] = [claimOf(next.serial), encodeState(next)];
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        // Somebody died between the claim and the end, or is about to end: the same, done by either.
        if (isClaim) await rename(claimOf(expectedSerial), file).catch(unlessGone);
        if (stored !== undefined) await copyFile(file, `${file}.backup`);
        await writeClaim(claim, text).catch(async (error: unknown) => {
          // What failed may have been done all the same.
          const isThere = errorCode(error) !== 'EEXIST' && (await textOf(claim)) === text;
          if (!isThere) throw error;
        });
      } catch (error) {
        if (errorCode(error) === 'EEXIST') check((await readBoth()).stored, next, expectedSerial);
        throw problem(
          `The state ${options.path} cannot be written (${codeOf(error)}).`,
          'Make room or give this user the right to write there.',
        );
      }
      // Whoever claimed this serial before has put it in place by now: then this claim came too late.
      const placed = await readText(file);
      if ((placed?.serial ?? 0) !== expectedSerial) {
        const isOurs = placed?.serial === next.serial && encodeState(placed) === text;
        if (!isOurs) await rm(claim, { force: true }).catch(() => undefined);
        if (!isOurs) check(placed, next, expectedSerial);
        return;
      }
      // Claimed is stored: where it cannot be put in place now, whoever reads finds the claim, and the next one does it.
      await rename(claim, file).catch(() => undefined);
      await syncFolder(dirname(file));
    },
    async lock(request) {
      const { leaseMs = DEFAULT_LEASE_MS } = options;
      const mine = newHolder(request, { ...options, leaseMs });
      const lock = await takeLease(lockFileSteps(lockPath), mine, request, leaseMs);
      await tidyUp(file, localKeyFile(file), async (path) => (await readText(path))?.serial ?? 0);
      return lock;
    },
    async unlock(id) {
      const holder = (await readLock(lockPath))?.holder;
      if (holder?.ID !== id) throw noSuchLock(options.path, id, holder);
      await rm(lockPath, { force: true });
      return holder;
    },
    close: () => Promise.resolve(),
  };
}

/** What stands in a file; `undefined` where it cannot be read. */
async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** Gives a text a name that nobody has, whole and on disk. @throws EEXIST where somebody has that name */
async function writeClaim(claim: string, text: string, tries = 3): Promise<void> {
  const draft = `${claim}.${randomUUID()}.draft`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, claim);
  } catch (error) {
    // Somebody took the draft for one of a dead run.
    if (errorCode(error) !== 'ENOENT' || tries === 1) throw error;
    await writeClaim(claim, text, tries - 1);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** A rename must survive a power cut too; not every platform lets a folder be synced. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Somebody else has put it in place already. */
function unlessGone(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string {
  return errorCode(error) ?? 'unknown error';
}

function problem(summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code: 'state', summary, next }]);
}
