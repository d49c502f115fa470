import type { Field, Plain } from '../../model/index.js';

/**
 * A plain value as the text of an option: numbers and booleans as they print, a map as DuckDB reads it, `{key=value}`.
 * @returns `undefined` for what has no such text: null, a list, a map with nested values or characters that DuckDB cannot parse
 */
export function optionText(value: Plain): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || Array.isArray(value)) return undefined;
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'object') return undefined;
    const text = String(item);
    if (/[{}=,'"\\]/.test(key) || /[{},'"\\]/.test(text)) return undefined;
    parts.push(`${key}=${text}`);
  }
  return `{${parts.join(', ')}}`;
}

/** A field as the text that is sent to PostgreSQL, values included; `undefined` for what is hidden or has no text. */
export function wireText(field: Field | undefined): string | undefined {
  if (field === undefined || field.kind === 'hidden') return undefined;
  return field.kind === 'sensitive' ? field.value.reveal() : optionText(field.value);
}

/** Whether the text looks like one of DuckDB's maps. */
export function isMapText(text: string): boolean {
  return /^\s*(map\s*)?\{.*\}\s*$/is.test(text);
}

/** Whether PostgreSQL can store the text: it has no NUL character and no lone surrogate. */
export function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}
