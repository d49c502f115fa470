import { forgetHolder, newHolder } from '../holder.js';
import { foundHolder, isDead, lockIdOf, withLease } from './holder.js';
import type { FoundHolder } from './holder.js';
import type { HttpClient, Reply } from './request.js';
import type { HttpSettings } from './settings.js';
import { badReply, stateProblem } from './words.js';
import { lockLost, noSuchLock, takeLease } from '../lease.js';
import type { LockSteps, LockTry } from '../lease.js';
import type { Lock, LockInfo, LockRequest } from '../store.js';

/** What locking over HTTP needs. */
export interface HttpLockOptions {
  readonly client: HttpClient;
  readonly locking: NonNullable<HttpSettings['locking']>;
  /** For messages. */
  readonly location: string;
  readonly toolVersion: string;
  readonly now: () => Date;
  readonly leaseMs: number;
}

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
  /** Who holds the lock now; `undefined` where nobody does, or nobody says. */
  holderNow(): Promise<LockInfo | undefined>;
}

/**
 * Whether a server lets a holder lock again, which renews its lease: `unknown` until a server has said so; `never` where it
 * grants the lock to everybody, so that there is nothing to keep.
 */
type Renewal = 'yes' | 'no' | 'unknown' | 'never';

/** A lock of ours. */
interface Held {
  /** Its description as the server has it. */
  sent: LockInfo;
  renewal: Renewal;
  /** When the lease was last renewed, by two clocks: one stops while the machine sleeps, the other can be set. */
  renewedAt: Moment;
  isLost: boolean;
}

interface Moment {
  readonly steadyMs: number;
  readonly wallMs: number;
}

const moment = (): Moment => ({ steadyMs: performance.now(), wallMs: Date.now() });

/** What came of asking for the lock. */
type Asked =
  | { readonly taken: true; readonly dateMs?: number }
  | { readonly taken: false; readonly found?: FoundHolder; readonly dateMs?: number };

/** Stands for a holder that the server does not name. */
const UNNAMED: LockInfo = {
  ID: '',
  Operation: 'unknown',
  Info: '',
  Who: 'somebody whom the server does not name',
  Version: 'unknown',
  Created: 'unknown',
};

