import { compareText } from '../../model/index.js';
import { BOOLEAN_OPTIONS, optionSets, secretTypes } from './duckdb-options.js';
import type { OptionSet } from './duckdb-options.js';

/** One option of a secret type, whatever the provider. */
export type TypeOption = Pick<OptionSet['options'][number], 'name' | 'sensitive' | 'dataType'>;

const setsOf = (type: string): readonly OptionSet[] => optionSets.filter((set) => set.type === type);

/** The options of each secret type over all its providers: sensitive where any of them says so. */
const BY_TYPE: ReadonlyMap<string, ReadonlyMap<string, TypeOption>> = new Map(
  secretTypes.map((type) => {
    const options = new Map<string, TypeOption>();
    for (const { name, sensitive, dataType } of setsOf(type).flatMap((set) => set.options)) {
      options.set(name, { name, sensitive: sensitive || options.get(name)?.sensitive === true, dataType });
    }
    return [type, options];
  }),
);

/** The options of one secret type over all its providers, by name. */
export function optionsOfType(type: string): readonly TypeOption[] {
  return [...(BY_TYPE.get(type)?.values() ?? [])].sort((option, other) =>
    compareText(option.name, other.name),
  );
}

/** The providers of a secret type, the default one first. */
export function providersOfType(type: string): readonly string[] {
  return setsOf(type).map(({ provider }) => provider);
}

/** Every option that is a credential in some secret type: messages never show its value. */
export const SENSITIVE_OPTIONS: readonly string[] = [
  ...new Set(
    optionSets.flatMap(({ options }) => options).flatMap((option) => (option.sensitive ? [option.name] : [])),
  ),
].sort();

/** Options whose values may be shown in the excerpt of a message; the values of all others are masked. */
export const SHOWN_OPTIONS: readonly string[] = [
  ...BOOLEAN_OPTIONS,
  'provider',
  'scope',
  'region',
  'endpoint',
  'url_style',
  'refresh',
  'chain',
  'profile',
  'validation',
  'assume_role_arn',
  'session_name',
  'account_id',
  'account_name',
  'host',
  'port',
  'database',
  'ssl_mode',
  'sslmode',
  'default_database',
];

/** Whether an option of a type (any case) takes true or false; not of an unknown type. */
export function isBooleanOption(type: string, name: string): boolean {
  return BOOLEAN_OPTIONS.includes(name) && optionOf(type, name)?.sensitive === false;
}

/**
 * Whether an option's value may be a credential. What the table says of the type counts; for an option that the type is not
 * known to have, any other type decides. Names are case-insensitive, as SQL's are.
 */
export function mayBeSensitive(type: string, name: string): boolean {
  return optionOf(type, name)?.sensitive ?? SENSITIVE_OPTIONS.includes(name.toLowerCase());
}

/** Whether the table has an option of this name for the type (any case). */
export function isKnownOf(type: string, name: string): boolean {
  return optionOf(type, name) !== undefined;
}

function optionOf(type: string, name: string): TypeOption | undefined {
  return BY_TYPE.get(type.toLowerCase())?.get(name.toLowerCase());
}
