import { compareText, fieldText, groupBy } from '../../../model/index.js';
import type { DesiredResource } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import { wireText } from '../text.js';
import type { FoundMapping, FoundServer, Preflight } from './document.js';
import { indexFound } from './found.js';
import type { Found } from './found.js';

/** A secret that DuckDB is asked to create, and the resource that it is about. */
export interface Question {
  readonly type: string;
  readonly provider: string | undefined;
  /** Plain options with their values, sensitive ones with a placeholder. */
  readonly options: Options;
  readonly about: DesiredResource;
}

type Options = ReadonlyMap<string, string>;

/** Replaces sensitive values: DuckDB is asked about names and shapes, never about values. */
export const PLACEHOLDER = 'x';

/**
 * What DuckDB is asked of the servers and mappings that a configuration wants: each server alone, as the wrapper checks it, and with each
 * of its mappings; nothing that the database has already, and nothing twice. MotherDuck is not a secret of DuckDB there.
 */
export function questionsOf(desired: readonly DesiredResource[], preflight: Preflight): readonly Question[] {
  const mappings = groupBy(
    desired.filter(({ address }) => kinds.mustParse(address).kind === 'user_mapping'),
    ({ address }) => kinds.parentOf(address),
  );
  const found = indexFound(preflight);
  return distinct(
    desired.flatMap((server) => questionsOfServer(server, mappings.get(server.address) ?? [], found)),
  );
}

function questionsOfServer(
  server: DesiredResource,
  mappings: readonly DesiredResource[],
  found: Found,
): readonly Question[] {
  const { kind, name } = kinds.mustParse(server.address);
  if (kind !== 'duckdb_server' || server.optionsUnchecked === true) return [];
  const type = fieldText(server.fields['type']) ?? '';
  if (type === 'motherduck') return [];
  const own = optionsOf(server);
  const isSame = isSameServer(found.server(name), type, own);
  const ask = (about: DesiredResource, mapping: Options): Question => {
    const options = new Map([...own, ...mapping]);
    return { type, provider: options.get('provider'), options, about };
  };
  const alone = isSame ? [] : [ask(server, new Map())];
  const mapped = mappings.flatMap((about) => {
    const { member } = kinds.mustParse(about.address);
    const options = optionsOf(about);
    const before = found.mapping(name, member);
    return isSame && isSameMapping(before, options) ? [] : [ask(about, options)];
  });
  return [...alone, ...mapped];
}

/** Questions without duplicates. */
function distinct(questions: readonly Question[]): readonly Question[] {
  const byContent = new Map<string, Question>();
  for (const question of questions) {
    const options = [...question.options].sort(([a], [b]) => compareText(a, b));
    const key = JSON.stringify([question.type, options]);
    if (!byContent.has(key)) byContent.set(key, question);
  }
  return [...byContent.values()];
}

function isSameServer(found: FoundServer | undefined, type: string, options: Options): boolean {
  return (
    found?.type?.toLowerCase() === type &&
    Object.keys(found.options).length === options.size &&
    [...options].every(([key, value]) => found.options[key] === value)
  );
}

/** A mapping whose options are hidden was checked when it was created. */
function isSameMapping(found: FoundMapping | undefined, options: Options): boolean {
  if (found === undefined) return false;
  if (found.options === null) return true;
  return found.options.length === options.size && found.options.every((option) => options.has(option));
}

function optionsOf(resource: DesiredResource): Options {
  return new Map(
    Object.entries(resource.fields).flatMap(([path, field]) => {
      if (!path.startsWith('options.')) return [];
      const text = field.kind === 'plain' ? wireText(field) : PLACEHOLDER;
      return text === undefined ? [] : [[path.slice('options.'.length), text] as const];
    }),
  );
}
