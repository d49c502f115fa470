import { optionSets, secretTypes } from '../src/providers/postgres/options.js';

/** One option of a secret type, whatever the provider: as the language and its schema need it. */
export interface TypeOption {
  readonly name: string;
  readonly sensitive: boolean;
  readonly dataType: 'text' | 'boolean' | 'map';
}

/** The options of one secret type, over all its providers: sensitive where any of them says so. */
export function optionsOfType(type: string): readonly TypeOption[] {
  const options = new Map<string, TypeOption>();
  for (const set of optionSets.filter((optionSet) => optionSet.type === type)) {
    for (const { name, sensitive, dataType } of set.options) {
      const isSensitive = sensitive || options.get(name)?.sensitive === true;
      options.set(name, { name, sensitive: isSensitive, dataType });
    }
  }
  return [...options.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The providers of a secret type, the default one first. */
export function providersOfType(type: string): readonly string[] {
  return optionSets.filter((optionSet) => optionSet.type === type).map((optionSet) => optionSet.provider);
}

/** The table as a module of `src/providers/sdk`, which must not import a provider. Text of TypeScript, to be formatted. */
export function optionModule(): string {
  const names = (type: string, sensitive: boolean): readonly string[] =>
    optionsOfType(type)
      .filter((one) => one.sensitive === sensitive)
      .map((one) => one.name);
  const table = Object.fromEntries(
    secretTypes.map((type) => [type, { open: names(type, false), sensitive: names(type, true) }]),
  );
  const booleans = new Set(
    secretTypes.flatMap((type) =>
      optionsOfType(type)
        .filter((one) => one.dataType === 'boolean')
        .map((one) => one.name),
    ),
  );
  return `// Made by schemas/generate.ts from src/providers/postgres/options.ts: do not edit.

/** The options of each secret type of DuckDB: which may stand in the open, and which are credentials. */
export const OPTION_TABLE: Readonly<
  Record<string, { readonly open: readonly string[]; readonly sensitive: readonly string[] }>
> = ${JSON.stringify(table)};

/** Options that take true or false, whatever the type. */
export const BOOLEAN_OPTIONS: readonly string[] = ${JSON.stringify([...booleans].sort())};
`;
}
