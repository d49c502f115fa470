import type { ProviderDefinition } from '../providers/sdk/index.js';

/**
 * The provider list: the one place that names the providers. Each is loaded when a configuration uses it, so that nobody
 * waits for a driver that they don't need.
 */
const PROVIDERS: Readonly<Record<string, () => Promise<ProviderDefinition>>> = {
  singlestore: async () => (await import('../providers/singlestore/index.js')).singlestore,
  duckdb: async () => (await import('../providers/duckdb/index.js')).duckdb,
  postgres: async () => (await import('../providers/postgres/index.js')).postgres,
};

/**
 * Loads the providers of some types.
 * @param types as in `type:` of the configuration, which has been checked to name known ones
 * @throws Error for a type that nobody provides
 */
export async function loadProviders(
  types: readonly string[],
): Promise<ReadonlyMap<string, ProviderDefinition>> {
  const distinct = [...new Set(types)];
  const loaded = await Promise.all(
    distinct.map(async (type) => {
      const load = PROVIDERS[type];
      if (load === undefined) throw new Error(`no provider of the type ${type}`);
      return [type, await load()] as const;
    }),
  );
  return new Map(loaded);
}
