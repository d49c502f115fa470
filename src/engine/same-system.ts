import { groupBy } from '../model/index.js';
import type { Configuration, Diagnostic, Kinds } from '../model/index.js';
import { objectKey, twoAddresses } from '../plan/index.js';
import type { ProviderDefinition } from '../providers/sdk/index.js';
import type { EngineScope } from './run-scope.js';

/**
 * Finds resources that are the same object, as far as that can be told without asking a system: two providers lead to one system, and
 * both have a resource of one name.
 */
export async function sameObjects(
  { providers, resources }: Configuration,
  definitions: ReadonlyMap<string, ProviderDefinition>,
  kinds: Kinds,
  { env }: EngineScope,
): Promise<readonly Diagnostic[]> {
  const systems = new Map<string, string>();
  for (const settings of [...groupBy(providers, ({ type }) => type).values()].filter(isSeveral).flat()) {
    const key = await definitions.get(settings.name)?.sameSystem?.(settings, env);
    if (key !== undefined) systems.set(settings.name, `${settings.type} ${key}`);
  }
  const shared = new Set(
    [...groupBy(systems, ([, key]) => key)].filter(([, all]) => isSeveral(all)).map(([key]) => key),
  );
  const claims = resources.flatMap(({ address: text, range }) => {
    const address = kinds.mustParse(text);
    const id = systems.get(address.provider) ?? '';
    if (!shared.has(id)) return [];
    const object = objectKey({ type: '', id }, address.kind, address);
    return [{ address: text, object, system: 'one system', range, isConfigured: true }];
  });
  return twoAddresses(claims, kinds);
}

function isSeveral({ length }: readonly unknown[]): boolean {
  return length > 1;
}
