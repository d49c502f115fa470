import { compareText } from './sort.js';
import type { Sensitive } from './sensitive.js';

/** Plain data, as YAML and JSON have it. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/**
 * One field of a resource: `plain` may be shown, `sensitive` may only be compared, `hidden` exists but cannot be read by the
 * current identity (unknown, which is not the same as empty).
 */
export type Field =
  | { readonly kind: 'plain'; readonly value: Plain }
  | { readonly kind: 'sensitive'; readonly value: Sensitive }
  | {
      readonly kind: 'hidden';
      readonly reason: string;
      /** According to the system it was not changed since we last wrote it. */
      readonly unchanged?: boolean;
    };

/** Fields by path: `value`, `role`, `type`, `owner`, `options.region`. */
export type Fields = Readonly<Record<string, Field>>;

/** A plain field. */
export function plain(value: Plain): Field {
  return { kind: 'plain', value };
}

/** A sensitive field. */
export function sensitive(value: Sensitive): Field {
  return { kind: 'sensitive', value };
}

/** The text of a plain field; numbers and booleans as they are written. `undefined` for anything else. */
export function fieldText(field: Field | { readonly kind: 'source' } | undefined): string | undefined {
  if (field?.kind !== 'plain' || typeof field.value === 'object') return undefined;
  return String(field.value);
}

/** Whether two plain values are the same; the order of keys does not matter, the order of lists does. */
export function samePlain(a: Plain, b: Plain): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

/** JSON with sorted keys, the same text for equal data. Fields that are `undefined` are left out, as in JSON. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => compareText(a, b)))
      : item,
  );
}
