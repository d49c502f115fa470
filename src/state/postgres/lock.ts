import { isGone, isLockInfo } from '../holder.js';
import type { LockSteps, LockTry } from '../lease.js';
import { problemError } from '../../model/index.js';
import type { LockInfo } from '../store.js';
import type { Link } from './client.js';
import { askTables } from './read.js';
import type { PostgresState } from './read.js';

/** What the row of a lock needs. */
interface LockRow {
  readonly state: PostgresState;
  readonly leaseMs: number;
  /** A second connection, made only where a lease is to be renewed while the first one is busy with something long. */
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
export function rowLockSteps(row: LockRow): LockSteps {
  return {
    take: (mine) => take(row, mine),
    renew: (mine) => renew(row, mine),
    giveBack: (mine) => giveBack(row, mine),
  };
}

async function take(row: LockRow, mine: LockInfo): Promise<LockTry> {
  const tried = await tryToTake(row, mine, null);
  if (tried.held || tried.holder === undefined || !isGone(tried.holder)) return tried;
  const second = await tryToTake(row, mine, tried.holder.ID);
  return second.held ? second : { held: false };
}

/** @param abandoned the ID of a holder that is gone, whose row may be taken */
async function tryToTake(
  { state, leaseMs }: LockRow,
  mine: LockInfo,
  abandoned: string | null,
): Promise<LockTry> {
  const { sql, key, location, layout } = state;
  const values = [key, mine.ID, JSON.stringify(mine), Math.round(leaseMs), abandoned];
  const rows = await askTables(state, sql.take, values, TAKE_MS).catch(async (error: unknown) => {
    // The row may have been taken though its answer was lost: nobody would renew it, nor give it back.
    if (state.main.wasOpen()) await undo(state, mine);
    throw error;
  });
  const [taken] = rows as readonly TakenRow[];
  if (taken?.taken === true) return { held: true };
  layout.check(taken?.layout);
  const holder = readHolder(taken?.holder ?? null, location);
  return holder === undefined ? { held: false } : { held: false, holder };
}

/** Gives a row back that may be ours. Never throws. */
async function undo({ main, sql, key }: PostgresState, { ID }: LockInfo): Promise<void> {
  const asking = { patienceMs: GIVE_BACK_MS, first: [sql.guard] };
  await main.ask(sql.giveBack, [key, ID], asking).catch(() => undefined);
}

/** @returns whether the lock is still ours */
async function renew({ state, leaseMs, side }: LockRow, { ID }: LockInfo): Promise<boolean> {
  const link = state.main.isBusy() ? side : state.main;
  const patienceMs = Math.min(Math.max(leaseMs / 3, 1000), RENEW_MS);
  const { sql, key } = state;
  const rows = await link.ask(sql.renew, [key, ID], { patienceMs, repeats: 0, first: [sql.guard] });
  return rows.length > 0;
}

async function giveBack({ state }: LockRow, { ID }: LockInfo): Promise<void> {
  const { main, sql, key } = state;
  await main.ask(sql.giveBack, [key, ID], { patienceMs: GIVE_BACK_MS, repeats: 1, first: [sql.guard] });
}

/**
 * Reads a lock's holder; `undefined` where there is none.
 * @throws DiagnosticError where the text is something else
 */
export function readHolder(text: string | null, location: string): LockInfo | undefined {
  if (text === null) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    if (isLockInfo(json)) return json;
  } catch {
    // Reported below.
  }
  throw problemError({
    code: 'state-lock',
    summary: `The lock of the state ${location} cannot be read.`,
    next: 'If no other run is under way, delete its row from the table state_locks.',
  });
}
