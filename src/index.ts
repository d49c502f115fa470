/*
 * The library: the verbs of the command line for programs. A verb takes options (start from DEFAULT_OPTIONS) and a context (start from
 * defaultContext(): working directory, environment, signal, clock, progress) and returns data. Nothing is printed, the process is left
 * alone, and two runs share nothing. Errors are DiagnosticErrors: each of their diagnostics says what is wrong, where, and what to do.
 */

// Context and options of every verb.
export { DEFAULT_OPTIONS, defaultContext } from './engine/index.js';
export type { RunContext, RunOptions, RunResult, RunStatus } from './engine/index.js';

// What the configuration says.
export { graph, validate } from './engine/index.js';
export type { GraphResult, ValidateResult } from './engine/index.js';

// Compare, and make it so.
export { apply, applyPlan, drift, plan, planTo, showPlan } from './engine/index.js';
export type {
  ApplyHooks,
  ApplyResult,
  ApplySummary,
  DriftResult,
  PlanResult,
  SavedPlanResult,
  ShowResult,
} from './engine/index.js';

// Objects that exist, and values.
export { getValues, importResource, pull } from './engine/index.js';
export type { GetResult, PullResult } from './engine/index.js';

// The state.
export {
  stateMove,
  statePull,
  statePush,
  stateRead,
  stateRebind,
  stateRecord,
  stateRemove,
  stateUnlock,
} from './engine/index.js';
export type {
  RebindHooks,
  Rebinding,
  StateChange,
  StateChangeResult,
  StateHooks,
  StateOptions,
  StateReadResult,
} from './engine/index.js';

// Errors and addresses.
export { DiagnosticError, formatAddress, hasErrors } from './model/index.js';

// Extensions: more providers, value sources and state backends, given as `extensions` of the context.
export { UnreachableError, withExtensions } from './engine/index.js';
export type {
  BackendDefinition,
  Extensions,
  ProviderDefinition,
  Session,
  SessionContext,
  SourceDefinition,
} from './engine/index.js';

// What options, results and extensions are made of.
export type * from './model/index.js';
