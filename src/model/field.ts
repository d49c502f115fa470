import type { Sensitive } from './sensitive.js';

/** Plain data, as YAML and JSON have it. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/**
 * One field of a resource as far as it is known: `plain` may be shown, `sensitive` may only be compared, `hidden` is
 * there but cannot be read as the current role (unknown, which is not the same as empty).
 */
export type Field =
  | { readonly kind: 'plain'; readonly value: Plain }
  | { readonly kind: 'sensitive'; readonly value: Sensitive }
  | {
      readonly kind: 'hidden';
      readonly reason: string;
      /** The system vouches that it is as we last left it, so nobody needs to be told that it was not read. */
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

/** JSON with sorted keys: one text for one value. */
export function canonicalJson(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map((item: Plain) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
