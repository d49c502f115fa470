import type { StateData } from '../../model/index.js';
import type { Link } from './client.js';
import type { Layout } from './layout.js';
import { NOTHING, fromRow } from './rows.js';
import type { Known, StoredRow } from './rows.js';
import type { Statements } from './sql.js';
import { trustProblem } from './trust.js';

/** One state in PostgreSQL, and what this client knows of it. */
export interface PostgresState {
  /** The connection for reading and writing. */
  readonly main: Link;
  readonly sql: Statements;
  readonly layout: Layout;
  /** Where it is, for people. */
  readonly location: string;
  readonly stack: string;
  /** The stack as the tables have it. */
  readonly key: string;
  /** What was read or written last; `undefined` where nobody knows. */
  known: Known | undefined;
}

/** What a write depends on; nulls where there is nothing. */
interface HeadRow {
  readonly serial: string | null;
  readonly lineage: string | null;
  readonly writeId: string | null;
  readonly lockId: string | null;
  readonly holder: string | null;
}

/** How long reading may take. */
export const READ_MS = 60_000;

/**
 * Runs a statement; the tables are created where there are none.
 * @throws DiagnosticError that says what to do
 */
export async function askTables(
  { main, sql, layout }: PostgresState,
  text: string,
  values: readonly unknown[],
  patienceMs: number,
): Promise<readonly unknown[]> {
  const run = (): Promise<readonly unknown[]> => main.ask(text, values, { patienceMs, first: [sql.guard] });
  try {
    return await run().catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await layout.make();
      return run();
    });
  } catch (error) {
    throw await layout.explain(error);
  }
}

/** Reads without creating tables: where there are none there is nothing, and to know that needs no rights. */
async function askIfPresent({ main, sql, layout, key }: PostgresState, text: string): Promise<unknown> {
  const run = (): Promise<readonly unknown[]> =>
    main.ask(text, [key], { patienceMs: READ_MS, first: [sql.guard] });
  let rows: readonly unknown[] | undefined;
  try {
    rows = await run().catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      // Where they exist, another run has created them since.
      return (await layout.exist()) ? run() : undefined;
    });
  } catch (error) {
    throw await layout.explain(error);
  }
  if (rows === undefined) return undefined;
  layout.check((rows[0] as { readonly layout: number } | undefined)?.layout);
  return rows[0];
}

/** Whether the tables do not exist. */
function isMissing(error: unknown): boolean {
  return trustProblem(error)?.kind === 'missing';
}

/** As `StateStore.read`. */
export async function readState(state: PostgresState): Promise<StateData | undefined> {
  state.known = undefined;
  const row = (await askIfPresent(state, state.sql.read)) as StoredRow | undefined;
  const found = row === undefined ? undefined : fromRow(row, state.location, state.stack);
  state.known = found?.known ?? NOTHING;
  return found?.state;
}

/** The serial, the last write and the lock, without the records. */
export async function readHead(state: PostgresState): Promise<Partial<HeadRow>> {
  return ((await askIfPresent(state, state.sql.look)) as HeadRow | undefined) ?? {};
}
