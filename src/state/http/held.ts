import type { LockInfo } from '../store.js';
import { withLease } from './holder.js';
import type { LockAnswer, LockServer } from './lock-server.js';

/**
 * Whether a server lets a holder lock again, which renews its lease: `unknown` until a server has said so; `never` where it
 * grants the lock to everybody, so that there is nothing to keep.
 */
type Renewal = 'yes' | 'no' | 'unknown' | 'never';

/** A lock that this client holds. */
export interface HeldLock {
  readonly mine: LockInfo;
  /** Its description as the server has it. */
  stored: LockInfo;
  renewal: Renewal;
  renewedAt: Moment;
  isLost: boolean;
}

/** A time by two clocks: one stops while the machine sleeps, the other can be set. */
interface Moment {
  readonly steadyMs: number;
  readonly wallMs: number;
}

/** What keeping a lock needs. */
export interface Keeper {
  readonly server: LockServer;
  readonly leaseMs: number;
  readonly now: () => Date;
}

/** A lock that was granted just now. */
export function newHeldLock(mine: LockInfo, { now }: Keeper): HeldLock {
  return { mine, stored: mine, renewal: 'no', renewedAt: momentOf(now), isLost: false };
}

/** Locks again, with a lease that begins at a time of the server: a server that takes that lets locks be renewed. */
export async function startLease(held: HeldLock, dateMs: number, keeper: Keeper): Promise<void> {
  const leased = withLease(held.mine, keeper.leaseMs, dateMs);
  held.renewedAt = momentOf(keeper.now);
  const { status } = await keeper.server.tryOnce(leased);
  if (status === 200) held.stored = leased;
  held.renewal = status === 200 ? 'yes' : status === 409 || status === 423 ? 'no' : 'unknown';
}

/**
 * Renews a lease, or finds out whether a lock without one is still ours. A lock that was broken and is free must not be taken
 * again as if it had been ours all the time, so another ID asks first.
 * @returns whether the lock is still ours
 * @throws DiagnosticError where the server does not answer
 */
export async function renewLease(held: HeldLock, keeper: Keeper): Promise<boolean> {
  if (held.renewal === 'never') return true;
  if (held.isLost) return false;
  const { server } = keeper;
  const { answer, isOpenToAll } = await server.probe(async (probed) => ({
    answer: probed,
    isOpenToAll: probed.isGranted && held.renewal !== 'no' && (await server.isOpenToAll()),
  }));
  if (isOpenToAll) {
    held.renewal = 'never';
    return true;
  }
  held.isLost = answer.isGranted || isSomebodyElse(answer, held);
  if (!held.isLost && held.renewal !== 'no' && answer.dateMs !== undefined) {
    await extend(held, answer.dateMs, keeper);
  }
  return !held.isLost;
}

async function extend(held: HeldLock, dateMs: number, { server, leaseMs, now }: Keeper): Promise<void> {
  const renewedAt = momentOf(now);
  const leased = withLease(held.mine, leaseMs, dateMs);
  const answer = await server.askOnce(leased);
  if (answer.isGranted) Object.assign(held, { stored: leased, renewal: 'yes', renewedAt });
  else if (answer.found?.holder.ID === held.mine.ID && held.renewal === 'unknown') held.renewal = 'no';
  else held.isLost = isSomebodyElse(answer, held);
}

/** Whether more than half of the lease is over, as after a sleep of this machine. */
export function isStale(held: HeldLock, { leaseMs, now }: Keeper): boolean {
  const { steadyMs, wallMs } = held.renewedAt;
  const at = momentOf(now);
  return held.renewal === 'yes' && Math.max(at.steadyMs - steadyMs, at.wallMs - wallMs) > leaseMs / 2;
}

function isSomebodyElse({ found }: LockAnswer, { mine }: HeldLock): boolean {
  return found !== undefined && found.holder.ID !== mine.ID;
}

function momentOf(now: () => Date): Moment {
  return { steadyMs: performance.now(), wallMs: now().getTime() };
}
