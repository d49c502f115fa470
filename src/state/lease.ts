import { setTimeout as sleep } from 'node:timers/promises';
import { problemError } from '../model/index.js';
import type { DiagnosticError } from '../model/index.js';
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
  /** Releases it, if it is ours. */
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
      await steps.giveBack(mine).catch(() => undefined);
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

/** The error for a lock that another run holds. */
export function heldBy(holder: LockInfo): DiagnosticError {
  return lockProblem(
    'state-locked',
    `The state is locked by ${describeHolder(holder)}.`,
    `Wait for that run to end, or set --lock-timeout. If that run no longer exists: secrets state unlock ${holder.ID}`,
    `Lock ID: ${holder.ID}`,
  );
}

/** The error for a write by a run that has lost its lock. */
export function lockLost(location: string, holder: LockInfo | undefined): DiagnosticError {
  const now = holder === undefined ? 'it is not held now' : `it is now held by ${describeHolder(holder)}`;
  return lockProblem(
    'state-lock-lost',
    `This run has lost its lock on the state ${location}: ${now}.`,
    'The run was suspended for longer than its lease, or its lock was broken. Run the command again: it starts from the stored state.',
  );
}

/** The error for breaking a lock that does not exist. */
export function noSuchLock(location: string, id: string, holder: LockInfo | undefined): DiagnosticError {
  if (holder === undefined) {
    return lockProblem('no-lock', `The state ${location} is not locked.`, 'There is nothing to do.');
  }
  return lockProblem(
    'no-lock',
    `The state ${location} has no lock with the ID ${id}: it is locked by ${describeHolder(holder)}.`,
    `If that run no longer exists: secrets state unlock ${holder.ID}`,
  );
}

/** An error about a lock. */
export function lockProblem(code: string, summary: string, next: string, detail?: string): DiagnosticError {
  return problemError({ code, summary, detail, next });
}

/** The error for a write that another run has overtaken. */
export function writtenMeanwhile(location: string, serial: number, expected: number): DiagnosticError {
  return lockProblem(
    'state-moved-on',
    `The state ${location} was written by another run meanwhile (serial ${serial}, expected ${expected}).`,
    'Run the command again: it starts from the stored state.',
  );
}
