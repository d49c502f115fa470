import { randomUUID } from 'node:crypto';
import type { StateData } from '../../model/index.js';
import { lockLost, writtenMeanwhile } from '../lease.js';
import type { Lock } from '../store.js';
import { readHolder } from './lock.js';
import { askTables, readHead, readState } from './read.js';
import type { PostgresState } from './read.js';
import { NOTHING, differenceOf, documentOf, writtenOf } from './rows.js';
import type { Difference, Known } from './rows.js';

const WRITE_MS = 120_000;

/** What tells a write from others, and the lock that it needs. */
interface WriteIds {
  readonly write: string;
  readonly lock: string | undefined;
}

/** As `StateStore.write`; see `postgresStore` for how it is fenced. */
export async function writeState(
  state: PostgresState,
  next: StateData,
  expectedSerial: number,
  lock: Lock | undefined,
): Promise<void> {
  if (next.serial !== expectedSerial + 1) throw new Error('a write takes the next serial');
  const ids: WriteIds = { write: randomUUID(), lock: lock?.info.ID };
  if (await tryToWrite(state, next, ids)) return;
  // The same serial by another write than the one that was compared with (a restored database): compare again, once.
  if (await tryToWrite(state, next, ids)) return;
  throw writtenMeanwhile(state.location, expectedSerial, expectedSerial);
}

/**
 * @returns whether it is stored; where not, nobody has written since the expected serial
 * @throws DiagnosticError where the lock is lost, or somebody has
 */
async function tryToWrite(state: PostgresState, next: StateData, ids: WriteIds): Promise<boolean> {
  const expected = next.serial - 1;
  const base = await knownAt(state, expected);
  const records = writtenOf(next.records, base.records);
  state.known = undefined;
  const isWritten =
    base.serial === expected &&
    (await sendWrite(state, next, base, differenceOf(base.records, records), ids));
  if (!isWritten && !(await isStored(state, next, ids))) return false;
  state.known = { serial: next.serial, writeId: ids.write, records };
  return true;
}

/** What is known to be stored; read, where that is not of the expected serial. */
async function knownAt(state: PostgresState, serial: number): Promise<Known> {
  if (serial === 0) state.known ??= NOTHING;
  if (state.known?.serial !== serial) await readState(state);
  return state.known ?? NOTHING;
}

async function sendWrite(
  state: PostgresState,
  next: StateData,
  base: Known,
  { keys, texts, gone }: Difference,
  ids: WriteIds,
): Promise<boolean> {
  const { sql, key } = state;
  const values = [key, documentOf(next), ids.write, ids.lock ?? null, keys, texts, next.lineage];
  const rows = await (base.serial === 0
    ? askTables(state, sql.writeFirst, values, WRITE_MS)
    : askTables(state, sql.writeNext, [...values, base.serial, base.writeId, gone], WRITE_MS));
  return (rows[0] as { readonly written: number } | undefined)?.written === 1;
}

/**
 * Looks why nothing was written.
 * @returns whether that is because an earlier try of the same write had arrived
 */
async function isStored(state: PostgresState, next: StateData, ids: WriteIds): Promise<boolean> {
  const { location } = state;
  const head = await readHead(state);
  if (head.writeId === ids.write) return true;
  if (ids.lock !== undefined && head.lockId !== ids.lock) {
    throw lockLost(location, readHolder(head.holder ?? null, location));
  }
  const serial = Number(head.serial ?? 0);
  const expected = next.serial - 1;
  const isSame = serial === expected && (serial === 0 || head.lineage === next.lineage);
  if (!isSame) throw writtenMeanwhile(location, serial, expected);
  return false;
}
