import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DiagnosticError, defined, errorCode, hasErrors } from '../model/index.js';
import type { Diagnostic, Plan } from '../model/index.js';
import type { SavedPlan, Seal, Sealed } from '../plan/plan-file.js';
import { findKey, makeKeyFile } from '../values/index.js';
import { applyLoaded } from './apply.js';
import type { ApplyHooks, ApplyResult } from './apply.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { load } from './load.js';
import { planIn } from './plan.js';
import type { PlanResult } from './plan.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { keyFileOf } from './store.js';

/** What came of saving a plan. */
export interface SavedPlanResult extends PlanResult {
  /** Whether it was written: a plan that is refused, or that could not see everything, is not. */
  readonly saved: boolean;
}

/**
 * Plans, and keeps the plan in a file (mode 0600), sealed under the stack's key. Makes the key file beside a local state where
 * there is no key yet: without one neither the values nor the file could be pinned.
 * @throws DiagnosticError where the file cannot be written
 */
export async function planTo(file: string, options: RunOptions, given: RunContext): Promise<SavedPlanResult> {
  const context = openScope(given);
  const { loaded } = await load(options.files, context);
  const keyFile = loaded === undefined ? undefined : keyFileOf(loaded.configuration, context);
  if (keyFile !== undefined && (await findKey(context.env, keyFile)) === undefined)
    await makeKeyFile(keyFile);
  const result = await planIn(options, context);
  if (result.plan === undefined || result.status !== 'ok') return { ...result, saved: false };
  const key = await sealOf(keyFile, context);
  const saved: SavedPlan = {
    id: randomUUID(),
    toolVersion: context.toolVersion,
    files: options.files,
    scope: {
      targets: options.targets,
      excludes: options.excludes,
      ...defined({ rotates: options.rotates, maxDeletes: options.maxDeletes }),
    },
    plan: result.plan,
  };
  const { encodePlanFile } = await import('../plan/plan-file.js');
  await writeWhole(resolve(context.cwd, file), file, encodePlanFile(saved, key));
  const diagnostics = key === undefined ? [...result.diagnostics, UNSEALED] : result.diagnostics;
  return { ...result, diagnostics, saved: true };
}

/** What a saved plan says. */
export interface ShowResult extends RunResult {
  readonly plan?: Plan;
}

/**
 * Reads a saved plan, to be shown.
 * @throws DiagnosticError where it is none, or not as it was written
 */
export async function showPlan(
  file: string,
  files: readonly string[],
  context: RunContext,
): Promise<ShowResult> {
  const { saved, sealed } = await readPlan(file, files, openScope(context));
  return {
    status: 'ok',
    plan: saved.plan,
    diagnostics: sealed === 'intact' ? [] : [sealed === 'unsealed' ? UNSEALED : UNCHECKED],
  };
}

/**
 * Carries out a saved plan: what was approved, and nothing else. Plans again from what is there now; any difference is
 * refused, object by object, before anything is written.
 * @param options its scope and its files are those of the plan, unless it names files
 * @throws DiagnosticError where the file is no plan, was tampered with, or is of a newer format
 */
export async function applyPlan(
  file: string,
  options: RunOptions,
  given: RunContext,
  hooks: Omit<ApplyHooks, 'approve'> & { readonly onPlan: (plan: Plan) => void },
): Promise<ApplyResult> {
  const context = openScope(given);
  const { saved, sealed } = await readPlan(file, options.files, context);
  if (sealed === 'no-key') throw new DiagnosticError([NO_KEY]);
  const { loaded, diagnostics } = await load(filesOf(saved, options.files), context);
  if (loaded === undefined) return { status: 'error', diagnostics };
  const { checkPinned, comparePinned } = await import('../plan/pinned.js');
  const { stack, digest } = loaded.configuration;
  if (stack !== saved.plan.stack) throw new DiagnosticError([otherStack(saved.plan.stack, stack)]);
  const found = sealed === 'intact' ? diagnostics : [...diagnostics, UNSEALED];
  const pinned = {
    id: saved.id,
    checkState: (stored: Parameters<typeof checkPinned>[1]) => checkPinned(saved, stored, digest),
    checkPlan: (fresh: Plan) => comparePinned(saved, fresh),
  };
  return applyLoaded(
    loaded,
    found,
    { ...options, ...saved.scope },
    context,
    {
      ...hooks,
      approve: (made) => {
        hooks.onPlan(made);
        return Promise.resolve(true);
      },
    },
    pinned,
  );
}

function filesOf(saved: SavedPlan, files: readonly string[]): readonly string[] {
  return files.length > 0 ? files : saved.files;
}

/** Reads a saved plan, and checks its seal with the key of the stack that it is for. */
async function readPlan(
  file: string,
  files: readonly string[],
  context: EngineScope,
): Promise<{ readonly saved: SavedPlan; readonly sealed: Sealed }> {
  let text: string;
  try {
    text = await readFile(resolve(context.cwd, file), 'utf8');
  } catch (error) {
    throw fileProblem(
      `The saved plan ${file} cannot be read (${errorCode(error) ?? 'unknown error'}).`,
      'Check the path.',
    );
  }
  const { decodePlanFile } = await import('../plan/plan-file.js');
  // The key lies beside the state, which the configuration names, which the plan names: read once without it, and again.
  const unchecked = decodePlanFile(text, file, undefined);
  const seal = await sealOf(await keyFileFor(filesOf(unchecked.saved, files), context), context);
  return decodePlanFile(text, file, seal);
}

async function keyFileFor(files: readonly string[], context: EngineScope): Promise<string | undefined> {
  const key = context.env['SECRETS_KEY'] ?? '';
  if (key !== '') return undefined;
  const { loaded, diagnostics } = await load(files, context);
  // What is wrong with the configuration is said when it is needed.
  return loaded === undefined || hasErrors(diagnostics)
    ? undefined
    : keyFileOf(loaded.configuration, context);
}

async function sealOf(keyFile: string | undefined, context: EngineScope): Promise<Seal | undefined> {
  const fingerprint = (await findKey(context.env, keyFile))?.fingerprint;
  // No field's domain is without a `#`.
  return fingerprint && ((text) => fingerprint('saved plan', text));
}

/** Writes a file whole or not at all, for its owner alone. */
async function writeWhole(path: string, name: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const code = errorCode(error) ?? 'unknown error';
    throw fileProblem(
      `The plan cannot be written to ${name} (${code}).`,
      'Check the path and the rights there.',
    );
  }
}

const UNSEALED: Diagnostic = {
  severity: 'warning',
  code: 'unsealed-plan',
  summary: 'There is no key: nobody can tell whether the saved plan was changed, or a value was after it.',
  next: 'Set SECRETS_KEY to a long random text, the same for plan and apply: openssl rand -base64 32',
};

const UNCHECKED: Diagnostic = {
  severity: 'warning',
  code: 'unchecked-plan',
  summary: 'There is no key here, so nobody can tell whether the saved plan is as it was written.',
  next: 'Set SECRETS_KEY as it was for the plan.',
};

const NO_KEY: Diagnostic = {
  severity: 'error',
  code: 'no-key',
  summary: 'The plan was made under a key, and there is none here.',
  next: 'Set SECRETS_KEY as it was for the plan.',
};

function otherStack(planned: string, stack: string): Diagnostic {
  return {
    severity: 'error',
    code: 'plan-other-stack',
    summary: `This plan is for the stack ${planned}; the configuration here is that of ${stack}.`,
    next: 'Apply it with the configuration that was planned.',
  };
}

function fileProblem(summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code: 'plan-file', summary, next }]);
}
