import { groupBy } from '../../model/index.js';
import { releaseTables, setsOf } from './duckdb-options/releases.js';
import type { OptionType, RecordedSet } from './duckdb-options/table.js';

/** Where an option may be: `server` in the server or in a mapping; `mapping` (sensitive) in a mapping alone. */
export type Place = 'server' | 'mapping';

/** One option of one secret type and provider. */
interface OptionRule {
  readonly name: string;
  readonly place: Place;
  readonly sensitive: boolean;
  /** Whether `duckdb_secrets()` shows its value to everyone who has the secret. */
  readonly shown: boolean;
  readonly dataType: OptionType;
}

/** The options of one secret type with one provider. */
export interface OptionSet {
  readonly type: string;
  /** DuckDB's provider of the secret (`config`, `credential_chain`), as in the option `provider`. */
  readonly provider: string;
  /** Whether it holds where no provider is named. */
  readonly isDefault: boolean;
  /** Whether every release that has it was asked or read: what it lacks is wrong. */
  readonly measured: boolean;
  /** The extension that has it; absent where every build has it. */
  readonly extension: string | undefined;
  readonly options: readonly OptionRule[];
  /** Options that a secret of it cannot do without, and where they must be. */
  readonly required: readonly { readonly name: string; readonly place: Place }[];
}

/** Options that DuckDB shows in clear though they carry credentials (DuckDB wrapper contract). */
export const SHOWN_BUT_SENSITIVE: readonly string[] = [
  'http_proxy_password',
  'extra_http_headers',
  'refresh_info',
  'scram_client_key',
  'scram_server_key',
  'metadata_path',
  'metadata_parameters',
  'data_path',
];

/**
 * The server of such a secret is checked alone, without its mappings, so what is not a credential must be there (DuckDB wrapper
 * contract, cases md.mapping_unknown and type.rds_*).
 */
const REQUIRED: Readonly<Record<string, OptionSet['required']>> = {
  'motherduck/config': [{ name: 'token', place: 'mapping' }],
  'rds/credential_chain': ['chain', 'rds_user', 'rds_host', 'rds_port', 'region'].map((name) => ({
    name,
    place: 'server',
  })),
};

const keyOf = ({ type, provider }: Pick<RecordedSet, 'type' | 'provider'>): string => `${type}/${provider}`;

/** Scope and provider go with every type. */
const COMMON: readonly OptionRule[] = ['scope', 'provider'].map((name) => ({
  name,
  place: 'server',
  sensitive: false,
  shown: true,
  dataType: 'text',
}));

/** What is known of one option over the releases: hidden only where all of them hide it, sensitive where one of them does. */
function ruleOf(name: string, sets: readonly RecordedSet[]): OptionRule {
  const having = sets.filter(({ options }) => options[name] !== undefined);
  const redacted = having.filter((set) => set.redacted.includes(name)).length;
  const sensitive = redacted > 0 || SHOWN_BUT_SENSITIVE.includes(name);
  return {
    name,
    place: sensitive ? 'mapping' : 'server',
    sensitive,
    shown: redacted < having.length,
    dataType: having.at(-1)?.options[name] ?? 'text',
  };
}

/** The sets of several releases as one: what any of them accepts. */
function merge(sets: readonly RecordedSet[], unread: ReadonlySet<string>): readonly OptionSet[] {
  const merged = [...groupBy(sets, keyOf).values()].flatMap((group): OptionSet[] => {
    const newest = group.at(-1);
    if (newest === undefined) return [];
    const { type, provider, isDefault, extension } = newest;
    const names = new Set(group.flatMap(({ options }) => Object.keys(options)));
    return [
      {
        type,
        provider,
        isDefault,
        measured: !unread.has(type),
        extension,
        options: [...[...names].map((name) => ruleOf(name, group)), ...COMMON],
        required: REQUIRED[keyOf(newest)] ?? [],
      },
    ];
  });
  // The default provider of a type comes first.
  return merged.sort((a, b) => (a.type === b.type ? Number(b.isDefault) - Number(a.isDefault) : 0));
}

/** What any release accepts: one entry for each secret type and provider. SCOPE and PROVIDER go with every type. */
export const optionSets: readonly OptionSet[] = merge(
  releaseTables.flatMap(setsOf),
  new Set(releaseTables.flatMap(({ unread }) => unread.map(({ type }) => type))),
);

/** Every secret type that the table knows, in lower case. */
export const secretTypes: readonly string[] = [...new Set(optionSets.map((optionSet) => optionSet.type))];

/** Options that take true or false, whatever the type. */
export const BOOLEAN_OPTIONS: readonly string[] = [
  ...new Set(
    optionSets.flatMap(({ options }) =>
      options.filter(({ dataType }) => dataType === 'boolean').map(({ name }) => name),
    ),
  ),
];

/** The options of a type (any case) with a provider; with the default provider where none is named, or an empty text. */
export function findOptionSet(type: string, provider: string | undefined): OptionSet | undefined {
  return findIn(optionSets, type, provider);
}

function findIn(
  sets: readonly OptionSet[],
  type: string,
  provider: string | undefined,
): OptionSet | undefined {
  const ofType = sets.filter((optionSet) => optionSet.type === type.toLowerCase());
  return ofType.find((optionSet) =>
    provider === undefined || provider === ''
      ? optionSet.isDefault
      : optionSet.provider === provider.toLowerCase(),
  );
}

/** Whether any type knows an option of this name. */
export function isKnownOption(name: string): boolean {
  return optionSets.some((optionSet) => optionSet.options.some((option) => option.name === name));
}

/**
 * Whether an option is sensitive for a type: for the given provider where the table knows it, else for any provider of the
 * type, and for an unknown type where any type keeps an option of that name in the mapping.
 */
export function isSensitiveOption(type: string, provider: string | undefined, name: string): boolean {
  const exact = findOptionSet(type, provider)?.options.find((option) => option.name === name);
  if (exact !== undefined) return exact.sensitive;
  const ofType = optionSets.filter((optionSet) => optionSet.type === type.toLowerCase());
  return (ofType.length > 0 ? ofType : optionSets).some(({ options }) =>
    options.some((option) => option.name === name && option.sensitive),
  );
}

/** What one release line of DuckDB accepts. */
export interface Release {
  /** `1.5`. */
  readonly name: string;
  /** The options of a type with a provider; `undefined` where nothing is known of them in this release. */
  find(type: string, provider: string | undefined): OptionSet | undefined;
}

/** The release lines that have a table, oldest first. */
export const releases: readonly Release[] = releaseTables.map((table) => {
  const sets = merge(setsOf(table), new Set());
  return { name: table.release, find: (type, provider) => findIn(sets, type, provider) };
});

/** The release line of a version of DuckDB (`v1.5.4`, `1.5`); `undefined` where it has no table. */
export function releaseOf(version: string): Release | undefined {
  const line = /^v?(\d+\.\d+)(?:\.|-|$)/.exec(version)?.[1];
  return releases.find(({ name }) => name === line);
}
