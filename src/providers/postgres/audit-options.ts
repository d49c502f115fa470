import { defined, nearestWords } from '../../model/index.js';
import type { ConfiguredResource, DesiredField, Diagnostic, SourceRange } from '../../model/index.js';
import {
  findOptionSet,
  isKnownOption,
  isSensitiveOption,
  optionSets,
  secretTypes,
} from '../sdk/duckdb-options.js';
import type { OptionSet, Place } from '../sdk/duckdb-options.js';
import { isBooleanText, isMapText, optionText } from './text.js';

/** A server as the checks see it; its mappings are checked against it too. */
export interface ServerShape {
  readonly address: string;
  /** As written; empty where the configuration does not say it in plain text. */
  readonly type: string;
  readonly provider?: string;
  /** False where the provider comes from a value source, so that nobody knows it yet. */
  readonly providerIsKnown: boolean;
  readonly unchecked: boolean;
  readonly fields: Readonly<Record<string, DesiredField>>;
}

type Report = (
  problem: Pick<Diagnostic, 'severity' | 'code' | 'summary'> & Partial<Diagnostic>,
  range?: SourceRange,
) => void;

const PREFIX = 'options.';

/** Checks the options of a server, or of a user mapping on it, one by one. */
export function auditOptions(
  resource: ConfiguredResource,
  server: ServerShape,
  place: Place,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const report: Report = (problem, range = resource.range) => {
    found.push({ address: resource.address, ...defined({ range }), ...problem });
  };
  const own = resource.fields['options.provider'];
  const ownProvider = own?.kind === 'plain' && typeof own.value === 'string' ? own.value : undefined;
  const provider = ownProvider ?? server.provider;
  const set =
    server.providerIsKnown && (own === undefined || ownProvider !== undefined)
      ? auditType(server, provider, place, resource, report)
      : undefined;
  for (const [path, field] of Object.entries(resource.fields)) {
    if (!path.startsWith(PREFIX)) continue;
    const name = path.slice(PREFIX.length);
    auditOption({ name, field, server, provider, set, place, report });
  }
  if (place === 'mapping') {
    for (const name of set?.required ?? []) {
      if (resource.fields[PREFIX + name] === undefined) {
        report({
          severity: 'error',
          code: 'missing-option',
          summary: `A user mapping of a ${server.type} server needs the option ${name}.`,
          next: `Add ${name} with a value source.`,
        });
      }
    }
  }
  return found;
}

/** Finds the row of the table; says once, at the server, what it does not know. */
function auditType(
  server: ServerShape,
  provider: string | undefined,
  place: Place,
  resource: ConfiguredResource,
  report: Report,
): OptionSet | undefined {
  const set = findOptionSet(server.type, provider);
  if (set !== undefined || server.type === '' || server.unchecked) return set;
  const type = server.type.toLowerCase();
  if (!secretTypes.includes(type)) {
    if (place === 'mapping') return undefined;
    const near = nearestWords(type, secretTypes)[0];
    report(
      {
        severity: 'warning',
        code: 'unknown-secret-type',
        summary: `The secret type ${JSON.stringify(server.type)} is not one that is known here.`,
        next: `${near === undefined ? '' : `Write ${near}, if that is meant. `}If DuckDB has it, add "options_unchecked: true".`,
      },
      resource.fields['type']?.range,
    );
    return undefined;
  }
  const field = resource.fields['options.provider'];
  if (field === undefined) return undefined;
  const known = optionSets
    .filter((optionSet) => optionSet.type === type)
    .map((optionSet) => optionSet.provider);
  const near = nearestWords(provider ?? '', known)[0];
  report(
    {
      severity: 'warning',
      code: 'unknown-secret-provider',
      summary: `The secret type ${type} is not known to have a provider ${JSON.stringify(provider)}.`,
      next: `${near === undefined ? `Known are ${known.join(', ')}. ` : `Write ${near}, if that is meant. `}If DuckDB has it, add "options_unchecked: true".`,
    },
    field.range,
  );
  return undefined;
}

interface OptionCheck {
  readonly name: string;
  readonly field: DesiredField;
  readonly server: ServerShape;
  readonly provider: string | undefined;
  readonly set: OptionSet | undefined;
  readonly place: Place;
  readonly report: Report;
}

