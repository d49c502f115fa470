import { PLAN_FORMAT, problemError, safePlan } from '../model/index.js';
import type { Change, DiagnosticError, Plan } from '../model/index.js';
import type { MaxDeletes } from './limits.js';
import { validate } from './plan-file.generated.js';

/** The flags that a plan was made with, and is applied with. */
export interface SavedScope {
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly rotates?: readonly string[];
  readonly accepts?: readonly string[];
  readonly maxDeletes?: MaxDeletes;
}

/** A plan as `plan --out` saves it. */
export interface SavedPlan {
  /** Unique: a plan is applied once. */
  readonly id: string;
  readonly toolVersion: string;
  /** The files of the configuration, as given by `-f`; empty for the default names. */
  readonly files: readonly string[];
  readonly scope: SavedScope;
  /** Without diagnostics: a plan that is refused is not saved. */
  readonly plan: Plan;
}

/** Makes the message authentication code of a text, under the key of this stack. */
export type Seal = (text: string) => string;

/** Whether a saved plan is known to be unmodified. */
export type Sealed =
  /** The seal matches. */
  | 'intact'
  /** It has no seal: it was made without a key, or somebody removed the seal. */
  | 'unsealed'
  /** It was made with a key, and there is none here to check it with. */
  | 'no-key';

/**
 * The text of a saved plan.
 * @param seal absent where there is no key: then modifications cannot be detected
 */
export function encodePlanFile(saved: SavedPlan, seal: Seal | undefined): string {
  const plan = safePlan(saved.plan);
  const { id, toolVersion, files, scope } = saved;
  const body = { document: 'saved-plan', format: PLAN_FORMAT, id, toolVersion, files, scope, plan };
  const sealed = seal === undefined ? body : { ...body, mac: seal(JSON.stringify(body)) };
  return `${JSON.stringify(sealed)}\n`;
}

/** The schema is also that of what is printed, which has no fingerprints. */
type SavedChange = Omit<Change, 'fingerprints'> & Partial<Pick<Change, 'fingerprints'>>;

/** A saved plan whose seal is not checked yet. */
export interface OpenedPlan {
  readonly saved: SavedPlan;
  /**
   * Checks the seal.
   * @param seal absent where there is no key
   * @throws DiagnosticError where the file was modified, or sealed with another key
   */
  readonly checkSeal: (seal: Seal | undefined) => Sealed;
}

/**
 * Reads a saved plan.
 * @param name the file's name, for messages
 * @throws DiagnosticError where it is not a plan, or of another format
 */
export function openPlanFile(text: string, name: string): OpenedPlan {
  const document = parsePlan(text, name);
  if (!validate(document)) {
    const violation = validate.errors?.[0];
    const where = violation?.instancePath === '' ? 'at its top' : `at ${violation?.instancePath ?? '?'}`;
    throw notAPlan(`The saved plan ${name} is damaged ${where}.`);
  }
  const { id, toolVersion, files, scope, plan } = document as unknown as Omit<SavedPlan, 'plan'> & {
    readonly plan: Omit<Plan, 'diagnostics' | 'changes'> & { readonly changes: readonly SavedChange[] };
  };
  const changes = plan.changes.map((change): Change => ({
    ...change,
    fingerprints: change.fingerprints ?? {},
  }));
  return {
    saved: { id, toolVersion, files, scope, plan: { ...plan, changes, diagnostics: [] } },
    checkSeal: (seal) => checkSeal(document, name, seal),
  };
}

/** The document of a saved plan, of a format that this version supports. */
function parsePlan(text: string, name: string): Partial<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw notAPlan(`The file ${name} is not a saved plan: it is not valid JSON.`);
  }
  const document: Partial<Record<string, unknown>> = isObject(json) ? json : {};
  if (document['document'] !== 'saved-plan') throw notAPlan(`The file ${name} is not a saved plan.`);
  const { format } = document;
  if (typeof format === 'number' && format > PLAN_FORMAT) {
    throw problemError({
      code: 'newer-plan',
      summary: `The saved plan ${name} has format ${format}; this version supports format ${PLAN_FORMAT}.`,
      next: 'A newer version of `secrets` made it: apply it with that version, or make a new plan with this one.',
    });
  }
  if (typeof format === 'number' && format < PLAN_FORMAT) {
    throw problemError({
      code: 'old-plan',
      summary: `The saved plan ${name} has format ${format}, of an older version; this version supports format ${PLAN_FORMAT}.`,
      next: 'Plan again with this version: secrets plan --out FILE',
    });
  }
  return document;
}

function checkSeal(document: Partial<Record<string, unknown>>, name: string, seal: Seal | undefined): Sealed {
  const { mac, ...body } = document;
  if (mac === undefined) return 'unsealed';
  if (seal === undefined) return 'no-key';
  if (mac === seal(JSON.stringify(body))) return 'intact';
  throw problemError({
    code: 'tampered-plan',
    summary: `The saved plan ${name} was modified after it was written, or made with another key.`,
    next: 'Do not apply it. Find out who could write that file, and make a new plan.',
  });
}

/** The file is not a saved plan that this version can read. */
function notAPlan(summary: string): DiagnosticError {
  return problemError({ code: 'no-plan', summary, next: 'Make a plan: secrets plan --out FILE' });
}

function isObject(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
