import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { replaceFile } from '../files/write.js';
import { errorCode, problem, problemError } from '../model/index.js';
import type { Configuration, Diagnostic, DiagnosticError } from '../model/index.js';
import type { OpenedPlan, SavedPlan, Seal, Sealed } from '../plan/plan-file.js';
import { findKey, makeKeyFile } from '../values/index.js';
import type { EngineScope } from './run-scope.js';
import { keyFileOf } from './store.js';

/**
 * Reads a saved plan. Its seal is not checked yet: until then nothing in it may decide anything.
 * @throws DiagnosticError where the file cannot be read, is not a plan, or is of a newer format
 */
export async function readPlanFile(file: string, { cwd }: EngineScope): Promise<OpenedPlan> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw fileProblem(`The saved plan ${file} cannot be read (${codeOf(error)}).`, 'Check the path.');
  }
  const { openPlanFile } = await import('../plan/plan-file.js');
  return openPlanFile(text, file);
}

/**
 * Writes a saved plan, whole or not at all, for its owner alone (mode 0600).
 * @throws DiagnosticError where it cannot be written
 */
export async function writePlanFile(
  file: string,
  saved: SavedPlan,
  seal: Seal | undefined,
  { cwd }: EngineScope,
): Promise<void> {
  const { encodePlanFile } = await import('../plan/plan-file.js');
  try {
    await replaceFile(resolve(cwd, file), encodePlanFile(saved, seal));
  } catch (error) {
    throw fileProblem(
      `The plan cannot be written to ${file} (${codeOf(error)}).`,
      'Check the path and its permissions.',
    );
  }
}

/** Makes the key file beside a local state, where the stack has no key yet. */
export async function ensureKey(configuration: Configuration, scope: EngineScope): Promise<void> {
  const keyFile = keyFileOf(configuration, scope);
  if (keyFile !== undefined && (await findKey(scope, keyFile)) === undefined) await makeKeyFile(keyFile);
}

/**
 * How a stack seals its plans; `undefined` where it has no key.
 * @param configuration absent where it is not sound: then the key of the environment alone counts
 */
export async function sealOf(
  configuration: Configuration | undefined,
  scope: EngineScope,
): Promise<Seal | undefined> {
  const keyFile = configuration && keyFileOf(configuration, scope);
  const fingerprint = await (await findKey(scope, keyFile))?.open();
  // Every field's domain has a `#`, so this one is no field's.
  return fingerprint && ((text) => fingerprint('saved plan', text));
}

export const UNSEALED = problem({
  severity: 'warning',
  code: 'unsealed-plan',
  summary: 'There is no key: nobody can tell whether the saved plan was changed, or a value was after it.',
  next: 'Set SECRETS_KEY to a long random text, the same for plan and apply: openssl rand -base64 32',
  detail: 'Without it the plan is applied and shown only with --allow-unsealed.',
});

export const NO_KEY = problem({
  code: 'no-key',
  summary: 'The plan was made with a key, and there is none here.',
  next: 'Set SECRETS_KEY as it was for the plan.',
});

/** What the seal of a plan says against showing or applying it. */
export function sealProblems(
  sealed: Sealed,
  { hasKey, isAllowed }: { readonly hasKey: boolean; readonly isAllowed: boolean },
): readonly Diagnostic[] {
  if (sealed === 'intact') return [];
  if (sealed === 'no-key') return [NO_KEY];
  const summary = hasKey
    ? 'The saved plan has no seal, though there is a key: it was made without a key, or the seal was removed.'
    : 'The saved plan has no seal, so nobody can tell whether it is as it was written.';
  if (isAllowed) return [problem({ severity: 'warning', code: 'unsealed-plan', summary })];
  return [
    problem({
      code: 'unsealed-plan',
      summary,
      next: 'Set SECRETS_KEY and make a new plan, or accept this one as it is: --allow-unsealed',
      detail: 'Anyone who could write the file may have changed it.',
    }),
  ];
}

function fileProblem(summary: string, next: string): DiagnosticError {
  return problemError({ code: 'plan-file', summary, next });
}

function codeOf(error: unknown): string {
  return errorCode(error) ?? 'unknown error';
}
