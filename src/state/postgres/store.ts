import { randomUUID } from 'node:crypto';
import type { StateData } from '../../model/index.js';
import { newHolder } from '../holder.js';
import { DEFAULT_LEASE_MS, lockLost, noSuchLock, takeLease, writtenMeanwhile } from '../lease.js';
import { keepLink } from './client.js';
import type { SqlClient } from './client.js';
import { isMissingTable } from './errors.js';
import { layoutOf } from './layout.js';
import { readHolder, rowLockSteps } from './lock.js';
import { NOTHING, differenceOf, documentOf, fromRow, writtenOf } from './rows.js';
import type { Difference, Known, StoredRow } from './rows.js';
import { checkSchema, keyText, statements } from './sql.js';
import type { StoreOptions } from '../backend.js';
import type { LockInfo, StateStore } from '../store.js';

/** How to keep a state in PostgreSQL. */
export interface PostgresStoreOptions extends StoreOptions {
  /**
   * Makes a connection. An error of it is told to people as it is: a `DiagnosticError`, or one whose `message` (and `next`,
   * what to do about it) says why nobody answers; no password in it.
   */
  readonly connect: () => Promise<SqlClient>;
  /** Where it is, for people: server, database and schema; no password in it. */
  readonly location: string;
  /** The schema of the tables; `secrets_state` where absent. Several stacks may share it. */
  readonly schema?: string;
  /** `host:port` of the servers. */
  readonly hosts?: readonly string[];
}

/** What stands in the way of a write; nulls where there is nothing. */
interface HeadRow {
  readonly serial: string | null;
  readonly lineage: string | null;
  readonly writeId: string | null;
  readonly lockId: string | null;
  readonly holder: string | null;
}

const READ_MS = 60_000;
const WRITE_MS = 120_000;

/**
 * A state in the tables of a PostgreSQL database, made on first use: one row a record, so that a write sends what changed and no
 * more; one row for all else of the state, which has its serial and fences writes; one row for the lock.
 *
 * Reading is one statement, and so is writing: each sees or makes one whole state, without a transaction that is held open
 * and without anything that a session would keep. So it works behind PgBouncer in transaction mode too.
 *
 * Every write has an ID of its own, which stays in the row. Where the answer to a write is lost, the same write is sent again:
 * if the first one arrived, the second one finds its ID there. What changed is found by comparing with what this client last
 * read or wrote, so a write also names the ID of the write that it compared with.
 * @throws DiagnosticError for a schema's name that cannot be
 */
export function postgresStore(options: PostgresStoreOptions): StateStore {
  const { connect, location, hosts = [], schema = 'secrets_state', leaseMs = DEFAULT_LEASE_MS } = options;
  checkSchema(schema);
  const sql = statements(schema);
  const main = keepLink(connect, location);
  const side = keepLink(connect, location);
  const layout = layoutOf(main, sql, schema, location);
  const stack = keyText(options.stack);
  let known: Known | undefined;

  const ask = async (text: string, values: readonly unknown[], patienceMs: number) => {
    const run = (): Promise<readonly unknown[]> => main.ask(text, values, { patienceMs });
    try {
      return await run().catch(async (error: unknown) => {
        if (!isMissingTable(error)) throw error;
        await layout.make();
        return run();
      });
    } catch (error) {
      throw await layout.explain(error);
    }
  };
  /** Reads without making tables: where there are none there is nothing, and to know that needs no rights. */
  const askIfThere = async (text: string): Promise<unknown> => {
    const run = (): Promise<readonly unknown[]> => main.ask(text, [stack], { patienceMs: READ_MS });
    let rows: readonly unknown[];
    try {
      rows = await run();
    } catch (error) {
      if (!isMissingTable(error)) throw await layout.explain(error);
      if (!(await layout.exist())) return undefined;
      // Another run made them since.
      rows = await run().catch(async (again: unknown) => {
        throw await layout.explain(again);
      });
    }
    layout.check((rows[0] as { readonly layout: number } | undefined)?.layout);
    return rows[0];
  };
  const read = async (): Promise<StateData | undefined> => {
    known = undefined;
    const row = (await askIfThere(sql.read)) as StoredRow | undefined;
    const found = row === undefined ? undefined : fromRow(row, location, options.stack);
    known = found?.known ?? NOTHING;
    return found?.state;
  };
  const look = async (): Promise<Partial<HeadRow>> => {
    return ((await askIfThere(sql.look)) as HeadRow | undefined) ?? {};
  };
  /** @returns whether it was written */
  const tryToWrite = async (
    next: StateData,
    base: Known,
    { keys, texts, gone }: Difference,
    ids: { readonly write: string; readonly lock: string | undefined },
  ): Promise<boolean> => {
    const values = [stack, documentOf(next), ids.write, ids.lock ?? null, keys, texts, next.lineage];
    const rows = await (base.serial === 0
      ? ask(sql.writeFirst, values, WRITE_MS)
      : ask(sql.writeNext, [...values, base.serial, base.writeId, gone], WRITE_MS));
    return (rows[0] as { readonly written: number } | undefined)?.written === 1;
  };

  return {
    location,
    hosts,
    read,
    async write(next, expectedSerial, lock) {
      if (next.serial !== expectedSerial + 1) throw new Error('a write takes the next serial');
      const ids = { write: randomUUID(), lock: lock?.info.ID };
      for (let isSecond = false; ; isSecond = true) {
        if (expectedSerial === 0) known ??= NOTHING;
        if (known?.serial !== expectedSerial) await read();
        const base = known ?? NOTHING;
        const records = writtenOf(next.records, base.records);
        known = undefined;
        const isWritten =
          base.serial === expectedSerial &&
          (await tryToWrite(next, base, differenceOf(base.records, records), ids));
        const found = isWritten ? undefined : await look();
        if (found === undefined || found.writeId === ids.write) {
          known = { serial: next.serial, writeId: ids.write, records };
          return;
        }
        if (ids.lock !== undefined && found.lockId !== ids.lock) {
          throw lockLost(location, readHolder(found.holder ?? null, location));
        }
        const serial = Number(found.serial ?? 0);
        const isSame = serial === expectedSerial && (serial === 0 || found.lineage === next.lineage);
        // The same serial by another write than the one that was compared with (a restored database): compare again, once.
        if (!isSame || isSecond) throw writtenMeanwhile(location, serial, expectedSerial);
      }
    },
    async lock(request) {
      const mine = newHolder(request, { ...options, leaseMs });
      const steps = rowLockSteps({ sql, stack: options.stack, leaseMs, location, layout, ask, main, side });
      return takeLease(steps, mine, request, leaseMs);
    },
    async unlock(id): Promise<LockInfo> {
      const { lockId, holder: text } = await look();
      const holder = readHolder(text ?? null, location);
      if (holder === undefined || lockId !== id) throw noSuchLock(location, id, holder);
      await ask(sql.giveBack, [stack, id], READ_MS);
      return holder;
    },
    async close() {
      await Promise.all([main.close(), side.close()]);
    },
  };
}
