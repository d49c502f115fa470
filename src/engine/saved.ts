import { randomUUID } from 'node:crypto';
import { DiagnosticError, defined, problemError } from '../model/index.js';
import type { Diagnostic, Plan } from '../model/index.js';
import type { SavedPlan, Sealed } from '../plan/plan-file.js';
import { applyLoaded } from './apply.js';
import type { ApplyHooks, ApplyResult, PinnedPlan } from './apply.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { planLoaded } from './plan.js';
import type { PlanResult } from './plan.js';
import { NO_KEY, UNCHECKED, UNSEALED, ensureKey, readPlanFile, sealOf, writePlanFile } from './plan-file.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';

/** What came of saving a plan. */
export interface SavedPlanResult extends PlanResult {
  /** Whether it was written: a plan that is refused, or for which a system was not reached, is not. */
  readonly saved: boolean;
}

/**
 * Plans, and keeps the plan in a file (mode 0600), sealed under the stack's key. Makes the key file beside a local state where
 * there is no key yet: without one neither the values nor the file could be pinned.
 * @throws DiagnosticError where the file cannot be written
 */
export async function planTo(
  file: string,
  options: RunOptions,
  context: RunContext,
): Promise<SavedPlanResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) return { status: 'error', diagnostics, saved: false };
  await ensureKey(loaded.configuration, scope);
  const result = await planLoaded(loaded, diagnostics, options, scope);
  if (result.plan === undefined || result.status !== 'ok') return { ...result, saved: false };
  const seal = await sealOf(loaded.configuration, scope);
  await writePlanFile(file, savedPlan(result.plan, options, scope), seal, scope);
  const warnings = seal === undefined ? [UNSEALED] : [];
  return { ...result, diagnostics: [...result.diagnostics, ...warnings], saved: true };
}

function savedPlan(plan: Plan, options: RunOptions, { toolVersion }: EngineScope): SavedPlan {
  const { files, targets, excludes, rotates, maxDeletes } = options;
  const scope = { targets, excludes, ...defined({ rotates, maxDeletes }) };
  return { id: randomUUID(), toolVersion, files, scope, plan };
}

/** A saved plan, read to be shown. */
export interface ShowResult extends RunResult {
  readonly plan?: Plan;
}

/**
 * Reads a saved plan, to be shown.
 * @param files where the configuration is, if not where the plan says
 * @throws DiagnosticError where the file is not a plan, or was modified
 */
export async function showPlan(
  file: string,
  files: readonly string[],
  context: RunContext,
): Promise<ShowResult> {
  const { saved, sealed } = await openSaved(file, files, openScope(context));
  const warnings = sealed === 'intact' ? [] : [sealed === 'unsealed' ? UNSEALED : UNCHECKED];
  return { status: 'ok', plan: saved.plan, diagnostics: warnings };
}

/**
 * Carries out a saved plan: what was approved, and nothing else. Plans again from the systems as they are now; any difference is
 * refused, object by object, before anything is written.
 * @param options its scope and its files are those of the plan, unless it names files
 * @throws DiagnosticError where the file is not a plan, was modified, or is of a newer format
 */
export async function applyPlan(
  file: string,
  options: RunOptions,
  context: RunContext,
  { onPlan, ...hooks }: Omit<ApplyHooks, 'approve'> & { readonly onPlan: (plan: Plan) => void },
): Promise<ApplyResult> {
  const scope = openScope(context);
  const { saved, sealed, loaded, diagnostics } = await openSaved(file, options.files, scope);
  if (sealed === 'no-key') throw new DiagnosticError([NO_KEY]);
  if (loaded === undefined) return { status: 'error', diagnostics };
  checkStack(saved, loaded);
  const approve = (plan: Plan): Promise<boolean> => {
    onPlan(plan);
    return Promise.resolve(true);
  };
  return applyLoaded(
    {
      loaded,
      diagnostics: sealed === 'intact' ? diagnostics : [...diagnostics, UNSEALED],
      options: { ...options, ...saved.scope },
      hooks: { ...hooks, approve },
      pinned: await pin(saved, loaded),
    },
    scope,
  );
}

/** A saved plan with its seal checked, and the configuration that it is for. */
interface Saved {
  readonly saved: SavedPlan;
  readonly sealed: Sealed;
  /** Absent where the configuration is not sound. */
  readonly loaded: Loaded | undefined;
  /** Problems of the configuration. */
  readonly diagnostics: readonly Diagnostic[];
}

async function openSaved(file: string, files: readonly string[], scope: EngineScope): Promise<Saved> {
  const { saved, checkSeal } = await readPlanFile(file, scope);
  const { loaded, diagnostics } = await load(files.length > 0 ? files : saved.files, scope);
  const sealed = checkSeal(await sealOf(loaded?.configuration, scope));
  return { saved, sealed, loaded, diagnostics };
}

async function pin(saved: SavedPlan, { configuration }: Loaded): Promise<PinnedPlan> {
  const { checkPinned, comparePinned } = await import('../plan/pinned.js');
  return {
    id: saved.id,
    checkState: (stored) => checkPinned(saved, stored, configuration.digest),
    checkPlan: (fresh) => comparePinned(saved, fresh),
  };
}

function checkStack({ plan }: SavedPlan, { configuration }: Loaded): void {
  if (configuration.stack === plan.stack) return;
  throw problemError({
    code: 'plan-other-stack',
    summary: `This plan is for the stack ${plan.stack}; the configuration here is for ${configuration.stack}.`,
    next: 'Apply it with the configuration that was planned.',
  });
}
