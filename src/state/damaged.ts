import { problemError } from '../model/index.js';
import type { DiagnosticError } from '../model/index.js';

/** An object of JSON. */
export interface Json {
  readonly [key: string]: unknown;
}

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error for a state that is not what a run of this program wrote. */
export function damaged(location: string, what: string): DiagnosticError {
  return problemError({
    code: 'damaged-state',
    summary: `The state ${location} is damaged: ${what}.`,
    next: 'Nothing was changed. Restore an earlier one: a local state keeps `<file>.backup`; else from your own backup.',
  });
}

/** Whether it is an object whose values are texts. */
export function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  if (!isObject(value)) return false;
  for (const key in value) if (typeof value[key] !== 'string') return false;
  return true;
}
