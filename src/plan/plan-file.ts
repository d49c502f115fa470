import { DiagnosticError, PLAN_FORMAT, safePlan } from '../model/index.js';
import type { Plan } from '../model/index.js';
import type { MaxDeletes } from './limits.js';
import { validate } from './plan-file.generated.js';

/** What a plan is about, as its flags had it: applied with the same ones. */
export interface SavedScope {
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly rotates?: readonly string[];
  readonly maxDeletes?: MaxDeletes;
}

/** A plan as `plan --out` keeps it. */
export interface SavedPlan {
  /** Made once: a plan is applied once. */
  readonly id: string;
  readonly toolVersion: string;
  /** Where the configuration is, as `-f` had it; empty for the files of the usual names. */
  readonly files: readonly string[];
  readonly scope: SavedScope;
  /** Without diagnostics: a plan that is refused is not kept. */
  readonly plan: Plan;
}

/** Makes the message authentication code of a text, under the key of this stack. */
export type Seal = (text: string) => string;

/** Whether anybody can tell that a saved plan was changed. */
export type Sealed =
  /** It is as it was written. */
  | 'intact'
  /** It was made without a key, and there is none now. */
  | 'unsealed'
  /** It was made under a key, and there is none here to check it with. */
  | 'no-key';

/**
 * The text of a saved plan.
 * @param seal absent where there is no key: then nobody can tell whether it was changed
 */
export function encodePlanFile(saved: SavedPlan, seal: Seal | undefined): string {
  const plan = safePlan(saved.plan);
  const { id, toolVersion, files, scope } = saved;
  const body = { document: 'saved-plan', format: PLAN_FORMAT, id, toolVersion, files, scope, plan };
  const sealed = seal === undefined ? body : { ...body, mac: seal(JSON.stringify(body)) };
  return `${JSON.stringify(sealed)}\n`;
}

/**
 * Reads a saved plan.
 * @param name the file's name, for messages
 * @throws DiagnosticError where it is none, of a newer format, or not as it was written
 */
export function decodePlanFile(
  text: string,
  name: string,
  seal: Seal | undefined,
): { readonly saved: SavedPlan; readonly sealed: Sealed } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse('no-plan', `The file ${name} is no saved plan: it is not whole JSON.`, MAKE_ONE);
  }
  const document: Partial<Record<string, unknown>> = isObject(json) ? json : {};
  if (document['document'] !== 'saved-plan') {
    throw refuse('no-plan', `The file ${name} is no saved plan.`, MAKE_ONE);
  }
  const { format } = document;
  if (typeof format === 'number' && format > PLAN_FORMAT) {
    throw refuse(
      'newer-plan',
      `The saved plan ${name} has format ${format}; this program knows format ${PLAN_FORMAT}.`,
      'A newer `secrets` made it: apply it with that one, or make a new plan with this one.',
    );
  }
  // The key first: what was tampered with may look like anything.
  const sealed = checkSeal(document, name, seal);
  if (!validate(json)) {
    const problem = validate.errors?.[0];
    const where = problem?.instancePath === '' ? 'at its top' : `at ${problem?.instancePath ?? '?'}`;
    throw refuse('no-plan', `The saved plan ${name} is damaged ${where}.`, MAKE_ONE);
  }
  const { id, toolVersion, files, scope, plan } = json as Omit<SavedPlan, 'plan'> & {
    readonly plan: Omit<Plan, 'diagnostics'>;
  };
  return { saved: { id, toolVersion, files, scope, plan: { ...plan, diagnostics: [] } }, sealed };
}

function checkSeal(document: Partial<Record<string, unknown>>, name: string, seal: Seal | undefined): Sealed {
  const { mac, ...body } = document;
  if (seal === undefined) return mac === undefined ? 'unsealed' : 'no-key';
  if (mac === seal(JSON.stringify(body))) return 'intact';
  throw refuse(
    'tampered-plan',
    mac === undefined
      ? `The saved plan ${name} carries no seal, though there is a key: it was made without one, or somebody took it off.`
      : `The saved plan ${name} is not as it was written, or was made under another key.`,
    'Do not apply it. Find out who could write that file, and make a new plan.',
  );
}

const MAKE_ONE = 'Make one: secrets plan --out FILE';

function refuse(code: string, summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code, summary, next }]);
}

function isObject(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
