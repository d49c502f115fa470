import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { defined, recognisedSentence } from '../../model/index.js';
import type { ApplyItem, Outcome } from '../../model/index.js';
import { messageOf, sqlState } from '../../net/sql/index.js';
import type { SessionContext } from '../sdk/index.js';
import { CALL_SQL, CREATE_SQL, DROP_SQL, KEEP_AND_PIN_SQL } from './batch/function.js';
import type { BatchResult } from './batch/function.js';
import { GUARD_STATE_SQL, guardSql, leaks, quietLockTimeout } from './batch/guard.js';
import { toBatch, writes } from './batch/order.js';
import { failureOf } from './errors.js';
import type { Clean, Failure, FailureContext } from './errors.js';
import { LOCKED, TRY_LOCK_SQL, lockHeld, lockHolders } from './lock.js';
import { SESSIONS, SESSIONS_SQL, rotated, sessionsNote } from './rotation.js';
import { isStorable, wireText } from './text.js';

/** What applying needs of the session. */
interface ApplyTarget {
  readonly client: pg.Client;
  readonly serverVersion: number;
  readonly principal: string;
  readonly context: SessionContext;
  readonly allowServerLog: boolean;
  /** Servers of the database that DuckDB cannot load without credentials on its host. */
  readonly needyServers: readonly string[];
  /** The time limit of the batch; ten minutes where absent. */
  readonly statementTimeoutMs?: number;
}

/** The ids of the changed objects, by address, and what is to be known of one of them. */
interface Applied extends Extract<BatchResult, { ids: unknown }> {
  readonly note?: { readonly address: string; readonly text: string };
}

const STATEMENT_TIMEOUT_MS = 600_000;
/** How long a statement waits for a row that another session changes. */
const LOCK_TIMEOUT_MS = 30_000;
/** How often the lock of another run is tried. */
const LOCK_PAUSE_MS = 250;

/**
 * Applies all changes in one transaction, in three round trips whatever their number: begin, guard, lock and create the batch
 * function; call it; commit. One failure rolls everything back and is reported for the change that caused it.
 */
export async function applyAll(
  target: ApplyTarget,
  items: readonly ApplyItem[],
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  for (const item of items.filter((candidate) => !writes(candidate))) {
    const { address, id } = item.change;
    onOutcome({ status: 'done', address, ...defined({ id }) });
  }
  const active = items.filter(writes);
  if (active.length === 0) return;
  const { signal, progress } = target.context;
  if (signal.aborted) {
    for (const { change } of active) {
      onOutcome({ status: 'skipped', address: change.address, message: 'the run was stopped' });
    }
    return;
  }
  progress(`applying ${active.length} change${active.length === 1 ? '' : 's'} in one transaction`);
  const result = unstorableValue(active) ?? (await applyOrRetry(target, active));
  if ('ids' in result) {
    const { ids, note } = result;
    for (const { address } of active.map(({ change }) => change)) {
      const noted = note?.address === address ? note.text : undefined;
      onOutcome({ status: 'done', address, ...defined({ id: ids[address] ?? undefined, note: noted }) });
    }
    return;
  }
  reportFailure(result, active, onOutcome);
}

/** The change that failed is `failed`; where it is not known, all are. The others were rolled back. */
function reportFailure(
  failure: Failure,
  active: readonly ApplyItem[],
  onOutcome: (outcome: Outcome) => void,
): void {
  const { message, next, mayHaveHappened } = failure;
  for (const { change } of active) {
    const { address } = change;
    if (failure.address === undefined || failure.address === address) {
      onOutcome({ status: 'failed', address, message, ...defined({ next, mayHaveHappened }) });
    } else {
      onOutcome({ status: 'skipped', address, message: `rolled back because ${failure.address} failed` });
    }
  }
}

/** A value that PostgreSQL refuses while it reads the parameter, with a piece of the value in its log. Never sent. */
function unstorableValue(items: readonly ApplyItem[]): Failure | undefined {
  for (const { change, desired } of items) {
    for (const [path, field] of Object.entries(desired?.fields ?? {})) {
      if (isStorable(wireText(field) ?? '')) continue;
      return {
        address: change.address,
        message: `the value of ${path} contains a character that PostgreSQL cannot store`,
        next: 'Remove the NUL character or the lone surrogate from it.',
      };
    }
  }
  return undefined;
}

/** Once more where another session got in the way and everything was rolled back: what it changed is read again, and checked. */
async function applyOrRetry(target: ApplyTarget, items: readonly ApplyItem[]): Promise<Applied | Failure> {
  const result = await applyInTransaction(target, items);
  const { signal, progress } = target.context;
  if ('ids' in result || result.isConflict !== true || signal.aborted) return result;
  progress('another session got in the way: trying once more');
  return applyInTransaction(target, items);
}

async function applyInTransaction(
  target: ApplyTarget,
  items: readonly ApplyItem[],
): Promise<Applied | Failure> {
  const { client } = target;
  const values = valuesOf(items);
  const context = { clean: cleaning(target.context, items, values.length > 0), needy: target.needyServers };
  let committing = false;
  try {
    const begun = await beginLocked(target);
    if ('message' in begun) return begun;
    const { settings } = begun;
    const leak = values.length === 0 || target.allowServerLog ? undefined : serverLogLeak(settings, target);
    if (leak !== undefined) {
      await client.query('ROLLBACK');
      return leak;
    }
    const lockTimeout = quietLockTimeout(settings);
    if (lockTimeout !== undefined) await client.query(`SET LOCAL lock_timeout = ${lockTimeout}`);
    const result = await callBatch(target, items);
    if (!('ids' in result)) {
      await client.query('ROLLBACK');
      return failureOf(result, context);
    }
    committing = true;
    const address = rotated(items);
    const counted = address === undefined ? [] : [SESSIONS_SQL];
    const text = sessionsNote(sessionsIn(await client.query([...counted, DROP_SQL, 'COMMIT'].join('; '))));
    return address === undefined || text === undefined ? result : { ...result, note: { address, text } };
  } catch (error) {
    return transactionFailure(client, error, context, committing);
  }
}

