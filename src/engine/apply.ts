import { hasErrors } from '../model/index.js';
import type { DesiredResource, Diagnostic, Outcome, Plan, StateData } from '../model/index.js';
import { READ_ONLY, checkActors, checkWritable, makePlan } from '../plan/index.js';
import type { LockInfo } from '../state/index.js';
import { carryOut, summarize } from './carry-out.js';
import type { ApplySummary } from './carry-out.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { withLockedStore } from './locking.js';
import type { LockedStore } from './locking.js';
import { noStateNote } from './no-state.js';
import { planInput, statusOf } from './plan-input.js';
import { refresh } from './refresh/index.js';
import type { RefreshRequest, RefreshResult } from './refresh/index.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { openWriter } from './writer.js';

/** What became of an apply. */
export interface ApplyResult extends RunResult {
  readonly plan?: Plan;
  /** Whether the plan was not approved. */
  readonly declined?: boolean;
  /** In plan order; absent where nothing was begun. */
  readonly outcomes?: readonly Outcome[];
  readonly summary?: ApplySummary;
}

/** How the caller takes part in an apply. */
export interface ApplyHooks {
  /** Shown a sound plan that has changes; the answer decides. */
  readonly approve: (plan: Plan) => Promise<boolean>;
  /** Called for each change as soon as its end is known. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Called once where another run holds the lock and this one waits. */
  readonly onWait: (holder: LockInfo) => void;
}

/** The saved plan that an apply must carry out. */
export interface PinnedPlan {
  readonly id: string;
  /** What stands against it, given the state as it is stored. */
  readonly checkState: (stored: StateData | undefined) => readonly Diagnostic[];
  /** What stands against it, given the plan as it would be now. */
  readonly checkPlan: (fresh: Plan, desired: ReadonlyMap<string, DesiredResource>) => readonly Diagnostic[];
}

/** What to apply. */
export interface ApplyRequest {
  readonly loaded: Loaded;
  /** Problems of the configuration. */
  readonly diagnostics: readonly Diagnostic[];
  readonly options: RunOptions;
  readonly hooks: ApplyHooks;
  /** Absent: what is planned now. */
  readonly pinned?: PinnedPlan;
}

/**
 * Plans, asks for approval, and carries the plan out: under the state's lock from the plan to the end, and with what was done kept
 * after every batch.
 */
export async function apply(
  options: RunOptions,
  context: RunContext,
  hooks: ApplyHooks,
): Promise<ApplyResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) return { status: 'error', diagnostics };
  return applyLoaded({ loaded, diagnostics, options, hooks }, scope);
}

/** As `apply`, from a configuration that was read already. */
export function applyLoaded(request: ApplyRequest, scope: EngineScope): Promise<ApplyResult> {
  const { loaded, diagnostics, options, hooks, pinned } = request;
  const locking = { operation: 'apply', options, onWait: hooks.onWait };
  return withLockedStore(loaded, locking, scope, (locked) => {
    const refreshRequest: RefreshRequest = {
      loaded,
      store: locked.store,
      valuesAreRead: 'always',
      keyUse: 'write',
      options,
      diagnostics,
      checkState: pinned?.checkState ?? noStateNote(locked.store),
    };
    return refresh<ApplyResult>(refreshRequest, locked.scope, {
      onBlocked: (problems) => ({ status: 'error', diagnostics: problems }),
      onRefreshed: (refreshed) => {
        const plan = makePlan(planInput(refreshRequest, refreshed, locked.scope));
        return applyPlanned(plan, refreshed, request, locked);
      },
    });
  });
}

/** Carries out a plan, where it is sound, pinned where it must be, and approved. */
async function applyPlanned(
  plan: Plan,
  refreshed: RefreshResult,
  { loaded, hooks, pinned }: ApplyRequest,
  locked: LockedStore,
): Promise<ApplyResult> {
  const status = statusOf(plan);
  if (status !== 'ok') return { status, diagnostics: plan.diagnostics, plan };
  const obstacles = checkWritable(plan.changes, refreshed.systems.actual, 'error');
  if (hasErrors(obstacles)) {
    const diagnostics = [...plan.diagnostics.filter(({ code }) => code !== READ_ONLY), ...obstacles];
    return { status: 'error', diagnostics, plan: { ...plan, diagnostics } };
  }
  const differences = [
    ...(pinned?.checkPlan(plan, refreshed.desired) ?? []),
    ...checkActors(plan, loaded.kinds, refreshed.desired),
  ];
  if (hasErrors(differences)) return { status: 'error', diagnostics: [...plan.diagnostics, ...differences] };
  if (plan.changes.length > 0 && !(await hooks.approve(plan))) {
    return { status: 'error', diagnostics: plan.diagnostics, plan, declined: true };
  }
  const writer = await openWriter({ loaded, plan, refreshed, planId: pinned?.id }, locked);
  // Before any system is written to: intents and bindings are kept, and a state that cannot be written is found out now.
  if (plan.changes.length > 0) await writer.save();
  const { outcomes, unsaved } = await carryOut(
    { plan, refreshed, definitions: loaded.definitions, onOutcome: hooks.onOutcome },
    writer,
    locked.scope,
  );
  const summary = summarize(plan, outcomes);
  const isComplete = summary.failed === 0 && summary.skipped === 0 && unsaved.length === 0;
  return {
    status: isComplete ? 'ok' : 'error',
    diagnostics: [...plan.diagnostics, ...unsaved],
    plan,
    outcomes,
    summary,
  };
}
