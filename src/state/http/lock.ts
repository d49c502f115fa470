import { problemError } from '../../model/index.js';
import { lockLost, noSuchLock, takeLease } from '../lease.js';
import type { LockSteps, LockTry } from '../lease.js';
import type { Lock, LockInfo, LockRequest } from '../store.js';
import { isStale, newHeldLock, renewLease, startLease } from './held.js';
import type { HeldLock, Keeper } from './held.js';
import { isAbandonedLock } from './holder.js';
import { LockServer } from './lock-server.js';
import type { LockServerOptions } from './lock-server.js';
import { isDone, isPage } from './request.js';
import { badReply } from './words.js';

/** The lock of a state behind HTTP. */
export interface HttpLocks {
  /** As `StateStore.lock`. */
  lock(request: LockRequest): Promise<Lock>;
  /** As `StateStore.unlock`. */
  unlock(id: string): Promise<LockInfo>;
  /**
   * Makes sure, before a write, that a lock may still be ours: a process that slept asks the server first.
   * @throws DiagnosticError where it is not
   */
  check(lock: Lock): Promise<void>;
  /** Who holds the lock now; `undefined` where nobody does, or the server does not say. */
  holderNow(): Promise<LockInfo | undefined>;
  /** Gives back what was asked for and not wanted. Never throws. */
  close(): Promise<void>;
}

/** What the steps of a lock work with. */
interface Locking extends Keeper {
  readonly location: string;
  readonly held: Map<string, HeldLock>;
}

/** Stands for a holder that the server does not name. */
const UNNAMED: LockInfo = {
  ID: '',
  Operation: 'unknown',
  Info: '',
  Who: 'a holder that the server does not name',
  Version: 'unknown',
  Created: 'unknown',
};

/** The lock of a pair of addresses; see the head of store.ts for how leases work over HTTP. */
export function httpLocks(options: LockServerOptions): HttpLocks {
  const server = new LockServer(options);
  const { leaseMs, now, location } = options;
  const locking: Locking = { server, leaseMs, now, location, held: new Map() };
  const holderNow = (): Promise<LockInfo | undefined> =>
    server.probe(({ isGranted, found }) => (isGranted ? undefined : found?.holder)).catch(() => undefined);
  return {
    lock: (request) => takeLock(request, locking),
    unlock: (id) => breakLock(id, locking),
    async check({ info, lost }) {
      const held = locking.held.get(info.ID);
      if (held !== undefined && isStale(held, locking)) await renewLease(held, locking);
      if (lost.aborted || held?.isLost === true) throw lockLost(location, await holderNow());
    },
    holderNow,
    close: () => server.close(),
  };
}

async function takeLock(request: LockRequest, locking: Locking): Promise<Lock> {
  const last = { isNamed: true };
  const steps: LockSteps = {
    async take(info) {
      last.isNamed = true;
      const tried = await tryToTake(info, locking);
      last.isNamed = tried.held || tried.holder !== UNNAMED;
      return tried;
    },
    async renew({ ID }) {
      const held = locking.held.get(ID);
      return held === undefined || renewLease(held, locking);
    },
    async giveBack({ ID }) {
      const held = locking.held.get(ID);
      locking.held.delete(ID);
      // Not every server compares the ID: a lock that is another run's now stays untouched.
      if (held !== undefined && !held.isLost) await locking.server.release(held.stored);
    },
  };
  try {
    return await takeLease(steps, locking.server.holderFor(request), request, locking.leaseMs);
  } catch (error) {
    throw last.isNamed ? error : lockedByUnnamed(locking.location);
  }
}

async function tryToTake(mine: LockInfo, locking: Locking): Promise<LockTry> {
  const { server, held: heldLocks } = locking;
  let answer = await server.take(mine);
  const { found } = answer;
  if (found !== undefined && found.holder.ID !== mine.ID && isAbandonedLock(found.holder, answer.dateMs)) {
    // Of several runs that try, the server lets one through: it compares the ID. The others find out by asking again.
    await server.giveBack(found.raw);
    answer = await server.take(mine);
  }
  if (!answer.isGranted && answer.found?.holder.ID !== mine.ID) {
    return { held: false, holder: answer.found?.holder ?? UNNAMED };
  }
  const held = newHeldLock(mine, locking);
  heldLocks.set(mine.ID, held);
  if (answer.isGranted && answer.dateMs !== undefined) await startLease(held, answer.dateMs, locking);
  return { held: true };
}

async function breakLock(id: string, { server, location }: Locking): Promise<LockInfo> {
  const { isGranted, found } = await server.probe((answer) => answer);
  if (isGranted) throw noSuchLock(location, id, undefined);
  if (found !== undefined && found.holder.ID !== id) throw noSuchLock(location, id, found.holder);
  const holder = found?.holder ?? { ...UNNAMED, ID: id };
  const reply = await server.giveBack(found?.raw ?? holder);
  if (reply.status === undefined || !isDone(reply) || isPage(reply)) {
    // Given back by its holder at this moment, or by a request of ours whose answer was lost: it is gone either way.
    const after = await server.probe((answer) => answer);
    const isGone = after.isGranted || (after.found !== undefined && after.found.holder.ID !== id);
    if (!isGone) throw badReply(location, 'unlocked', reply);
  }
  return holder;
}

function lockedByUnnamed(location: string): Error {
  return problemError({
    code: 'state-locked',
    summary: `The state ${location} is locked; the server does not say by whom.`,
    next: 'Wait for that run to end, or set --lock-timeout. If that run no longer exists, remove the lock on the server.',
  });
}
