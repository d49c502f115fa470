import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError } from '../../model/index.js';
import type { SqlStatement } from '../../net/sql/index.js';
import { isConflict, isLost, unreachable } from './errors.js';

/** What the state needs of a connection to PostgreSQL. Its errors have no password in their message. */
export interface SqlClient {
  /**
   * Runs a statement with its parameters (`$1`, …), in a transaction of its own, under the pinned `search_path`.
   * @param first statements without rows, which run before it in the same transaction
   */
  query(
    text: string,
    values: readonly unknown[],
    first?: readonly SqlStatement[],
  ): Promise<{ readonly rows: readonly unknown[] }>;
  /** Runs several statements as one transaction, under the session's own `search_path`: DDL. */
  script(text: string): Promise<unknown>;
  end(): Promise<void>;
}

/** How to ask something. */
interface Asking {
  /** How long to wait for an answer, in milliseconds; then the connection counts as broken. */
  readonly patienceMs: number;
  /** How often to ask again after a connection broke: 2 where absent. The statement may have been run by then. */
  readonly repeats?: number;
  /** Statements without rows that run before it, in the same transaction. */
  readonly first?: readonly SqlStatement[];
}

/** A connection that is made when it is needed, and made again after it broke. */
export interface Link {
  /**
   * Runs a statement, and gives its rows. It is run again when the connection breaks, since nobody knows whether it was run
   * then: it must be one that does no harm when it is run twice.
   * @throws DiagnosticError where the database cannot be reached; what the server says of the statement as it came
   */
  ask(text: string, values: readonly unknown[], asking: Asking): Promise<readonly unknown[]>;
  /** Runs a script, as `ask` runs a statement. */
  script(text: string, asking: Asking): Promise<void>;
  /** Whether there ever was a connection: where there was none, no statement can have been run. */
  wasOpen(): boolean;
  /** Whether a statement is under way. */
  isBusy(): boolean;
  /** Ends the connection. Never throws. */
  close(): Promise<void>;
}

/** The pauses before a statement is run again after a connection broke. */
const PAUSES_MS = [100, 1000];
/** How often a statement is run again that lost against another one. */
const CONFLICTS = 20;

/**
 * Keeps a connection.
 * @param location where the state is, for messages
 */
export function keepLink(connect: () => Promise<SqlClient>, location: string): Link {
  let current: Promise<SqlClient> | undefined;
  let wasOpen = false;
  let inFlight = 0;

  const open = async (opening: Promise<SqlClient>): Promise<SqlClient> => {
    try {
      const client = await opening;
      wasOpen = true;
      return client;
    } catch (error) {
      if (current === opening) current = undefined;
      // Where nobody answered at all, asking again at once is of no use.
      throw wasOpen && !(error instanceof DiagnosticError) ? error : unreachable(location, error);
    }
  };
  const once = async <Answer>(send: Send<Answer>, patienceMs: number): Promise<Answer> => {
    const opening = (current ??= connect());
    const client = await open(opening);
    try {
      return await inTime(send(client), patienceMs);
    } catch (error) {
      if (isLost(error)) {
        if (current === opening) current = undefined;
        void client.end().catch(() => undefined);
      }
      throw error;
    }
  };
  const insist = async <Answer>(send: Send<Answer>, asking: Asking): Promise<Answer> => {
    inFlight += 1;
    try {
      return await repeatedly(() => once(send, asking.patienceMs), asking, location);
    } finally {
      inFlight -= 1;
    }
  };
  return {
    async ask(text, values, asking) {
      return (await insist((client) => client.query(text, values, asking.first), asking)).rows;
    },
    async script(text, asking) {
      await insist((client) => client.script(text), asking);
    },
    wasOpen: () => wasOpen,
    isBusy: () => inFlight > 0,
    async close() {
      const closing = current;
      current = undefined;
      await closing?.then((client) => client.end()).catch(() => undefined);
    },
  };
}

type Send<Answer> = (client: SqlClient) => Promise<Answer>;

/** Tries again after a lost connection or a conflict. */
async function repeatedly<Answer>(
  attempt: () => Promise<Answer>,
  { repeats = PAUSES_MS.length }: Asking,
  location: string,
): Promise<Answer> {
  for (let broken = 0, conflicts = 0; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (isConflict(error) && conflicts < CONFLICTS) {
        conflicts += 1;
        await sleep(Math.random() * 50);
      } else if (isLost(error)) {
        if (broken >= repeats) throw unreachable(location, error);
        await sleep(PAUSES_MS[broken]);
        broken += 1;
      } else throw error;
    }
  }
}

/** Waits for an answer, but not for ever: a connection through a dead network says nothing at all. */
async function inTime<Answer>(answer: Promise<Answer>, patienceMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer in ${Math.ceil(patienceMs / 1000)} s`));
    }, patienceMs);
  });
  try {
    return await Promise.race([answer, patience]);
  } finally {
    clearTimeout(timer);
  }
}
