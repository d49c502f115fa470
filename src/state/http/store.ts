import { defined } from '../../model/index.js';
import type { Diagnostic, Environment, StateData } from '../../model/index.js';
import type { StoreOptions } from '../backend.js';
import { stateEncoder } from '../encode.js';
import { newHolder } from '../holder.js';
import { DEFAULT_LEASE_MS, noSuchLock, takeLease } from '../lease.js';
import type { Lock, LockRequest, StateStore } from '../store.js';
import { lockIdOf } from './holder.js';
import { httpLocks } from './lock.js';
import { checkFollows, getState, storedOf } from './read.js';
import type { HttpState } from './read.js';
import { httpClient, shownAddress } from './request.js';
import type { HttpSettings } from './settings.js';
import { httpTargets, settingWarnings } from './warnings.js';
import { postState } from './write.js';

/*
 * A state behind Terraform's `http` protocol (Terraform docs, http backend), as GitLab, Gitea and many small servers speak it:
 * GET gives the state, POST replaces it, LOCK and UNLOCK take a description of the lock as their body, and a POST names the
 * lock in the query, `?ID=`. A lock that somebody else holds is refused with 409 or 423 and the holder's description.
 *
 * Writes. The protocol has no compare-and-swap. What stands in for it: under our lock a server refuses a POST with another
 * lock's ID, or with one that is no longer held, so that who lost the lock can't write. What the lock can't say, that nobody
 * wrote between our read and our lock, is looked up with a GET before the POST; after that, as long as the lock is ours, what
 * we wrote last is what is stored. GitLab keeps each serial once only, and refuses a second one with 422; that too is looked
 * into. Without a lock (`--no-lock`, or no `lock_address`) every POST is preceded by a GET, and what comes between the two is
 * not seen: who wants better gives the addresses of the lock.
 *
 * Answers that got lost. A POST that broke, timed out or was answered with 5xx may have been done or not. A GET tells: is it
 * what we meant, all is well; is it what was there before, it is sent again; else somebody else has written. Reading and
 * locking are simply repeated: a lock that is refused to us in favour of our own ID is ours. A LOCK that is given up without an
 * answer may have been granted, so it is undone with UNLOCK (lock-server.ts).
 *
 * Leases. The protocol has none, so the client finds out what the server does. Right after LOCK was granted we send it again, the same ID,
 * with a lease in its Info: `leaseMs`, and `renewed`, which is the server's own `Date`. A server that takes this can renew,
 * and heartbeats repeat it; who waits reads the lease in the refusal and compares it with that answer's `Date`. One that
 * refuses it (GitLab) can't: its lock has no lease, and only a person, or a run on the same machine that sees that the process
 * is gone, breaks it. One that says yes but keeps the first Info is safe as well: there is no lease in that. A heartbeat also
 * finds out whether somebody has broken the lock: renewing a lock that is free would take it as if nothing had been. So
 * before it renews it asks for the lock under another ID, which must be refused in our favour.
 *
 * Taking over is UNLOCK with the dead holder's description, then LOCK with ours. Of several that do so at once, the server
 * lets one through, as it compares the ID. A server that compares no IDs protects nobody, whatever the client does.
 */

/** How to keep a state behind HTTP. */
export interface HttpStoreOptions extends StoreOptions {
  readonly settings: HttpSettings;
  /** The run's environment: the variables of proxies count. */
  readonly env: Environment;
  /** How long one request may take, in milliseconds; 30 seconds where absent. */
  readonly timeoutMs?: number;
}

/** A state behind HTTP. */
export interface HttpStore extends StateStore {
  readonly warnings: readonly Diagnostic[];
}

/** Opens a state behind HTTP; nothing is sent yet. See above for what it does and why. */
export function httpStore(options: HttpStoreOptions): HttpStore {
  const { settings, stack, env, now, timeoutMs, leaseMs = DEFAULT_LEASE_MS } = options;
  const { address, locking } = settings;
  const location = shownAddress(address);
  const client = httpClient({ settings, env, now, ...defined({ timeoutMs }) });
  const locks = locking && httpLocks({ ...options, client, locking, location, leaseMs });
  const state: HttpState = {
    client,
    settings,
    location,
    stack,
    encode: stateEncoder(),
    locks,
    stored: undefined,
    holding: undefined,
  };
  return {
    location,
    hosts: httpTargets(settings, env),
    warnings: settingWarnings(settings, location, env),
    async read() {
      const under = state.holding;
      const data = await getState(state);
      state.stored = storedOf(data, under);
      return data;
    },
    write: (next, expectedSerial, lock) => writeState(state, next, expectedSerial, lock),
    lock: (request) => takeLock(state, options, request),
    unlock(id) {
      return locks === undefined ? Promise.reject(noSuchLock(location, id, undefined)) : locks.unlock(id);
    },
    async close() {
      await locks?.close();
      await client.close();
    },
  };
}

async function writeState(
  state: HttpState,
  next: StateData,
  expectedSerial: number,
  lock: Lock | undefined,
): Promise<void> {
  if (next.serial !== expectedSerial + 1) throw new Error('a write takes the next serial');
  const { locks, location } = state;
  const under = locks === undefined ? undefined : lock;
  if (under !== undefined) await locks?.check(under);
  const isKnown = under !== undefined && state.stored?.under === under.info.ID;
  const stored = isKnown ? state.stored : undefined;
  checkFollows(stored ?? storedOf(await getState(state), under?.info.ID), next, location);
  state.stored = undefined;
  await postState(state, next, under);
  state.stored = storedOf(next, under?.info.ID);
}

async function takeLock(state: HttpState, options: HttpStoreOptions, request: LockRequest): Promise<Lock> {
  const { locks } = state;
  const lock = await (locks === undefined ? noLock(options, request) : locks.lock(request));
  state.holding = lock.info.ID;
  return {
    ...lock,
    async release() {
      if (state.holding === lock.info.ID) state.holding = undefined;
      await lock.release();
    },
  };
}

/** Without an address for locks nothing is locked (Terraform docs, http backend). */
function noLock({ toolVersion, now }: HttpStoreOptions, request: LockRequest): Promise<Lock> {
  const steps = {
    take: () => Promise.resolve({ held: true as const }),
    renew: () => Promise.resolve(true),
    giveBack: () => Promise.resolve(),
  };
  return takeLease(steps, newHolder(request, { toolVersion, now, idOf: lockIdOf }), request, undefined);
}
