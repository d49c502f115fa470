import type { Diagnostic, StateData } from '../../model/index.js';
import { decodeState, encodeState } from '../decode.js';
import { newHolder } from '../holder.js';
import { lockIdOf } from './holder.js';
import { httpLocks } from './lock.js';
import { httpClient, isWorthRepeating, shownAddress } from './request.js';
import type { Reply } from './request.js';
import type { HttpSettings } from './settings.js';
import { badReply } from './words.js';
import { DEFAULT_LEASE_MS, heldBy, lockLost, noSuchLock, takeLease, writtenMeanwhile } from '../lease.js';
import type { StoreOptions } from '../backend.js';
import type { Lock, LockInfo, StateStore } from '../store.js';

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
 * locking are simply repeated: a lock that is refused to us in favour of our own ID is ours.
 *
 * Leases. The protocol has none, so we see what the server does. Right after LOCK was granted we send it again, the same ID,
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
  /** How long one request may take, in milliseconds; 30 seconds where absent. */
  readonly timeoutMs?: number;
}

/** A state behind HTTP. */
export interface HttpStore extends StateStore {
  /** What people should know of the way it is set up: that nothing is locked, or that a password goes over an open wire. */
  readonly warnings: readonly Diagnostic[];
}

/** What this client knows to be stored, as long as nobody else writes. */
interface Known {
  readonly serial: number;
  readonly lineage: string | undefined;
  /** The lock that was held when it was read or written: since then nobody else can have written. */
  readonly under: string | undefined;
}

/** Opens a state behind HTTP; nothing is sent yet. See above for what it does and why. */
export function httpStore(options: HttpStoreOptions): HttpStore {
  const { settings, stack, timeoutMs } = options;
  const { address, locking } = settings;
  const location = shownAddress(address);
  const client = httpClient(settings, timeoutMs);
  const leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  const locks =
    locking === undefined ? undefined : httpLocks({ ...options, client, locking, location, leaseMs });
  let known: Known | undefined;
  /** The lock that this client took last, and has not given back. */
  let holding: string | undefined;

  const get = async (detail?: string): Promise<StateData | undefined> => {
    const reply = await client.send({ method: 'GET', url: address });
    const { status } = reply;
    if (status === 204 || status === 404) return undefined;
    if (status !== 200) throw badReply(location, 'read', reply, detail);
    return reply.body === '' ? undefined : decodeState(reply.body, location, stack);
  };
  const remember = (state: StateData | undefined, under: string | undefined): void => {
    known = { serial: state?.serial ?? 0, lineage: state?.lineage, under };
  };
  const check = ({ serial, lineage }: Pick<Known, 'serial' | 'lineage'>, next: StateData): void => {
    if (serial === next.serial - 1 && (lineage === undefined || lineage === next.lineage)) return;
    throw writtenMeanwhile(location, serial, next.serial - 1);
  };
  /** @returns whether `next` is stored; where it is not, what was there before still is */
  const isStored = async (next: StateData): Promise<boolean> => {
    const stored = await get('Whether the write before this was done is not known: the next run finds out.');
    // A server may store JSON in a shape of its own.
    if (stored !== undefined && encodeState(stored) === encodeState(next)) return true;
    check({ serial: stored?.serial ?? 0, lineage: stored?.lineage }, next);
    return false;
  };
  /** What to say of a write that was not done. */
  const refused = async (reply: Reply, lock: Lock | undefined): Promise<Error> => {
    const holder = await locks?.holderNow();
    if (lock !== undefined && holder !== undefined && holder.ID !== lock.info.ID)
      return lockLost(location, holder);
    const isHeld = isLockRefusal(reply) && lock === undefined && holder !== undefined;
    return isHeld ? heldBy(holder) : badReply(location, 'written', reply);
  };
  const post = async (next: StateData, lock: Lock | undefined): Promise<void> => {
    const url = new URL(address);
    if (lock !== undefined) url.searchParams.set('ID', lock.info.ID);
    const call = { method: settings.updateMethod, url, body: encodeState(next) };
    for (let tries = 1; ; tries += 1) {
      const reply = await client.once(call);
      if (reply.status === 200 || reply.status === 201 || reply.status === 204) return;
      const isFinal = reply.status === 401 || reply.status === 403 || reply.status === 413;
      if (isFinal) throw badReply(location, 'written', reply);
      if (isLockRefusal(reply) && lock !== undefined && tries === 1) {
        const holder = await locks?.holderNow();
        if (holder?.ID !== lock.info.ID) throw lockLost(location, holder);
      }
      if (await isStored(next)) return;
      if (!isWorthRepeating(reply) || !(await client.mayRepeat(reply, tries)))
        throw await refused(reply, lock);
    }
  };

  return {
    location,
    hosts: [address, locking?.lock.url, locking?.unlock.url].flatMap((url) => url?.host ?? []),
    warnings: warningsOf(settings, location),
    async read() {
      const under = holding;
      const state = await get();
      remember(state, under);
      return state;
    },
    async write(next, expectedSerial, lock) {
      if (next.serial !== expectedSerial + 1) throw new Error('a write takes the next serial');
      const under = locks === undefined ? undefined : lock;
      if (under !== undefined) await locks?.check(under);
      const isKnown = under !== undefined && known?.under === under.info.ID;
      if (!isKnown || known === undefined) remember(await get(), under?.info.ID);
      if (known !== undefined) check(known, next);
      known = undefined;
      await post(next, under);
      remember(next, under?.info.ID);
    },
    async lock(request) {
      const lock = await (locks === undefined ? noLock(options, request) : locks.lock(request));
      holding = lock.info.ID;
      return {
        ...lock,
        async release() {
          if (holding === lock.info.ID) holding = undefined;
          await lock.release();
        },
      };
    },
    async unlock(id): Promise<LockInfo> {
      if (locks === undefined) throw noSuchLock(location, id, undefined);
      return locks.unlock(id);
    },
    close: () => client.close(),
  };
}

function isLockRefusal({ status }: Reply): boolean {
  return status === 409 || status === 423;
}

/** Without an address for locks nothing is locked (Terraform docs, http backend). */
function noLock(
  { toolVersion, now }: HttpStoreOptions,
  request: Parameters<StateStore['lock']>[0],
): Promise<Lock> {
  const nothing = {
    take: () => Promise.resolve({ held: true as const }),
    renew: () => Promise.resolve(true),
    giveBack: () => Promise.resolve(),
  };
  const mine = newHolder(request, { toolVersion, now, idOf: lockIdOf });
  return takeLease(nothing, mine, request, undefined);
}

function warningsOf(
  { address, locking, credentials }: HttpSettings,
  location: string,
): readonly Diagnostic[] {
  const warnings: Diagnostic[] = [];
  if (locking === undefined) {
    warnings.push({
      severity: 'warning',
      code: 'state-not-locked',
      summary: `The state ${location} is not locked: two runs at once can overwrite each other's writes.`,
      next: 'Give lock_address and unlock_address, where the server has them (GitLab and Gitea: …/lock, lock_method: POST, unlock_method: DELETE).',
    });
  }
  const isOpen = [address, locking?.lock.url, locking?.unlock.url].some(
    (url) => url?.protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname),
  );
  if (isOpen && credentials !== undefined) {
    warnings.push({
      severity: 'warning',
      code: 'state-password-in-the-open',
      summary: `User and password for the state ${location} go over the network unencrypted.`,
      next: 'Use an https address.',
    });
  }
  return warnings;
}
