import type { Diagnostic, DriftReport, Plan } from '../model/index.js';
import { findDrift, makePlan } from '../plan/index.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { withStore } from './locking.js';
import { noStateNote, noStateToCompare } from './no-state.js';
import { planInput, statusOf } from './plan-input.js';
import { refresh } from './refresh/index.js';
import type { RefreshRequest } from './refresh/index.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';

/** The result of `plan`. */
export interface PlanResult extends RunResult {
  /** Absent where an error stands in the way of any comparison. */
  readonly plan?: Plan;
}

/** The result of `drift`. */
export interface DriftResult extends RunResult {
  /** Absent where an error stands in the way of any comparison. */
  readonly plan?: DriftReport;
}

/** Compares what is wanted with what the systems hold. Changes nothing, anywhere. */
export async function plan(options: RunOptions, context: RunContext): Promise<PlanResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) return { status: 'error', diagnostics };
  return planLoaded(loaded, diagnostics, options, scope);
}

/**
 * As `plan`, from a configuration that was read already.
 * @param diagnostics problems of the configuration
 * @param keyUse whether a key is made where there is none
 */
export function planLoaded(
  loaded: Loaded,
  diagnostics: readonly Diagnostic[],
  options: RunOptions,
  scope: EngineScope,
  keyUse: RefreshRequest['keyUse'] = 'compare',
): Promise<PlanResult> {
  return withStore(loaded, scope, (store) => {
    const checkState = noStateNote(store);
    const request: RefreshRequest = {
      loaded,
      store,
      valuesAreRead: 'always',
      options,
      diagnostics,
      checkState,
      keyUse,
    };
    return refresh<PlanResult>(request, scope, {
      onBlocked: blocked,
      onRefreshed: (refreshed) => {
        const made = makePlan(planInput(request, refreshed, scope));
        return Promise.resolve({ status: statusOf(made), diagnostics: made.diagnostics, plan: made });
      },
    });
  });
}

/** Compares what the systems hold with what was last applied. Changes nothing, anywhere. */
export async function drift(options: RunOptions, context: RunContext): Promise<DriftResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) return { status: 'error', diagnostics };
  return withStore(loaded, scope, (store) => {
    const request: RefreshRequest = {
      loaded,
      store,
      valuesAreRead: 'without-key',
      options,
      diagnostics,
      checkState: (stored) => (stored === undefined ? [noStateToCompare(store)] : []),
    };
    return refresh<DriftResult>(request, scope, {
      onBlocked: blocked,
      onRefreshed: (refreshed) => {
        const report = findDrift(planInput(request, refreshed, scope));
        const { diagnostics: found } = report;
        return Promise.resolve({ status: statusOf(report), diagnostics: found, plan: report });
      },
    });
  });
}

function blocked(diagnostics: readonly Diagnostic[]): RunResult {
  return { status: 'error', diagnostics };
}
