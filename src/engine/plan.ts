import { hasErrors } from '../model/index.js';
import type { Diagnostic, Plan } from '../model/index.js';
import type { RunContext, RunOptions, RunResult, RunStatus } from './context.js';
import { load } from './load.js';
import { observe } from './observe.js';
import type { Purpose } from './observe.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { openStore } from './store.js';

/** What `plan` and `drift` found. */
export interface PlanResult extends RunResult {
  /** Absent where something is wrong before anything can be compared. */
  readonly plan?: Plan;
}

/** Compares what is wanted with what the systems hold. Changes nothing, anywhere. */
export async function plan(options: RunOptions, context: RunContext): Promise<PlanResult> {
  return planIn(options, openScope(context));
}

/** Compares what the systems hold with what was last applied. Changes nothing, anywhere. */
export async function drift(options: RunOptions, context: RunContext): Promise<PlanResult> {
  return observeOnly('drift', options, openScope(context));
}

/** As `plan`, within a run that is open already. */
export async function planIn(options: RunOptions, scope: EngineScope): Promise<PlanResult> {
  return observeOnly('plan', options, scope);
}

async function observeOnly(purpose: Purpose, options: RunOptions, context: EngineScope): Promise<PlanResult> {
  const { loaded, diagnostics: found } = await load(options.files, context);
  if (loaded === undefined) return { status: 'error', diagnostics: found };
  const store = await openStore(loaded.configuration, context);
  const { observation, diagnostics } = await observe(
    { loaded, store, purpose, options, found },
    context,
  ).finally(() => store.close());
  await observation?.close();
  if (observation === undefined) return { status: 'error', diagnostics };
  const made = observation.plan;
  if (purpose === 'plan') return { status: statusOf(made), diagnostics, plan: made };
  // What a plan refuses to mend is drift all the same: it is reported, and is no error of this run.
  const said = [...observation.found, ...made.diagnostics.filter(isNote(observation.found))];
  return { status: statusOf({ ...made, diagnostics: said }), diagnostics: said, plan: made };
}

/** What the planner only tells of: it holds for drift too. */
function isNote(before: readonly Diagnostic[]): (diagnostic: Diagnostic) => boolean {
  const said = new Set(before);
  return (diagnostic) => diagnostic.severity === 'info' && !said.has(diagnostic);
}

/** How a run that made this plan stands: a refused plan is an error; then comes what could not be seen. */
export function statusOf(made: Plan): RunStatus {
  if (hasErrors(made.diagnostics)) return 'error';
  return made.unreachable.length > 0 ? 'unreachable' : 'ok';
}
