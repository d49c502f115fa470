import { isGone, isLockInfo } from '../holder.js';
import { lockProblem } from '../lease.js';
import type { LockSteps, LockTry } from '../lease.js';
import type { Layout } from './layout.js';
import type { Link } from './client.js';
import { keyText } from './sql.js';
import type { Statements } from './sql.js';
import type { LockInfo } from '../store.js';

/** Where a lock is kept, and how to ask for it. */
export interface LockTable {
  readonly sql: Statements;
  readonly stack: string;
  readonly leaseMs: number;
  readonly location: string;
  readonly layout: Layout;
  /** Runs a statement; makes the tables first where there are none. */
  readonly ask: (text: string, values: readonly unknown[], patienceMs: number) => Promise<readonly unknown[]>;
  /** The connection for reading and writing. */
  readonly main: Link;
  /** A second one, made only where a lease is to be renewed while the first one is busy with something long. */
  readonly side: Link;
}

interface TakenRow {
  readonly layout: number;
  readonly taken: boolean;
  readonly holder: string | null;
}

const TAKE_MS = 30_000;
const RENEW_MS = 20_000;
const GIVE_BACK_MS = 5_000;

/**
 * The steps of a lock that is a row. Whether a lease has run out is for the database's clock to say; whether a process of this
 * machine is gone only we can tell, and then take the row from that very holder and from nobody else.
 */
export function rowLockSteps(table: LockTable): LockSteps {
  const { sql, leaseMs, main, side } = table;
  const stack = keyText(table.stack);
  const tryToTake = async (mine: LockInfo, dead: string | null): Promise<LockTry> => {
    const values = [stack, mine.ID, JSON.stringify(mine), Math.round(leaseMs), dead];
    const [row] = (await table.ask(sql.take, values, TAKE_MS)) as readonly TakenRow[];
    if (row?.taken === true) return { held: true };
    table.layout.check(row?.layout);
    const holder = readHolder(row?.holder ?? null, table.location);
    return holder === undefined ? { held: false } : { held: false, holder };
  };
  return {
    async take(mine) {
      const tried = await tryToTake(mine, null);
      if (tried.held || tried.holder === undefined || !isGone(tried.holder)) return tried;
      const second = await tryToTake(mine, tried.holder.ID);
      return second.held ? second : { held: false };
    },
    async renew(mine) {
      const link = main.isBusy() ? side : main;
      const patienceMs = Math.min(Math.max(leaseMs / 3, 1000), RENEW_MS);
      return (await link.ask(sql.renew, [stack, mine.ID], { patienceMs, repeats: 0 })).length > 0;
    },
    async giveBack(mine) {
      await main.ask(sql.giveBack, [stack, mine.ID], { patienceMs: GIVE_BACK_MS, repeats: 1 });
    },
  };
}

/**
 * Reads a lock's holder; `undefined` where there is none.
 * @throws DiagnosticError where something else stands there
 */
export function readHolder(text: string | null, location: string): LockInfo | undefined {
  if (text === null) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    if (isLockInfo(json)) return json;
  } catch {
    // Said below.
  }
  throw lockProblem(
    'state-lock',
    `The lock of the state ${location} is there, but cannot be read.`,
    'If no other run is under way, delete its row from the table state_locks.',
  );
}
