import { readlink, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isLink } from '../../files/write.js';
import { problemError } from '../../model/index.js';
import type { StoreOptions } from '../backend.js';
import { stateEncoder } from '../encode.js';
import { newHolder } from '../holder.js';
import { DEFAULT_LEASE_MS, noSuchLock, takeLease } from '../lease.js';
import type { StateStore } from '../store.js';
import { lockFileSteps, readLock } from './lock.js';
import { readStored, readText } from './read.js';
import type { LocalState } from './read.js';
import { localKeyFile } from './settings.js';
import { tidyUp } from './tidy.js';
import { writeState } from './write.js';

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
  const { path: location, cwd, stack, leaseMs = DEFAULT_LEASE_MS } = options;
  const file = resolve(cwd, location);
  const lockPath = `${file}.lock`;
  const keyFile = localKeyFile(file);
  const state: LocalState = { file, location, stack, lockPath, encode: stateEncoder(), known: undefined };
  return {
    location,
    keyFile,
    read: async () => {
      await refuseLink(file);
      return (await readStored(state)).stored;
    },
    write: (next, expectedSerial, lock) => writeState(state, next, expectedSerial, lock),
    async lock(request) {
      await refuseLink(file);
      const mine = newHolder(request, { ...options, leaseMs });
      const lock = await takeLease(lockFileSteps(lockPath), mine, request, leaseMs);
      await tidyUp(file, keyFile, async (path) => (await readText(state, path))?.serial ?? 0);
      return lock;
    },
    async unlock(id) {
      const holder = (await readLock(lockPath))?.holder;
      if (holder?.ID !== id) throw noSuchLock(location, id, holder);
      await rm(lockPath, { force: true });
      return holder;
    },
    close: () => Promise.resolve(),
  };
}

/**
 * A state is put in place by renaming, which would replace a link and leave what it leads to behind; and the lock beside a link is not the
 * one beside its target.
 */
async function refuseLink(file: string): Promise<void> {
  if (!(await isLink(file))) return;
  const target = await readlink(file).catch(() => '…');
  throw problemError({
    code: 'state-link',
    summary: `The state ${file} is a link, to ${target}.`,
    next: 'Name the file itself: state: { backend: local, path: … }. A folder above it may be a link.',
  });
}
