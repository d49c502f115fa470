import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError, defined } from '../model/index.js';
import { describeHolder, forgetHolder } from './holder.js';
import type { Lock, LockInfo, LockRequest } from './store.js';

/** How a lease is kept where nobody says otherwise, in milliseconds. */
export const DEFAULT_LEASE_MS = 60_000;

/** What came of one try to take a lock. */
export type LockTry =
  | { readonly held: true }
  /** Somebody else has it, and lives as far as anybody can tell. */
  | { readonly held: false; readonly holder: LockInfo }
  /** Try again at once: the holder went away meanwhile. */
  | { readonly held: false; readonly holder?: never };

/** What a backend can do about its lock: one step each, atomic there. */
export interface LockSteps {
  /** Takes the lock if it is free, or its holder dead. */
  readonly take: (mine: LockInfo) => Promise<LockTry>;
  /**
   * Renews the lease.
   * @returns whether the lock is still ours; an error that is thrown leaves that open, and the next renewal finds out
   */
  readonly renew: (mine: LockInfo) => Promise<boolean>;
  /** Gives it back, if it is ours. */
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
  let said: string | undefined;
  for (let pause = POLL_MS; ; pause = Math.min(pause * 1.5, MAX_POLL_MS)) {
    const tried = await steps.take(mine);
    if (tried.held) return;
    if (tried.holder === undefined) {
      pause = POLL_MS;
      continue;
    }
    const left = deadline - performance.now();
    if (request.signal.aborted || left <= 0) throw heldBy(tried.holder);
    if (said === undefined) request.onWait(tried.holder);
    said ??= tried.holder.ID;
    await sleep(Math.min(pause, left), undefined, { signal: request.signal }).catch(() => undefined);
  }
}

/** Renews a lease again and again. What the process slept through shows at the first renewal after it. */
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
      // A backend that can't be asked says nothing; the write that follows asks again.
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
  // A run that forgets to release must not hang for that.
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await renewal;
    },
  };
}

/** The error for a lock that somebody else holds. */
export function heldBy(holder: LockInfo): DiagnosticError {
  return lockProblem(
    'state-locked',
    `The state is locked by ${describeHolder(holder)}.`,
    `Wait for that run to end, or give --lock-timeout. If it is gone for good: secrets state unlock ${holder.ID}`,
    `Lock ID: ${holder.ID}`,
  );
}

/** The error for a write by a run whose lock is not its own any more. */
export function lockLost(location: string, holder: LockInfo | undefined): DiagnosticError {
  const now = holder === undefined ? 'nobody holds it now' : `it is held by ${describeHolder(holder)} now`;
  return lockProblem(
    'state-lock-lost',
    `This run's lock of the state ${location} is gone: ${now}.`,
    'The run stood still for longer than its lease, or somebody broke its lock. Run the command again: it starts from what is stored now.',
  );
}

/** The error for breaking a lock that is not there as named. */
export function noSuchLock(location: string, id: string, holder: LockInfo | undefined): DiagnosticError {
  if (holder === undefined) {
    return lockProblem('no-lock', `The state ${location} is not locked.`, 'Nothing is to be done.');
  }
  return lockProblem(
    'no-lock',
    `The state ${location} has no lock of the ID ${id}: it is locked by ${describeHolder(holder)}.`,
    `If that run is gone for good: secrets state unlock ${holder.ID}`,
  );
}

/** An error about a lock. */
export function lockProblem(code: string, summary: string, next: string, detail?: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code, summary, ...defined({ detail }), next }]);
}

/** The error for a write that came too late. */
export function writtenMeanwhile(location: string, serial: number, expected: number): DiagnosticError {
  return lockProblem(
    'state-moved-on',
    `The state ${location} was written by somebody else meanwhile (serial ${serial}, expected ${expected}).`,
    'Run the command again: it starts from what is stored now.',
  );
}
