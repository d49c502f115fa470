export { apply } from './apply.js';
export type { ApplyHooks, ApplyResult, ApplySummary } from './apply.js';
export { DEFAULT_OPTIONS } from './context.js';
export type { RunContext, RunOptions, RunResult, RunStatus } from './context.js';
export { builtIn, credentialVariables, withExtensions } from './extensions.js';
export type { Extensions } from './extensions.js';
export { getValues } from './get.js';
export { graph } from './graph.js';
export type { GraphResult } from './graph.js';
export type { GetResult } from './get.js';
export { importResource } from './import.js';
export { drift, plan } from './plan.js';
export type { PlanResult } from './plan.js';
export { pull } from './pull.js';
export type { PullResult } from './pull.js';
export { stateRebind } from './rebind.js';
export type { RebindHooks, Rebinding } from './rebind.js';
export { applyPlan, planTo, showPlan } from './saved.js';
export type { SavedPlanResult, ShowResult } from './saved.js';
export {
  stateMove,
  statePull,
  statePush,
  stateRead,
  stateRecord,
  stateRemove,
  stateUnlock,
} from './state.js';
export type { StateChange, StateChangeResult, StateHooks, StateOptions, StateReadResult } from './state.js';
export { validate } from './validate.js';
export type { ValidateResult } from './validate.js';
export { readStandardInput } from '../values/index.js';