/** The number of other sessions among the results of several statements; 0 where they were not counted. */
function sessionsIn(results: unknown): number {
  const [first] = results as readonly pg.QueryResult<Partial<Record<typeof SESSIONS, number>>>[];
  return first?.rows[0]?.[SESSIONS] ?? 0;
}

/** The values that the changes write. */
function valuesOf(items: readonly ApplyItem[]): readonly string[] {
  return items.flatMap(({ desired }) =>
    Object.values(desired?.fields ?? {}).flatMap((field) =>
      field.kind === 'sensitive' ? [field.value.reveal()] : [],
    ),
  );
}

/** What may be shown of the server's words: about a batch with values, only a recognised sentence and the option that it is about. */
function cleaning({ outside }: SessionContext, items: readonly ApplyItem[], hasValues: boolean): Clean {
  const sent = sentBy(items);
  const options = new Set(
    items.flatMap(({ desired }) =>
      Object.keys(desired?.fields ?? {}).map((path) => path.replace(/^options\./, '')),
    ),
  );
  return (text) => {
    const cleaned = outside(text, sent).trim();
    if (!hasValues) return cleaned;
    const sentence = recognisedSentence(cleaned);
    // Looked for in the text as it came: whether a value is the name of an option must not show.
    const [, option = ''] = /\boption ['"](\w+)['"]/.exec(text) ?? [];
    return options.has(option) ? `option ${option}: ${sentence ?? 'not accepted'}` : sentence;
  };
}

/** Every text that the changes send: names and options as well as values. */
function sentBy(items: readonly ApplyItem[]): readonly string[] {
  return items.flatMap(({ change, desired }) => [
    ...change.address.split(/[./]/),
    ...Object.values(desired?.fields ?? {}).flatMap((field) => wireText(field) ?? []),
  ]);
}

/** The refusal to write values that the server would log, if it would. */
function serverLogLeak(
  settings: ReadonlyMap<string, string>,
  { principal }: ApplyTarget,
): Failure | undefined {
  const open = leaks(settings);
  if (open.length === 0) return undefined;
  return {
    message: `values would appear in the log or the statistics of the server (${open.join(', ')}), and the role ${principal} cannot change that`,
    next: `Apply as a superuser, or change these settings, or GRANT SET ON PARAMETER to ${principal} (PostgreSQL 15 or later), or accept it with --allow-server-log.`,
  };
}

async function callBatch(
  { client, context }: ApplyTarget,
  items: readonly ApplyItem[],
): Promise<BatchResult> {
  const result = await client.query<{ answer: BatchResult }>({
    text: CALL_SQL,
    values: [JSON.stringify(toBatch(items, context.stack))],
  });
  return result.rows[0]?.answer ?? { failed: null, why: 'error', message: 'the server returned no result' };
}

/** After an error of the server everything is rolled back; a connection that breaks during COMMIT leaves that unknown. */
async function transactionFailure(
  client: pg.Client,
  error: unknown,
  context: FailureContext,
  committing: boolean,
): Promise<Failure> {
  const state = sqlState(error);
  if (state !== undefined) await client.query('ROLLBACK').catch(() => undefined);
  const refusal = {
    failed: null,
    why: 'error',
    message: messageOf(error),
    ...defined({ sqlstate: state }),
  } as const;
  const isUnknown = committing && (state === undefined || state.startsWith('57P'));
  return { ...failureOf(refusal, context), ...(isUnknown ? { mayHaveHappened: true } : {}) };
}

/** A transaction that has begun. */
interface Begun {
  /** The guard settings in effect. */
  readonly settings: ReadonlyMap<string, string>;
  /** Whether it has the lock. */
  readonly isLocked: boolean;
}

/**
 * Begins with the lock, as soon as nobody else has it, or without one where the run takes none. The lock only keeps runs from failing
 * over each other: what is written rests on the versions that the batch checks.
 */
async function beginLocked(target: ApplyTarget): Promise<Begun | Failure> {
  const { client, context } = target;
  const { lockTimeoutMs } = context;
  const deadlineMs = performance.now() + (lockTimeoutMs ?? 0);
  for (;;) {
    const begun = await begin(target);
    if (begun.isLocked || lockTimeoutMs === undefined) return begun;
    await client.query('ROLLBACK');
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0 || context.signal.aborted) return lockHeld(await lockHolders(client));
    context.progress('waiting for the lock of another run');
    await sleep(Math.min(LOCK_PAUSE_MS, leftMs), undefined, { signal: context.signal }).catch(
      () => undefined,
    );
  }
}

/** Begins, applies the guard settings, tries to take the lock, creates the batch function. */
async function begin({ client, serverVersion, statementTimeoutMs }: ApplyTarget): Promise<Begun> {
  const results: unknown = await client.query(
    [
      'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
      `SET LOCAL statement_timeout = ${statementTimeoutMs ?? STATEMENT_TIMEOUT_MS}`,
      `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
      KEEP_AND_PIN_SQL,
      guardSql(serverVersion),
      TRY_LOCK_SQL,
      CREATE_SQL,
      GUARD_STATE_SQL,
    ].join(';\n'),
  );
  const all = results as readonly pg.QueryResult<{ name: string; setting: string; [LOCKED]?: boolean }>[];
  return {
    settings: new Map(all.at(-1)?.rows.map((row) => [row.name, row.setting])),
    isLocked: all.some(({ rows }) => rows[0]?.[LOCKED] === true),
  };
}
