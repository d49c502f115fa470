import type { DesiredField, Field } from '../model/index.js';

/** The text of a plain setting; numbers and booleans as they are written. `undefined` for anything else. */
export function fieldText(field: Field | DesiredField | undefined): string | undefined {
  if (field?.kind !== 'plain') return undefined;
  const { value } = field;
  return typeof value === 'object' ? undefined : String(value);
}