/** The lock behind a pair of addresses; see the head of http.ts for how leases work there. */
export function httpLocks(options: HttpLockOptions): HttpLocks {
  const { client, locking, location, leaseMs, toolVersion, now } = options;
  const held = new Map<string, Held>();
  const holderFor = (request: LockRequest): LockInfo =>
    newHolder(request, { toolVersion, now, idOf: lockIdOf });
  const shortly = Math.min(30_000, Math.max(1000, Math.floor(leaseMs / 3)));

  /** Terraform's description has a path as well; GitLab takes none without it. */
  const bodyOf = (info: LockInfo): string => JSON.stringify({ ...info, Path: '' });
  const asked = (reply: Reply, mine: LockInfo): Asked => {
    if (reply.status !== 200 && reply.status !== 409 && reply.status !== 423) {
      throw badReply(location, 'locked', reply);
    }
    const date = reply.dateMs === undefined ? {} : { dateMs: reply.dateMs };
    if (reply.status === 200) return { taken: true, ...date };
    const found = foundHolder(reply.body, mine);
    return found === undefined ? { taken: false, ...date } : { taken: false, found, ...date };
  };
  const ask = async (mine: LockInfo): Promise<Asked> =>
    asked(await client.send({ ...locking.lock, body: bodyOf(mine) }), mine);
  /** Asks without patience: the next heartbeat asks again. */
  const askShortly = async (mine: LockInfo): Promise<Asked> =>
    asked(await client.once({ ...locking.lock, body: bodyOf(mine), timeoutMs: shortly }), mine);
  const giveUp = (body: string): Promise<Reply> => client.send({ ...locking.unlock, body });

  /** Learns who holds the lock by asking for it under another ID; what is granted is given back at once. */
  const probe = async <Result>(
    use: (asked: Asked, by: LockInfo) => Promise<Result> | Result,
  ): Promise<Result> => {
    const by = holderFor({ operation: 'look', timeoutMs: 0, onWait: ignore, signal: NEVER });
    try {
      const answer = await askShortly(by);
      try {
        return await use(answer, by);
      } finally {
        if (answer.taken) await giveUp(bodyOf(by));
      }
    } finally {
      forgetHolder(by.ID);
    }
  };
  const isOpenToAll = (): Promise<boolean> => probe((answer) => answer.taken);

  const startLease = async (mine: LockInfo, dateMs: number): Promise<Renewal> => {
    const one = held.get(mine.ID);
    if (one === undefined) return 'no';
    const leased = withLease(mine, leaseMs, dateMs);
    one.renewedAt = moment();
    const reply = await client.once({ ...locking.lock, body: bodyOf(leased), timeoutMs: shortly });
    if (reply.status === 200) one.sent = leased;
    if (reply.status === 200) return 'yes';
    return reply.status === 409 || reply.status === 423 ? 'no' : 'unknown';
  };

  const take = async (mine: LockInfo): Promise<LockTry> => {
    let answer = await ask(mine);
    const dead = answer.taken ? undefined : answer.found;
    if (dead !== undefined && dead.holder.ID !== mine.ID && isDead(dead.holder, answer.dateMs)) {
      // Of several that try, the server lets one through: it compares the ID. Whoever comes next finds out by asking again.
      await giveUp(dead.raw);
      answer = await ask(mine);
    }
    if (!answer.taken && answer.found?.holder.ID !== mine.ID) {
      return { held: false, holder: answer.found?.holder ?? UNNAMED };
    }
    const one: Held = { sent: mine, renewal: 'no', renewedAt: moment(), isLost: false };
    held.set(mine.ID, one);
    if (answer.taken && answer.dateMs !== undefined) one.renewal = await startLease(mine, answer.dateMs);
    return { held: true };
  };

  /** @returns whether the lock is still ours */
  const renew = async (mine: LockInfo): Promise<boolean> => {
    const one = held.get(mine.ID);
    if (one === undefined || one.renewal === 'never') return true;
    if (one.isLost) return false;
    if (one.renewal === 'no') {
      const answer = await askShortly(mine);
      // It was free, so somebody had broken it; what happened meanwhile, nobody knows.
      if (answer.taken) await giveUp(bodyOf(mine));
      one.isLost = answer.taken || (answer.found !== undefined && answer.found.holder.ID !== mine.ID);
      return !one.isLost;
    }
    // Locked again, a lock that somebody broke would look as if it had been ours all the time. So look first.
    const seen = await probe(async (answer) => {
      if (!answer.taken) return answer;
      if (await isOpenToAll()) one.renewal = 'never';
      return answer;
    });
    if ((one.renewal as Renewal) === 'never') return true;
    one.isLost = seen.taken || (seen.found !== undefined && seen.found.holder.ID !== mine.ID);
    if (one.isLost || seen.dateMs === undefined) return !one.isLost;
    const at = moment();
    const leased = withLease(mine, leaseMs, seen.dateMs);
    const answer = await askShortly(leased);
    if (answer.taken) Object.assign(one, { sent: leased, renewal: 'yes', renewedAt: at });
    else if (answer.found?.holder.ID === mine.ID && one.renewal === 'unknown') one.renewal = 'no';
    else one.isLost = answer.found !== undefined && answer.found.holder.ID !== mine.ID;
    return !one.isLost;
  };

  const holderNow = (): Promise<LockInfo | undefined> =>
    probe((answer) => (answer.taken ? undefined : answer.found?.holder)).catch(() => undefined);

  const steps: LockSteps = {
    take,
    renew,
    async giveBack(mine) {
      const one = held.get(mine.ID);
      held.delete(mine.ID);
      // Not every server compares the ID: what is another one's now stays untouched.
      if (one !== undefined && !one.isLost) await giveUp(bodyOf(one.sent));
    },
  };

  return {
    async lock(request) {
      const mine = holderFor(request);
      const last = { isNamed: true };
      const watched = async (info: LockInfo): Promise<LockTry> => {
        last.isNamed = true;
        const tried = await take(info);
        last.isNamed = tried.held || tried.holder !== UNNAMED;
        return tried;
      };
      try {
        return await takeLease({ ...steps, take: watched }, mine, request, leaseMs);
      } catch (error) {
        throw last.isNamed ? error : unnamed(location);
      }
    },
    async unlock(id) {
      const seen = await probe((answer) => answer);
      if (seen.taken) throw noSuchLock(location, id, undefined);
      if (seen.found !== undefined && seen.found.holder.ID !== id)
        throw noSuchLock(location, id, seen.found.holder);
      const holder = seen.found?.holder ?? { ...UNNAMED, ID: id };
      const reply = await giveUp(seen.found?.raw ?? bodyOf(holder));
      if (reply.status !== 200) {
        // Given back by its holder at this moment, or by a request of ours whose answer was lost: it is gone either way.
        const after = await probe((answer) => answer);
        const isGone = after.taken || (after.found !== undefined && after.found.holder.ID !== id);
        if (!isGone) throw badReply(location, 'unlocked', reply);
      }
      return holder;
    },
    async check(lock) {
      const one = held.get(lock.info.ID);
      const isOld = one?.renewal === 'yes' && sinceMs(one.renewedAt) > leaseMs / 2;
      if (isOld) await renew(lock.info);
      if (lock.lost.aborted || one?.isLost === true) throw lockLost(location, await holderNow());
    },
    holderNow,
  };
}

function sinceMs({ steadyMs, wallMs }: Moment): number {
  return Math.max(performance.now() - steadyMs, Date.now() - wallMs);
}

function unnamed(location: string): Error {
  return stateProblem(
    'state-locked',
    `The state ${location} is locked; the server does not say by whom.`,
    'Wait for that run to end, or give --lock-timeout. If it is gone for good, remove the lock on the server.',
  );
}

const NEVER = new AbortController().signal;

function ignore(): void {
  // Nobody waits.
}
