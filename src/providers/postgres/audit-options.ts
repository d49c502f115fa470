import { nearestWords, problem } from '../../model/index.js';
import type { ConfiguredResource, DesiredField, Diagnostic, SourceRange } from '../../model/index.js';
import { findOptionSet, isKnownOption, optionSets, secretTypes } from '../sdk/duckdb-options.js';
import type { OptionSet, Place } from '../sdk/duckdb-options.js';
import { kinds } from './kinds.js';
import { isMapText } from './text.js';

/** A server as the checks see it; its mappings are checked against it too. */
export interface ServerShape {
  readonly address: string;
  /** As written; empty where the configuration has no plain text. */
  readonly type: string;
  readonly provider?: string;
  /** False where the provider comes from a value source, and is not known yet. */
  readonly providerIsKnown: boolean;
  readonly unchecked: boolean;
  readonly fields: Readonly<Record<string, DesiredField>>;
}

/** What is wrong with a resource, at a field of it or at the whole. */
type Report = (
  words: Pick<Diagnostic, 'code' | 'summary' | 'next'> & Partial<Pick<Diagnostic, 'severity'>>,
  range?: SourceRange,
  related?: { readonly message: string; readonly at: SourceRange },
) => void;

const PREFIX = 'options.';

/**
 * Checks the options of a server, or of a user mapping on it, against the table. Where credentials may be written, the names of
 * options and booleans are checked where the configuration is read.
 */
export function auditOptions(
  resource: ConfiguredResource,
  server: ServerShape,
  place: Place,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const report: Report = (words, range = resource.range, related) => {
    found.push(problem({ address: resource.address, at: range, related: related && [related], ...words }));
  };
  const own = resource.fields['options.provider'];
  const ownProvider = own?.kind === 'plain' && typeof own.value === 'string' ? own.value : undefined;
  const provider = ownProvider ?? server.provider;
  const isKnown = server.providerIsKnown && (own === undefined || ownProvider !== undefined);
  const set = isKnown ? auditType({ server, provider, place, resource, report }) : undefined;
  for (const [path, field] of Object.entries(resource.fields)) {
    if (!path.startsWith(PREFIX)) continue;
    const check = { name: path.slice(PREFIX.length), field, server, provider, set, place, report };
    auditDuplicate(check);
    auditShown(check, resource.address);
    if (auditKnown(check)) auditMap(check);
  }
  if (!server.unchecked) auditRequired(resource, set, place, report);
  return found;
}

function auditRequired(
  { fields }: ConfiguredResource,
  set: OptionSet | undefined,
  place: Place,
  report: Report,
): void {
  for (const { name, place: where } of set?.required ?? []) {
    if (where !== place || fields[PREFIX + name] !== undefined) continue;
    const isMapping = place === 'mapping';
    report({
      code: 'missing-option',
      summary: `A ${isMapping ? 'user mapping of a ' : ''}${set?.type ?? ''} server needs the option ${name}.`,
      next: isMapping ? `Add ${name} with a value source.` : `Add ${name} to its options.`,
    });
  }
}

/** A credential that DuckDB does not hide, for everyone who may use DuckDB. */
function auditShown({ name, set, place, report, field }: OptionCheck, address: string): void {
  if (place !== 'mapping' || kinds.mustParse(address).member !== 'public') return;
  const rule = set?.options.find((option) => option.name === name);
  if (rule?.sensitive !== true || !rule.shown) return;
  report(
    {
      severity: 'warning',
      code: 'shown-to-everyone',
      summary: `DuckDB does not hide ${name} of ${set?.type ?? ''} in duckdb_secrets(), and a mapping of public shows it there to every role that may use DuckDB.`,
      next: 'Give it to named roles.',
    },
    field.range,
  );
}

interface TypeCheck {
  readonly server: ServerShape;
  readonly provider: string | undefined;
  readonly place: Place;
  readonly resource: ConfiguredResource;
  readonly report: Report;
}

