import { problem } from '../../model/index.js';
import type { ConfiguredResource, DesiredField, Diagnostic } from '../../model/index.js';
import { companionProblems, valueProblems } from './duckdb-option-values.js';
import type { OptionText } from './duckdb-option-values.js';

type Fields = Readonly<Record<string, DesiredField>>;

const PREFIX = 'options.';

/** The options among some fields, by name. */
function textsOf(fields: Fields): ReadonlyMap<string, OptionText> {
  return new Map(
    Object.entries(fields).flatMap(([path, field]) => {
      if (path !== 'scope' && !path.startsWith(PREFIX)) return [];
      const isText = field.kind === 'plain' && typeof field.value === 'string';
      return [[path.replace(PREFIX, ''), isText ? field.value : null] as const];
    }),
  );
}

function scopesOf({ scope }: Fields): readonly string[] {
  const value = scope?.kind === 'plain' ? scope.value : undefined;
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/**
 * What of a secret of DuckDB can never work: texts of options, and options that miss their companions.
 * @param inherited the fields of the server that a mapping is on: what is wrong there is reported there
 * @param whole whether it is a whole secret, and not a server whose mappings have the rest
 */
export function auditOptionValues(
  { address, range, fields }: ConfiguredResource,
  type: string,
  { inherited = {}, whole }: { readonly inherited?: Fields; readonly whole: boolean },
): readonly Diagnostic[] {
  const options = textsOf({ ...inherited, ...fields });
  const found = [
    ...valueProblems(type, options),
    // Several scopes are a list: the first that is wrong is enough.
    ...scopesOf(fields)
      .flatMap((scope) => valueProblems(type, new Map(options).set('scope', scope)))
      .filter(({ option }) => option === 'scope')
      .slice(0, 1),
    ...(whole ? companionProblems(type, options) : []),
  ];
  return found.flatMap(({ option, words }) => {
    const field = fields[PREFIX + option] ?? fields[option];
    return field === undefined ? [] : [problem({ ...words, address, at: field.range ?? range })];
  });
}
