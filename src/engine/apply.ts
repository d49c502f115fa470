import { DiagnosticError, hasErrors } from '../model/index.js';
import type { Diagnostic, Outcome, Plan } from '../model/index.js';
import { runChanges } from '../apply/index.js';
import type { Lock, LockInfo, StateStore } from '../state/index.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { underLock } from './locking.js';
import { observe } from './observe.js';
import type { Observation, ObserveRequest } from './observe.js';
import { statusOf } from './plan.js';
import { rescueState } from './rescue.js';
import { openStore } from './store.js';
import { timed } from './timed.js';
import { openWriter } from './writer.js';
import type { Writer } from './writer.js';

/** How many resources an apply did what to. A replacement counts as one added and one destroyed. */
export interface ApplySummary {
  readonly added: number;
  readonly changed: number;
  readonly destroyed: number;
  readonly imported: number;
  readonly forgotten: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What became of an apply. */
export interface ApplyResult extends RunResult {
  readonly plan?: Plan;
  /** Whether somebody said no to the plan. */
  readonly declined?: boolean;
  /** In plan order; absent where nothing was begun. */
  readonly outcomes?: readonly Outcome[];
  readonly summary?: ApplySummary;
}

/** How the one who runs an apply takes part in it. */
export interface ApplyHooks {
  /** Shown a sound plan that has changes; the answer decides. */
  readonly approve: (plan: Plan) => Promise<boolean>;
  /** Told about each change as soon as its end is known. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Told once, when somebody else holds the lock and this run waits. */
  readonly onWait: (holder: LockInfo) => void;
}

/** What an apply of a saved plan adds to one that plans for itself. */
export interface Pinned {
  readonly id: string;
  /** What stands against it, seen from the state as it is stored. */
  readonly checkState: NonNullable<ObserveRequest['checkState']>;
  /** What stands against it, seen from the plan as it would be now. */
  readonly checkPlan: (fresh: Plan) => readonly Diagnostic[];
}

/**
 * Plans, asks, and makes it true. Under the state's lock from the plan to the end; what is done is kept after every batch.
 */
export async function apply(
  options: RunOptions,
  context: RunContext,
  hooks: ApplyHooks,
): Promise<ApplyResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) return { status: 'error', diagnostics };
  return applyLoaded(loaded, diagnostics, options, scope, hooks);
}

/**
 * As `apply`, from a configuration that is read already.
 * @param found what was said of the configuration
 * @param pinned the saved plan that must be the one that is carried out; absent: what is planned now
 */
export async function applyLoaded(
  loaded: Loaded,
  found: readonly Diagnostic[],
  options: RunOptions,
  context: EngineScope,
  hooks: ApplyHooks,
  pinned?: Pinned,
): Promise<ApplyResult> {
  const store = await openStore(loaded.configuration, context);
  return underLock(store, 'apply', options, context, hooks.onWait, async ({ lock, context: inner }) => {
    const request = {
      loaded,
      store,
      purpose: 'plan',
      options,
      found,
      ...(pinned === undefined ? {} : { checkState: pinned.checkState }),
    } as const;
    const looked = await observe(request, inner);
    if (looked.observation === undefined) return { status: 'error', diagnostics: looked.diagnostics };
    try {
      return await applyObserved({ loaded, store, lock, hooks, pinned }, looked.observation, inner);
    } finally {
      await looked.observation.close();
    }
  });
}

/** What an apply works with. */
interface Workplace {
  readonly loaded: Loaded;
  readonly store: StateStore;
  readonly lock: Lock | undefined;
  readonly hooks: ApplyHooks;
  readonly pinned: Pinned | undefined;
}

async function applyObserved(
  place: Workplace,
  observation: Observation,
  context: EngineScope,
): Promise<ApplyResult> {
  const { hooks, pinned } = place;
  const { plan } = observation;
  const status = statusOf(plan);
  if (status !== 'ok') return { status, diagnostics: plan.diagnostics, plan };
  const changed = pinned?.checkPlan(plan) ?? [];
  if (hasErrors(changed)) return { status: 'error', diagnostics: [...plan.diagnostics, ...changed] };
  if (plan.changes.length > 0 && !(await hooks.approve(plan))) {
    return { status: 'error', diagnostics: plan.diagnostics, plan, declined: true };
  }
  const writer = await openWriter({
    ...place,
    observation,
    context,
    ...(pinned === undefined ? {} : { planId: pinned.id }),
  });
  // Before any system: bindings and the key are kept, and a state that can't be written is found out now.
  if (plan.changes.length > 0) await writer.save();
  const { outcomes, unsaved } = await carryOut(place, observation, writer, context);
  const summary = summarize(plan, outcomes);
  const isWhole = summary.failed === 0 && summary.skipped === 0 && unsaved.length === 0;
  return {
    status: isWhole && !hasErrors(plan.diagnostics) ? 'ok' : 'error',
    diagnostics: [...plan.diagnostics, ...unsaved],
    plan,
    outcomes,
    summary,
  };
}

/**
 * Walks the plan, and saves the state after every batch. Where that fails nothing new is begun; it is tried once more at the
 * end, and then the state is kept in a file.
 */
async function carryOut(
  { loaded, hooks }: Workplace,
  { plan, desired, sessions }: Observation,
  writer: Writer,
  context: EngineScope,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly unsaved: readonly Diagnostic[] }> {
  const stop = new AbortController();
  const outcomes = await runChanges({
    changes: plan.changes,
    desired,
    applierOf: (provider) => {
      const session = sessions.get(provider);
      return (
        session && {
          apply: (...given) => timed(context, `${provider}: apply`, () => session.apply(...given)),
        }
      );
    },
    isTransactional: (provider) => loaded.definitions.get(provider)?.transactional === true,
    onOutcome: (outcome) => {
      writer.take(outcome);
      hooks.onOutcome(outcome);
    },
    checkpoint: async () => {
      const isKept = (await problemsOf(writer.save())).length === 0;
      if (!isKept) stop.abort();
      return isKept;
    },
    signal: AbortSignal.any([context.signal, stop.signal]),
  });
  writer.confirm();
  const problems = await problemsOf(writer.save());
  const unsaved = problems.length === 0 ? [] : await rescueState(writer.next(), problems, context);
  return { outcomes, unsaved };
}

/** What a write of the state ended with. */
async function problemsOf(saving: Promise<void>): Promise<readonly Diagnostic[]> {
  try {
    await saving;
    return [];
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}

function summarize(plan: Plan, outcomes: readonly Outcome[]): ApplySummary {
  const statuses = new Map(outcomes.map((outcome) => [outcome.address, outcome.status]));
  const count = (...actions: readonly string[]): number =>
    plan.changes.filter(
      (change) => actions.includes(change.action) && statuses.get(change.address) === 'done',
    ).length;
  return {
    added: count('create', 'replace'),
    changed: count('update'),
    destroyed: count('delete', 'replace'),
    imported: count('import'),
    forgotten: count('forget'),
    failed: outcomes.filter((outcome) => outcome.status === 'failed').length,
    skipped: outcomes.filter((outcome) => outcome.status === 'skipped').length,
  };
}
