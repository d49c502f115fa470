import type { Field } from '../../model/index.js';
import { optionText } from './text.js';

/** A field as the text that PostgreSQL stores; `undefined` for what is hidden or has none. */
export function fieldText(field: Field | undefined): string | undefined {
  if (field === undefined || field.kind === 'hidden') return undefined;
  return field.kind === 'sensitive' ? field.value.reveal() : optionText(field.value);
}
