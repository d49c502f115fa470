import { plain, sensitive } from '../../model/index.js';
import type { ActualResource, DesiredResource, Field, RunScope, StateRecord } from '../../model/index.js';
import type { Stamp } from './files.js';
import { DEFAULT_SCOPES, SHOWN_BUT_SENSITIVE } from './names.js';
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
    const reason = 'not verifiable, since DuckDB cannot read the file of this secret';
    return { ...base, fields: { type: { kind: 'hidden', reason }, options: { kind: 'hidden', reason } } };
  }
  const fields: Record<string, Field> = { type: plain(stored.type) };
  const wanted = pathsOf(known);
  if (wanted.has('scope') || !isDefaultScope(stored)) fields['scope'] = scopeField(stored.scope);
  // The default provider is not written down anywhere; nor is it wanted by its name.
  if (stored.provider !== 'config') fields['options.provider'] = plain(stored.provider);
  if (stored.options === undefined) {
    fields['options'] = {
      kind: 'hidden',
      reason: 'not verifiable, since DuckDB prints the options of this secret as one ambiguous text',
    };
    return { ...base, fields };
  }
  const secret = sensitivePaths(known);
  for (const [name, { text, redacted }] of stored.options) {
    const path = `options.${name}`;
    if (isMadeByDuckdb(name, stored) && !wanted.has(path)) continue;
    const isSensitive = redacted || secret.has(path) || SHOWN_BUT_SENSITIVE.includes(name);
    fields[path] = !isSensitive
      ? plain(asWanted(text, known.desired?.fields[path]))
      : wrap !== undefined
        ? sensitive(wrap(text))
        : { kind: 'hidden', reason: 'the value was not read' };
  }
  if (stored.provider !== 'config') {
    // What a provider is given to find credentials with is not kept; it is as we left it as long as the file is.
    for (const path of wanted) {
      if (!path.startsWith('options.') || fields[path] !== undefined) continue;
      fields[path] = { kind: 'hidden', reason: 'DuckDB does not keep this option', unchanged: true };
    }
  }
  return { ...base, fields };
}

/** A boolean stands as `true` or `false`; where the file has another word for the same, and nobody could try it out, it counts. */
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
  const usual = DEFAULT_SCOPES[type];
  // Of a type that is not known here nobody can tell, so its scope counts where the configuration names it.
  return (
    usual === undefined ||
    scope.length === 0 ||
    (scope.length === usual.length && scope.every((one, at) => one === usual[at]))
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