function auditOption(check: OptionCheck): void {
  const { name, field, server, provider, place, report } = check;
  const where = field.range;
  if (name === 'type') {
    report(
      {
        severity: 'error',
        code: 'option-type',
        summary: 'An option named type would override the type of the server.',
        next: 'Write the type once, as "type:" of the server.',
      },
      where,
    );
    return;
  }
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) {
    report(
      {
        severity: 'error',
        code: 'option-name',
        summary: `The option name ${JSON.stringify(name)} must be lower-case letters, digits and "_".`,
        detail:
          'In upper case an option escapes the check that keeps secrets out of what every role can read.',
        next: `Write ${JSON.stringify(name.toLowerCase().replace(/[^a-z0-9_]/g, '_'))}, if that is meant.`,
      },
      where,
    );
    return;
  }
  const sensitive = isSensitiveOption(server.type, provider, name);
  if (place === 'server' && sensitive) {
    report(
      {
        severity: 'error',
        code: 'sensitive-option-in-server',
        summary: `The option ${name} is sensitive, and every role can read the options of a server.`,
        next: `Move ${name} under user_mappings, with a value source such as { env: NAME }.`,
      },
      where,
    );
    return;
  }
  if (place === 'mapping' && sensitive && field.kind === 'plain') {
    report(
      {
        severity: 'error',
        code: 'plain-text-secret',
        summary: `The option ${name} is sensitive and must not stand in the file as plain text.`,
        next: 'Take it from a value source, such as { env: NAME }.',
      },
      where,
    );
  }
  auditDuplicate(check);
  if (!auditKnown(check)) return;
  auditText(check);
}

/** An option in the server and in a mapping: DuckDB refuses it, or lets the mapping win in silence. */
function auditDuplicate({ name, field, server, place, report }: OptionCheck): void {
  const other = place === 'mapping' ? server.fields[PREFIX + name] : undefined;
  if (other === undefined) return;
  const silent = name === 'scope' || name === 'provider';
  report(
    {
      severity: silent ? 'warning' : 'error',
      code: 'option-in-both-places',
      summary: silent
        ? `The option ${name} stands in the server and in the mapping, which wins.`
        : `The option ${name} stands in the server and in the mapping, which DuckDB refuses.`,
      next: 'Keep one of the two.',
      ...(other.range === undefined ? {} : { related: [{ message: 'in the server', range: other.range }] }),
    },
    field.range,
  );
}

/** Gives whether the option may be checked further. */
function auditKnown({ name, field, server, provider, set, report }: OptionCheck): boolean {
  if (set === undefined || set.options.some((option) => option.name === name)) return true;
  const of = `secret type ${set.type} with ${provider === undefined ? `its default provider ${set.provider}` : `provider ${set.provider}`}`;
  if (name === 'validation') {
    report(
      {
        severity: 'error',
        code: 'option-not-accepted',
        summary: 'The option validation is accepted with the provider credential_chain only.',
        next: 'Remove it, or add "provider: credential_chain".',
      },
      field.range,
    );
    return false;
  }
  // A word of the table that this measured row lacks was tried and refused; a word that no row has may be newer than the table.
  if (set.measured && isKnownOption(name)) {
    report(
      {
        severity: 'error',
        code: 'option-not-accepted',
        summary: `The ${of} has no option ${name}.`,
        next:
          hintFor(name, set) ??
          `Remove it; accepted are ${set.options.map((option) => option.name).join(', ')}.`,
      },
      field.range,
    );
    return false;
  }
  if (!server.unchecked) {
    const known = set.options.map((option) => option.name);
    const [near] = nearestWords(name, known);
    report(
      {
        severity: 'warning',
        code: 'unknown-option',
        summary: `The ${of} is not known to have an option ${name}.`,
        next: `${near === undefined ? '' : `Write ${near}, if that is meant. `}If DuckDB has it, add "options_unchecked: true".`,
      },
      field.range,
    );
  }
  return true;
}

/** Which provider of the same type would take the option. */
function hintFor(name: string, set: OptionSet): string | undefined {
  const other = optionSets.find(
    (optionSet) => optionSet.type === set.type && optionSet.options.some((option) => option.name === name),
  );
  return other === undefined
    ? undefined
    : `Remove it, or add "provider: ${other.provider}", which has that option.`;
}

/** The shape of a value that stands in the file. */
function auditText({ name, field, set, report }: OptionCheck): void {
  if (field.kind !== 'plain') return;
  const dataType = set?.options.find((option) => option.name === name)?.dataType ?? 'text';
  const text = optionText(field.value);
  if (text === undefined) {
    report(
      {
        severity: 'error',
        code: 'option-value',
        summary:
          name === 'scope'
            ? 'A server has one scope, written as one text.'
            : `The option ${name} takes one text, not a list or an empty value.`,
        next: name === 'scope' ? 'Write one server for each scope.' : 'Write its value as one text.',
      },
      field.range,
    );
  } else if (dataType === 'boolean' && !isBooleanText(text)) {
    report(
      {
        severity: 'error',
        code: 'not-a-boolean',
        summary: `The option ${name} takes true or false.`,
        next: 'Write true or false.',
      },
      field.range,
    );
  } else if (dataType === 'map' && !isMapText(text)) {
    report(
      {
        severity: 'error',
        code: 'not-a-map',
        summary: `The option ${name} takes a map, written "{key=value}".`,
        next: 'Write it as "{name=value}".',
      },
      field.range,
    );
  }
}
