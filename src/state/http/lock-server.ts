import { defined } from '../../model/index.js';
import { forgetHolder, newHolder } from '../holder.js';
import type { LockInfo, LockRequest } from '../store.js';
import { foundHolder, lockIdOf } from './holder.js';
import type { FoundHolder } from './holder.js';
import { isDone, isPage } from './request.js';
import type { Answer, Call, HttpClient, Reply } from './request.js';
import type { HttpSettings } from './settings.js';
import { badReply } from './words.js';

/** What locking over HTTP needs. */
export interface LockServerOptions {
  readonly client: HttpClient;
  readonly locking: NonNullable<HttpSettings['locking']>;
  /** For messages. */
  readonly location: string;
  readonly toolVersion: string;
  readonly now: () => Date;
  readonly leaseMs: number;
  /** How long a request may take at most, in milliseconds; 30 seconds where absent. */
  readonly timeoutMs?: number;
}

/** The answer to a request for the lock. */
export interface LockAnswer {
  readonly isGranted: boolean;
  /** Who holds it instead; absent where the server does not name a holder. */
  readonly found?: FoundHolder;
  /** The server's clock. */
  readonly dateMs?: number;
}

/**
 * The requests about one lock.
 *
 * A request for the lock whose answer is lost may have been granted. Whoever wanted the lock asks again with the same ID; a
 * request that is given up, or that was only a probe, must not leave a lock that nobody holds: it is undone.
 */
export class LockServer {
  readonly #options: LockServerOptions;
  /** A probe whose answer was lost: the next probe has its ID, and so finds out. */
  #openProbe: LockInfo | undefined;

  constructor(options: LockServerOptions) {
    this.#options = options;
  }

  /** Describes a new holder of the lock. */
  holderFor(request: LockRequest): LockInfo {
    const { toolVersion, now } = this.#options;
    return newHolder(request, { toolVersion, now, idOf: lockIdOf });
  }

  /**
   * Asks for the lock, as often as it takes to get an answer.
   * @throws DiagnosticError where none came; what may have been granted is given back
   */
  async take(mine: LockInfo): Promise<LockAnswer> {
    const { client, location } = this.#options;
    let mayBeGranted = false;
    for (let tries = 1; ; tries += 1) {
      const reply = await client.once(this.#lockCall(mine));
      if (isDecided(reply)) return answerOf(reply, mine);
      mayBeGranted ||= isOpen(reply);
      if (await client.mayRepeat(reply, tries)) continue;
      if (mayBeGranted) await this.#undo(mine);
      throw badReply(location, 'locked', reply);
    }
  }

  /**
   * Asks once, for a lock that is ours: the next heartbeat asks again.
   * @throws DiagnosticError where there is no answer
   */
  async askOnce(mine: LockInfo): Promise<LockAnswer> {
    const reply = await this.tryOnce(mine);
    if (isDecided(reply)) return answerOf(reply, mine);
    throw badReply(this.#options.location, 'locked', reply);
  }

  /** The same, for the bare reply. */
  tryOnce(mine: LockInfo): Promise<Reply> {
    return this.#options.client.once({ ...this.#lockCall(mine), timeoutMs: this.#shortMs() });
  }

  /** Gives a lock back. @param info its description, or what the server said of it to the letter */
  giveBack(info: LockInfo | string): Promise<Reply> {
    const { client, locking } = this.#options;
    return client.send({ ...locking.unlock, body: typeof info === 'string' ? info : bodyOf(info) });
  }

  /**
   * Gives a lock back that is ours, and makes sure of it where the answer does not tell.
   * @throws DiagnosticError where it may still be ours
   */
  async release(mine: LockInfo): Promise<void> {
    const reply = await this.giveBack(mine);
    if (reply.status !== undefined && isDone(reply) && !isPage(reply)) return;
    const failed = badReply(this.#options.location, 'unlocked', reply);
    const isOurs = await this.probe(
      ({ isGranted, found }) => !isGranted && found?.holder.ID === mine.ID,
    ).catch(() => true);
    if (isOurs) throw failed;
  }

  /**
   * Finds out who holds the lock by asking for it under another ID; what is granted is given back at once.
   * @throws DiagnosticError where there is no answer
   */
  async probe<Result>(use: (answer: LockAnswer) => Promise<Result> | Result): Promise<Result> {
    const by = this.#openProbe ?? this.holderFor(PROBE);
    try {
      const reply = await this.tryOnce(by);
      this.#openProbe = isOpen(reply) ? by : undefined;
      if (!isDecided(reply)) throw badReply(this.#options.location, 'locked', reply);
      const answer = answerOf(reply, by);
      const isOurs = answer.isGranted || answer.found?.holder.ID === by.ID;
      try {
        return await use({ ...answer, isGranted: isOurs });
      } finally {
        if (isOurs && isOpen(await this.giveBack(by))) this.#openProbe = by;
      }
    } finally {
      forgetHolder(by.ID);
    }
  }

  /** Whether the server grants the lock to everybody; to be asked while a probe holds it. */
  isOpenToAll(): Promise<boolean> {
    return this.probe((answer) => answer.isGranted);
  }

  /** Ends what is open. Never throws. */
  async close(): Promise<void> {
    if (this.#openProbe === undefined) return;
    await this.probe(() => undefined).catch(() => undefined);
    await this.#endOpenProbe().catch(() => undefined);
  }

  async #endOpenProbe(): Promise<void> {
    if (this.#openProbe !== undefined) await this.giveBack(this.#openProbe);
    this.#openProbe = undefined;
  }

  /**
   * Undoes a request that may have been granted. Asked again, the server tells whose the lock is; where it does not answer
   * either, the lock is given back unseen: a server that compares IDs, as it should, then touches no other lock.
   */
  async #undo(mine: LockInfo): Promise<void> {
    const reply = await this.tryOnce(mine);
    if (isDecided(reply)) {
      const { isGranted, found } = answerOf(reply, mine);
      if (!isGranted && found !== undefined && found.holder.ID !== mine.ID) return;
    }
    await this.giveBack(mine);
  }

  #lockCall(mine: LockInfo): Call {
    return { ...this.#options.locking.lock, body: bodyOf(mine) };
  }

  /** How long a request may take that the next heartbeat repeats. */
  #shortMs(): number {
    const { leaseMs, timeoutMs = 30_000 } = this.#options;
    return Math.min(timeoutMs, Math.max(1000, Math.floor(leaseMs / 3)));
  }
}

/** Terraform's description has a path as well; GitLab takes none without it. */
function bodyOf(info: LockInfo): string {
  return JSON.stringify({ ...info, Path: '' });
}

/** Whether a reply says who has the lock. */
function isDecided(reply: Reply): reply is Answer {
  if (reply.status === undefined || isPage(reply)) return false;
  return reply.status === 200 || reply.status === 409 || reply.status === 423;
}

/** Whether a request may have had its effect though its reply does not say so. */
function isOpen(reply: Reply): boolean {
  if (reply.status === undefined) return !reply.isUnsent;
  return (reply.status >= 500 && reply.status !== 501) || (reply.status === 200 && isPage(reply));
}

function answerOf({ status, body, dateMs }: Answer, mine: LockInfo): LockAnswer {
  const isGranted = status === 200;
  const found = isGranted ? undefined : foundHolder(body, mine);
  return { isGranted, ...defined({ found, dateMs }) };
}

/** A probe neither waits nor stays. */
const PROBE: LockRequest = {
  operation: 'look',
  timeoutMs: 0,
  onWait: () => undefined,
  signal: new AbortController().signal,
};
