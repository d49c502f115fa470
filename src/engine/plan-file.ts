import { lstat, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DOCUMENT_FILE, readTextBounded } from '../files/read.js';
import { replaceFile } from '../files/write.js';
import { errorCode, problem, problemError } from '../model/index.js';
import type { Configuration, Diagnostic, DiagnosticError } from '../model/index.js';
import type { OpenedPlan, SavedPlan, Seal, Sealed } from '../plan/plan-file.js';
import { findKey } from '../values/index.js';
import type { EngineScope } from './run-scope.js';
import { keyFileOf } from './store.js';

/**
 * Reads a saved plan. Its seal is not checked yet: until then nothing in it may decide anything.
 * @throws DiagnosticError where the file cannot be read, is not a plan, or is of a newer format
 */
export async function readPlanFile(file: string, { cwd, signal }: EngineScope): Promise<OpenedPlan> {
  let text: string;
  try {
    text = await readTextBounded(resolve(cwd, file), DOCUMENT_FILE, { pipe: signal });
  } catch (error) {
    throw fileProblem(`The saved plan ${file} cannot be read (${codeOf(error)}).`, 'Check the path.');
  }
  const { openPlanFile } = await import('../plan/plan-file.js');
  return openPlanFile(text, file);
}

/** How the text of every saved plan starts, of any format. */
const START = '{"document":"saved-plan",';

/**
 * Refuses a name for a saved plan that something else has: a link, a folder, a file that is not a plan. An empty file is accepted, as
 * `mktemp` makes one.
 * @throws DiagnosticError that says what has the name
 */
export async function checkPlanPath(file: string, { cwd }: Pick<EngineScope, 'cwd'>): Promise<void> {
  const other = await whatElse(resolve(cwd, file));
  if (other === undefined) return;
  throw fileProblem(
    `The plan is not written to ${file}: there is ${other} of that name.`,
    'Name a file that does not exist yet, or an earlier saved plan.',
  );
}

/** What has a name that is neither free nor that of a saved plan or an empty file. */
async function whatElse(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return 'a link';
  if (found.isDirectory()) return 'a folder';
  if (!found.isFile()) return 'something that is not a file';
  const start = found.size === 0 ? START : await startOf(path, START.length).catch(() => '');
  return start === START ? undefined : 'a file that is not a saved plan';
}

async function startOf(path: string, length: number): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * Writes a saved plan, whole or not at all, for its owner alone (mode 0600).
 * @throws DiagnosticError where it cannot be written, or something else has the name
 */
export async function writePlanFile(
  file: string,
  saved: SavedPlan,
  seal: Seal | undefined,
  { cwd }: EngineScope,
): Promise<void> {
  const { encodePlanFile } = await import('../plan/plan-file.js');
  await checkPlanPath(file, { cwd });
  try {
    await replaceFile(resolve(cwd, file), encodePlanFile(saved, seal));
  } catch (error) {
    throw fileProblem(
      `The plan cannot be written to ${file} (${codeOf(error)}).`,
      'Check the path and its permissions.',
    );
  }
}

/**
 * How a stack seals its plans; `undefined` where it has no key.
 * @param configuration absent where it is not sound: then the key of the environment alone counts
 */
export async function sealOf(
  configuration: Configuration | undefined,
  scope: EngineScope,
): Promise<Seal | undefined> {
  const keyFile = configuration && (await keyFileOf(configuration, scope));
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
