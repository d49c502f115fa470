export { apply } from './apply.js';
export type { ApplyHooks, ApplyResult, ApplySummary } from './apply.js';
export { DEFAULT_OPTIONS } from './context.js';
export type { RunContext, RunOptions, RunResult, RunStatus } from './context.js';
export { drift, plan } from './plan.js';
export type { PlanResult } from './plan.js';
export { validate } from './validate.js';
export type { ValidateResult } from './validate.js';
