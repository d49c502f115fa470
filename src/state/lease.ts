import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError, problem, problemError } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { describeHolder, forgetHolder } from './holder.js';
import type { Lock, LockInfo, LockRequest } from './store.js';

/** The usual length of a lease, in milliseconds. */
export const DEFAULT_LEASE_MS = 60_000;

/** The result of one attempt to take a lock. */
export type LockTry =
  | { readonly held: true }
  /** Another run holds it, and is alive as far as can be known. */
  | { readonly held: false; readonly holder: LockInfo }
  /** Try again at once: the holder has released it meanwhile. */
  | { readonly held: false; readonly holder?: never };

/** What a backend does with its lock; each step is atomic there. */
export interface LockSteps {
  /** Takes the lock if it is free, or abandoned. */
  readonly take: (mine: LockInfo) => Promise<LockTry>;
  /**
   * Renews the lease.
   * @returns whether the lock is still ours; an error leaves that open until the next renewal
   */
  readonly renew: (mine: LockInfo) => Promise<boolean>;
  /** Releases it, if it is ours. An error: it may still be held. */
  readonly giveBack: (mine: LockInfo) => Promise<void>;
}

const POLL_MS = 250;
const MAX_POLL_MS = 2000;

/**
 * Takes a lock through a backend's steps, waits for its holder as long as the request says, and keeps the lease alive until
 * it is released. Three renewals fit into a lease, so that one that is lost does not matter.
 * @param leaseMs `undefined`: the backend has no leases, nothing is renewed
 * @throws DiagnosticError that names the holder, once the time to wait is over
 */
export async function takeLease(
  steps: LockSteps,
  mine: LockInfo,
  request: LockRequest,
  leaseMs: number | undefined,
): Promise<Lock> {
  try {
    await waitFor(steps, mine, request);
  } catch (error) {
    forgetHolder(mine.ID);
    throw error;
  }
  const lost = new AbortController();
  const isKept = leaseMs !== undefined && request.holder === undefined;
  const beat = isKept ? keepAlive(steps, mine, leaseMs, lost) : undefined;
  return {
    info: mine,
    lost: lost.signal,
    async release() {
      await beat?.stop();
      try {
        await steps.giveBack(mine);
      } catch (error) {
        request.onUnreleased?.(notReleased(mine, error));
      }
      forgetHolder(mine.ID);
    },
  };
}

async function waitFor(steps: LockSteps, mine: LockInfo, request: LockRequest): Promise<void> {
  const deadline = performance.now() + request.timeoutMs;
  let isReported = false;
  for (let pause = POLL_MS; ; pause = Math.min(pause * 1.5, MAX_POLL_MS)) {
    const tried = await steps.take(mine);
    if (tried.held) return;
    if (tried.holder === undefined) {
      pause = POLL_MS;
      continue;
    }
    const remaining = deadline - performance.now();
    if (request.signal.aborted || remaining <= 0) throw heldBy(tried.holder);
    if (!isReported) request.onWait(tried.holder);
    isReported = true;
    await sleep(Math.min(pause, remaining), undefined, { signal: request.signal }).catch(() => undefined);
  }
}

/** Renews a lease until it is stopped. A lease that ran out while the process was suspended is noticed at the next renewal. */
function keepAlive(
  steps: LockSteps,
  mine: LockInfo,
  leaseMs: number,
  lost: AbortController,
): { readonly stop: () => Promise<void> } {
  let renewal: Promise<void> = Promise.resolve();
  let isBusy = false;
  const renew = async (): Promise<void> => {
    isBusy = true;
    try {
      // An unreachable backend decides nothing; the next write checks the lock again.
      if (!(await steps.renew(mine).catch(() => true))) {
        clearInterval(timer);
        lost.abort();
      }
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => {
    if (!isBusy) renewal = renew();
  }, leaseMs / 3);
  // A lock that was not released must not keep the process alive.
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await renewal;
    },
  };
}

/** What to say of a lock that stays behind, though its holder is done. */
function notReleased({ ID }: LockInfo, error: unknown): Diagnostic {
  const why = error instanceof DiagnosticError ? error.diagnostics[0]?.summary : undefined;
  return problem({
    severity: 'warning',
    code: 'state-not-unlocked',
    summary: 'The lock of the state could not be released.',
    detail: why,
    next: `Other machines may find the state locked, until the lease of this run ends if it has one. To release it now: secrets state unlock ${ID}`,
  });
}

/** The error for a lock that another run holds. */
export function heldBy(holder: LockInfo): DiagnosticError {
  return problemError({
    code: 'state-locked',
    summary: `The state is locked by ${describeHolder(holder)}.`,
    next: `Wait for that run to end, or set --lock-timeout. If that run no longer exists: secrets state unlock ${holder.ID}`,
    detail: `Lock ID: ${holder.ID}`,
  });
}

/** The error for a write by a run that has lost its lock. */
export function lockLost(location: string, holder: LockInfo | undefined): DiagnosticError {
  const now = holder === undefined ? 'it is not held now' : `it is now held by ${describeHolder(holder)}`;
  return problemError({
    code: 'state-lock-lost',
    summary: `This run has lost its lock on the state ${location}: ${now}.`,
    next: 'The run was suspended for longer than its lease, or its lock was broken. Run the command again: it starts from the stored state.',
  });
}

/** The error for breaking a lock that does not exist. */
export function noSuchLock(location: string, id: string, holder: LockInfo | undefined): DiagnosticError {
  if (holder === undefined) {
    return problemError({
      code: 'no-lock',
      summary: `The state ${location} is not locked.`,
      next: 'There is nothing to do.',
    });
  }
  return problemError({
    code: 'no-lock',
    summary: `The state ${location} has no lock with the ID ${id}: it is locked by ${describeHolder(holder)}.`,
    next: `If that run no longer exists: secrets state unlock ${holder.ID}`,
  });
}

/** The error for a write that another run has overtaken. */
export function writtenMeanwhile(location: string, serial: number, expected: number): DiagnosticError {
  return problemError({
    code: 'state-moved-on',
    summary: `The state ${location} was written by another run meanwhile (serial ${serial}, expected ${expected}).`,
    next: 'Run the command again: it starts from the stored state.',
  });
}
