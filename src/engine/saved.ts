import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { DiagnosticError, defined, hasErrors, problem } from '../model/index.js';
import type { Diagnostic, Plan } from '../model/index.js';
import type { SavedPlan } from '../plan/plan-file.js';
import { applyLoaded } from './apply.js';
import type { ApplyHooks, ApplyResult, PinnedPlan } from './apply.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { planLoaded } from './plan.js';
import type { PlanResult } from './plan.js';
import { UNSEALED, checkPlanPath, readPlanFile, sealOf, sealProblems, writePlanFile } from './plan-file.js';
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
  // Before any system is asked.
  await checkPlanPath(file, scope);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) return { status: 'error', diagnostics, saved: false };
  const result = await planLoaded(loaded, diagnostics, options, scope, 'make');
  if (result.plan === undefined || result.status !== 'ok') return { ...result, saved: false };
  const seal = await sealOf(loaded.configuration, scope);
  await writePlanFile(file, savedPlan(result.plan, options, scope), seal, scope);
  const warnings = seal === undefined ? [UNSEALED] : [];
  return { ...result, diagnostics: [...result.diagnostics, ...warnings], saved: true };
}

function savedPlan(plan: Plan, options: RunOptions, { toolVersion }: EngineScope): SavedPlan {
  const { files, targets, excludes, rotates, accepts, maxDeletes } = options;
  const scope = { targets, excludes, ...defined({ rotates, accepts, maxDeletes }) };
  return { id: randomUUID(), toolVersion, files, scope, plan };
}

/** A saved plan, read to be shown. */
export interface ShowResult extends RunResult {
  readonly plan?: Plan;
}

/** What a saved plan is opened with. */
type OpenOptions = Pick<RunOptions, 'files' | 'allowUnsealed'>;

/**
 * Reads a saved plan, to be shown.
 * @param options where the configuration is, beside whose state the key may be; and whether a plan without a seal is accepted
 * @throws DiagnosticError where the file is not a plan, was modified, or cannot be checked
 */
export async function showPlan(file: string, options: OpenOptions, context: RunContext): Promise<ShowResult> {
  const { saved, sealing, diagnostics } = await openSaved(file, options, openScope(context));
  // What is wrong with the configuration matters where the key was to be found through it.
  if (hasErrors(sealing)) return { status: 'error', diagnostics: [...diagnostics, ...sealing] };
  return { status: 'ok', plan: saved.plan, diagnostics: sealing };
}

/**
 * Carries out a saved plan: what was approved, and nothing else. Plans again from the systems as they are now; any difference is
 * refused, object by object, before anything is written.
 * @param options its scope is that of the plan; its files are not: the plan does not decide which configuration checks it
 * @throws DiagnosticError where the file is not a plan, was modified, or is of another format
 */
export async function applyPlan(
  file: string,
  options: RunOptions,
  context: RunContext,
  { onPlan, ...hooks }: Omit<ApplyHooks, 'approve'> & { readonly onPlan: (plan: Plan) => void },
): Promise<ApplyResult> {
  const scope = openScope(context);
  const { saved, sealing, loaded, diagnostics } = await openSaved(file, options, scope);
  if (loaded === undefined) return { status: 'error', diagnostics };
  if (hasErrors(sealing)) throw new DiagnosticError(sealing);
  const otherFiles = differentFiles(saved, options, scope);
  checkConfiguration(saved, loaded, otherFiles);
  const approve = (plan: Plan): Promise<boolean> => {
    onPlan(plan);
    return Promise.resolve(true);
  };
  return applyLoaded(
    {
      loaded,
      diagnostics: [...diagnostics, ...sealing, ...otherFiles],
      options: { ...options, ...saved.scope },
      hooks: { ...hooks, approve },
      pinned: await pin(saved, loaded),
    },
    scope,
  );
}

/** A saved plan, and the configuration that this run has. */
interface Saved {
  readonly saved: SavedPlan;
  /** What its seal says against it. */
  readonly sealing: readonly Diagnostic[];
  /** Absent where the configuration is not sound. */
  readonly loaded: Loaded | undefined;
  /** Problems of the configuration. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Opens a plan under the key of this run's own configuration, never of one that the plan names. */
async function openSaved(
  file: string,
  { files, allowUnsealed = false }: OpenOptions,
  scope: EngineScope,
): Promise<Saved> {
  const { saved, checkSeal } = await readPlanFile(file, scope);
  const { loaded, diagnostics } = await load(files, scope);
  const seal = await sealOf(loaded?.configuration, scope);
  const sealing = sealProblems(checkSeal(seal), { hasKey: seal !== undefined, isAllowed: allowUnsealed });
  const isElsewhere = loaded === undefined && files.length === 0 && saved.files.length > 0;
  return { saved, sealing, loaded, diagnostics: isElsewhere ? [...diagnostics, NO_FILES] : diagnostics };
}

const NO_FILES = problem({
  severity: 'info',
  code: 'plan-files',
  summary: 'Which configuration a saved plan is checked and applied with is not taken from the plan.',
  next: 'Give the same -f as for `secrets plan`.',
});

async function pin(saved: SavedPlan, { configuration, kinds }: Loaded): Promise<PinnedPlan> {
  const { checkPinned, comparePinned } = await import('../plan/pinned.js');
  return {
    id: saved.id,
    checkState: (stored) => checkPinned(saved, stored, configuration.digest),
    checkPlan: (fresh, desired) => comparePinned(saved, fresh, kinds, desired),
  };
}

/** Says where a plan was made from other files than this run reads. Only a plan whose seal was checked may be quoted. */
function differentFiles(
  { files: planned }: SavedPlan,
  { files }: OpenOptions,
  { cwd }: EngineScope,
): readonly Diagnostic[] {
  const absolute = (paths: readonly string[]): string =>
    paths
      .map((path) => resolve(cwd, path))
      .sort()
      .join('\0');
  if (absolute(planned) === absolute(files)) return [];
  return [
    problem({
      severity: 'info',
      code: 'plan-other-files',
      summary: `This plan was made ${filesText(planned)}; this run reads the configuration ${filesText(files)}.`,
      next: 'Give the same -f as for `secrets plan`, unless this is the same configuration.',
    }),
  ];
}

function filesText(files: readonly string[]): string {
  return files.length === 0 ? 'without -f' : `with ${files.map((file) => `-f ${file}`).join(' ')}`;
}

/** @throws DiagnosticError where the plan is for another stack, or from a configuration that is elsewhere */
function checkConfiguration(
  { plan }: SavedPlan,
  { configuration }: Loaded,
  otherFiles: readonly Diagnostic[],
): void {
  if (configuration.stack !== plan.stack) {
    throw new DiagnosticError([
      problem({
        code: 'plan-other-stack',
        summary: `This plan is for the stack ${plan.stack}; the configuration here is for ${configuration.stack}.`,
        next: 'Apply it with the configuration that was planned.',
      }),
      ...otherFiles,
    ]);
  }
}