/** Finds the row of the table; reports once, at the server, what the table does not have. */
function auditType({ server, provider, place, resource, report }: TypeCheck): OptionSet | undefined {
  const set = findOptionSet(server.type, provider);
  if (set !== undefined || server.type === '' || server.unchecked) return set;
  const type = server.type.toLowerCase();
  if (!secretTypes.includes(type)) {
    if (place === 'mapping') return undefined;
    report(
      {
        severity: 'warning',
        code: 'unknown-secret-type',
        summary: `Unknown secret type ${JSON.stringify(server.type)}.`,
        next: uncheckedUnless(nearestWords(type, secretTypes)[0]),
      },
      resource.fields['type']?.range,
    );
    return undefined;
  }
  const field = resource.fields['options.provider'];
  if (field === undefined || (field.kind === 'plain' && field.value === '')) return undefined;
  const known = optionSets
    .filter((optionSet) => optionSet.type === type)
    .map((optionSet) => optionSet.provider);
  report(
    {
      severity: 'warning',
      code: 'unknown-secret-provider',
      summary: `The secret type ${type} is not known to have a provider ${JSON.stringify(provider)}.`,
      next: uncheckedUnless(nearestWords(provider ?? '', known)[0], `Known: ${known.join(', ')}. `),
    },
    field.range,
  );
  return undefined;
}

/** The next step for a word that the table lacks. */
function uncheckedUnless(near: string | undefined, otherwise = ''): string {
  const suggestion = near === undefined ? otherwise : `Did you mean ${near}? `;
  return `${suggestion}If DuckDB has it, add "options_unchecked: true".`;
}

interface OptionCheck extends Pick<TypeCheck, 'server' | 'provider' | 'place' | 'report'> {
  readonly name: string;
  readonly field: DesiredField;
  readonly set: OptionSet | undefined;
}

/** An option in the server and in a mapping: DuckDB refuses it, or uses that of the mapping without a word. */
function auditDuplicate({ name, field, server, place, report }: OptionCheck): void {
  const other = place === 'mapping' ? server.fields[PREFIX + name] : undefined;
  if (other === undefined) return;
  const isSilent = name === 'scope' || name === 'provider';
  report(
    {
      severity: isSilent ? 'warning' : 'error',
      code: 'option-in-both-places',
      summary: isSilent
        ? `The option ${name} is set in the server and in the mapping, which wins.`
        : `The option ${name} is set in the server and in the mapping, which DuckDB refuses.`,
      next: 'Keep one of them.',
    },
    field.range,
    other.range && { message: 'in the server', at: other.range },
  );
}

/** Reports an option that the row of the table does not have; gives whether it may be checked further. */
function auditKnown({ name, field, server, provider, set, report }: OptionCheck): boolean {
  if (set === undefined || set.options.some((option) => option.name === name)) return true;
  // Whoever switched the table off knows better; what Postgres Pro AXE's function leaves empty sets nothing.
  if (server.unchecked || (field.kind === 'plain' && field.value === '')) return true;
  const of = `secret type ${set.type} with ${provider === undefined ? `its default provider ${set.provider}` : `provider ${set.provider}`}`;
  if (name === 'validation') {
    report(
      {
        code: 'option-not-accepted',
        summary: 'The option validation is accepted with the provider credential_chain only.',
        next: 'Remove it, or add "provider: credential_chain".',
      },
      field.range,
    );
    return false;
  }
  const known = set.options.map((option) => option.name);
  // An option of another row was tried with a measured row, and refused; one that no row has may be newer than the table.
  if (set.measured && isKnownOption(name)) {
    report(
      {
        code: 'option-not-accepted',
        summary: `The ${of} has no option ${name}.`,
        next: otherProvider(name, set) ?? `Remove it; accepted are ${known.join(', ')}.`,
      },
      field.range,
    );
    return false;
  }
  report(
    {
      severity: 'warning',
      code: 'unknown-option',
      summary: `The ${of} is not known to have an option ${name}.`,
      next: uncheckedUnless(nearestWords(name, known)[0]),
    },
    field.range,
  );
  return true;
}

/** Which provider of the same type would take an option. */
function otherProvider(name: string, set: OptionSet): string | undefined {
  const other = optionSets.find(
    (optionSet) => optionSet.type === set.type && optionSet.options.some((option) => option.name === name),
  );
  return other && `Remove it, or add "provider: ${other.provider}", which has that option.`;
}

/** Plain text of an option that takes a map. */
function auditMap({ name, field, server, set, report }: OptionCheck): void {
  if (server.unchecked) return;
  const dataType = set?.options.find((option) => option.name === name)?.dataType;
  if (dataType !== 'map' || field.kind !== 'plain' || typeof field.value !== 'string') return;
  if (isMapText(field.value)) return;
  report(
    {
      code: 'not-a-map',
      summary: `The option ${name} takes a map, written "{key=value}".`,
      next: 'Write it as "{name=value}".',
    },
    field.range,
  );
}
