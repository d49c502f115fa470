import { plain, sensitive, own } from '../../model/index.js';
import type { ActualResource, DesiredResource, Field, RunScope, StateRecord } from '../../model/index.js';
import type { Stamp } from './files.js';
import { isKnownOf } from '../sdk/duckdb-option-names.js';
import { SHOWN_BUT_SENSITIVE } from '../sdk/duckdb-options.js';
import { DEFAULT_SCOPES } from './names.js';
import type { Stored } from './stored.js';

/** What is wanted and remembered of one secret: the fields that count. */
export interface Known {
  readonly desired?: DesiredResource | undefined;
  readonly record?: StateRecord | undefined;
}

/**
 * Turns a stored secret into a resource.
 * @param wrap wraps its values; absent where they are not needed
 */
export function toResource(
  address: string,
  stamp: Stamp,
  stored: Stored | undefined,
  known: Known,
  wrap?: RunScope['sensitive'],
): ActualResource {
  const base = { address, id: stamp.id, version: stamp.version };
  if (stored === undefined) {
    return { ...base, fields: { type: hidden(UNREADABLE), options: hidden(UNREADABLE) } };
  }
  const wanted = pathsOf(known);
  const fields: Record<string, Field> = { type: plain(stored.type) };
  if (wanted.has('scope') || !isDefaultScope(stored)) fields['scope'] = scopeField(stored.scope);
  // DuckDB does not store the default provider; nor is it wanted by its name.
  if (stored.provider !== 'config') fields['options.provider'] = plain(stored.provider);
  if (stored.options === undefined) return { ...base, fields: { ...fields, options: hidden(AMBIGUOUS) } };
  Object.assign(fields, optionFields(stored, wanted, known, wrap));
  if (stored.provider !== 'config') {
    // Options that tell a provider where to find credentials are not stored; they are unchanged as long as the file is.
    for (const path of wanted) {
      if (!path.startsWith('options.') || fields[path] !== undefined) continue;
      fields[path] = { kind: 'hidden', reason: 'DuckDB does not keep this option', unchanged: true };
    }
  }
  return { ...base, fields };
}

const UNREADABLE = 'DuckDB cannot read the file of this secret';
const AMBIGUOUS = 'DuckDB prints the options of this secret as one ambiguous text';

function hidden(reason: string): Field {
  return { kind: 'hidden', reason };
}

/** The options of a stored secret, without those that DuckDB added and nobody wants. */
function optionFields(
  stored: Stored,
  wanted: ReadonlySet<string>,
  known: Known,
  wrap: RunScope['sensitive'] | undefined,
): Readonly<Record<string, Field>> {
  const secret = sensitivePaths(known);
  const fields: Record<string, Field> = {};
  for (const [name, { text, redacted }] of stored.options ?? []) {
    const path = `options.${name}`;
    if (isMadeByDuckdb(name, stored) && !wanted.has(path)) continue;
    const isOpen = known.desired?.fields[path]?.kind === 'plain' || isKnownOf(stored.type, name);
    const isSensitive = redacted || secret.has(path) || SHOWN_BUT_SENSITIVE.includes(name) || !isOpen;
    if (!isSensitive) fields[path] = plain(asWanted(text, known.desired?.fields[path]));
    else fields[path] = wrap === undefined ? hidden('the value was not read') : sensitive(wrap(text));
  }
  return fields;
}

/** DuckDB writes booleans as `true` or `false`; where another word for the same is wanted and could not be tried out, they are equal. */
function asWanted(text: string, wanted: Field | undefined): string {
  const word = wanted?.kind === 'plain' && typeof wanted.value === 'string' ? wanted.value : '';
  const same = text === 'true' ? /^(true|t|yes|y|1)$/i : text === 'false' ? /^(false|f|no|n|0)$/i : undefined;
  return same?.test(word) === true ? word : text;
}

/** What DuckDB stores of its own accord: what it needs to refresh a secret, and what any provider but `config` found. */
function isMadeByDuckdb(name: string, { provider, options }: Stored): boolean {
  return provider !== 'config' || (name === 'refresh_info' && options?.has('refresh') === true);
}

function isDefaultScope({ type, scope }: Stored): boolean {
  const usual = own(DEFAULT_SCOPES, type);
  // The default of an unknown type is not known, so its scope counts only where the configuration names it.
  return (
    usual === undefined ||
    scope.length === 0 ||
    (scope.length === usual.length && scope.every((prefix, at) => prefix === usual[at]))
  );
}

/** One scope as a text, several as a list. */
export function scopeField(scope: readonly string[]): Field {
  const [first, ...others] = scope;
  return plain(first !== undefined && others.length === 0 ? first : [...scope]);
}

function pathsOf({ desired, record }: Known): ReadonlySet<string> {
  return new Set([
    ...Object.keys(desired?.fields ?? {}),
    ...Object.keys(record?.fields ?? {}),
    ...(record?.sensitiveFields ?? []),
  ]);
}

function sensitivePaths({ desired, record }: Known): ReadonlySet<string> {
  const fields = Object.entries(desired?.fields ?? {});
  return new Set([
    ...fields.filter(([, field]) => field.kind !== 'plain').map(([path]) => path),
    ...(record?.sensitiveFields ?? []),
  ]);
}
