import { defined } from '../../model/index.js';
import type pg from 'pg';
import type { ApplyItem, Outcome } from '../../model/index.js';
import type { SessionContext } from '../sdk/index.js';
import { messageOf, sqlState } from '../../net/sql/index.js';
import { failureOf } from './apply-errors.js';
import type { Failure } from './apply-errors.js';
import { CALL_SQL, CREATE_SQL, DROP_SQL } from './batch.js';
import type { Answer } from './batch.js';
import { GUARD_STATE_SQL, guardSql, leaks, quietLockTimeout } from './guard.js';
import { toBatch, writes } from './order.js';
import { isStorable } from './text.js';
import { fieldText } from './field-text.js';

/** What applying needs of the session. */
interface ApplyTo {
  readonly client: pg.Client;
  readonly serverVersion: number;
  readonly principal: string;
  readonly context: SessionContext;
  readonly allowServerLog: boolean;
  /** At most this long for the batch; absent: ten minutes. */
  readonly statementTimeoutMs?: number;
}

/** The advisory lock's two keys: the first letters of the product's name, and the job that it guards. */
const LOCK = [0x73656372, 1] as const;
const STATEMENT_TIMEOUT_MS = 600_000;
const LOCK_TIMEOUT_MS = 30_000;

/**
 * Carries out all changes in one transaction, in three round trips whatever their number: begin, guard, lock and make the batch
 * function; call it; end. One failure undoes everything and is told against the change that caused it.
 */
export async function applyAll(
  to: ApplyTo,
  items: readonly ApplyItem[],
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  for (const item of items.filter((one) => !writes(one))) {
    const { address, id } = item.change;
    onOutcome({ status: 'done', address, ...defined({ id }) });
  }
  const active = items.filter(writes);
  if (active.length === 0) return;
  if (to.context.signal.aborted) {
    for (const { change } of active) {
      onOutcome({ status: 'skipped', address: change.address, message: 'the run was stopped' });
    }
    return;
  }
  to.context.progress(`applying ${active.length} change${active.length === 1 ? '' : 's'} in one transaction`);
  const result = cannotWork(active) ?? (await inTransaction(to, active));
  if ('ids' in result) {
    for (const { change } of active) {
      const id = result.ids[change.address];
      onOutcome({ status: 'done', address: change.address, ...(typeof id === 'string' ? { id } : {}) });
    }
    return;
  }
  tellFailure(result, active, onOutcome);
}

/** The failing change is `failed`; where nobody knows which it was, the failure is everyone's. The rest was undone. */
function tellFailure(
  failure: Failure,
  active: readonly ApplyItem[],
  onOutcome: (outcome: Outcome) => void,
): void {
  for (const { change } of active) {
    const { address } = change;
    if (failure.address === undefined || failure.address === address) {
      onOutcome({
        status: 'failed',
        address,
        message: failure.message,
        ...defined({ next: failure.next }),
        ...(failure.mayHaveHappened === true ? { mayHaveHappened: true } : {}),
      });
    } else {
      onOutcome({ status: 'skipped', address, message: `rolled back because ${failure.address} failed` });
    }
  }
}

/** What is known to fail before anything is sent. */
function cannotWork(items: readonly ApplyItem[]): Failure | undefined {
  for (const { change, desired } of items) {
    for (const [path, field] of Object.entries(desired?.fields ?? {})) {
      const text = fieldText(field) ?? '';
      // The server would refuse it while it reads the parameter, with a piece of the value in its log.
      if (!isStorable(text)) {
        return {
          address: change.address,
          message: `the value of ${path} has a character that PostgreSQL cannot hold`,
          next: 'Remove the NUL character or the broken surrogate pair from it.',
        };
      }
    }
  }
  return undefined;
}

async function inTransaction(
  to: ApplyTo,
  items: readonly ApplyItem[],
): Promise<Extract<Answer, { ids: unknown }> | Failure> {
  const { client } = to;
  const values = items.flatMap(({ desired }) =>
    Object.values(desired?.fields ?? {}).flatMap((field) =>
      field.kind === 'sensitive' ? [field.value.reveal()] : [],
    ),
  );
  let committing = false;
  try {
    const settings = await begin(to);
    const open = leaks(settings);
    if (values.length > 0 && open.length > 0 && !to.allowServerLog) {
      await client.query('ROLLBACK');
      return {
        message: `values would reach the log or the statistics of the server (${open.join(', ')}), which role ${to.principal} cannot turn off`,
        next: `Let a superuser apply, or turn it off, or GRANT SET ON PARAMETER to ${to.principal} (PostgreSQL 15 or later), or accept it with --allow-server-log.`,
      };
    }
    const wait = quietLockTimeout(settings);
    if (wait !== undefined) await client.query(`SET LOCAL lock_timeout = ${wait}`);
    const result = await client.query<{ answer: Answer }>({
      text: CALL_SQL,
      values: [JSON.stringify(toBatch(items, to.context.stack))],
    });
    const answer = result.rows[0]?.answer ?? {
      failed: null,
      why: 'error',
      message: 'the server gave no answer',
    };
    if (!('ids' in answer)) {
      await client.query('ROLLBACK');
      return failureOf(answer, values);
    }
    committing = true;
    await client.query(`${DROP_SQL}; COMMIT`);
    return answer;
  } catch (error) {
    const state = sqlState(error);
    // An answer of the server says that it was undone; a broken connection says nothing.
    if (state !== undefined) await client.query('ROLLBACK').catch(() => undefined);
    return {
      ...failureOf(
        {
          failed: null,
          why: 'error',
          message: messageOf(error),
          ...defined({ sqlstate: state }),
        },
        values,
      ),
      ...(committing && (state === undefined || state.startsWith('57P')) ? { mayHaveHappened: true } : {}),
    };
  }
}

/** Begins, makes the guard settings, waits for other runs, makes the batch function. Gives the settings as they are then. */
async function begin({
  client,
  serverVersion,
  statementTimeoutMs,
}: ApplyTo): Promise<ReadonlyMap<string, string>> {
  const results: unknown = await client.query(
    [
      'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
      `SET LOCAL statement_timeout = ${statementTimeoutMs ?? STATEMENT_TIMEOUT_MS}`,
      `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
      guardSql(serverVersion),
      `SELECT pg_catalog.pg_advisory_xact_lock(${LOCK[0]}, ${LOCK[1]})`,
      CREATE_SQL,
      GUARD_STATE_SQL,
    ].join(';\n'),
  );
  const last = (results as readonly pg.QueryResult<{ name: string; setting: string }>[]).at(-1);
  return new Map((last?.rows ?? []).map((row) => [row.name, row.setting]));
}
