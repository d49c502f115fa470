import type { ConfiguredResource, AuthoritativeList } from '../../model/index.js';
import { defined, formatAddress } from '../../model/index.js';
import { rangeOf } from '../../model/source-text.js';
import { child, textOf } from '../../model/tree.js';
import type { Entry } from '../../model/tree.js';
import type { BuildContext } from './context.js';
import { providersOf } from './context.js';
import { partLifecycle, readLifecycle } from './lifecycle.js';
import { readGrants, readShareRules } from './shares.js';
import type { Grants, ShareRule } from './shares.js';
import { readField, referencesOf } from './values.js';
import type { FieldReader, SecretIndex } from './values.js';

/** The addresses of all secrets by name; a name whose providers are unclear has none. */
export function indexSecrets(context: BuildContext): SecretIndex {
  return new Map(
    [...context.merged.secrets.values()].map((entry) => [
      entry.key,
      providersOf(context, 'secrets', entry).names.map((provider) => secretAddress(provider, entry.key)),
    ]),
  );
}

const secretAddress = (provider: string, name: string): string =>
  formatAddress({ kind: 'secret', provider, name });

/** What `secrets:` and `shares:` give. */
export interface BuiltSecrets {
  readonly resources: readonly ConfiguredResource[];
  readonly authoritative: readonly AuthoritativeList[];
}

/** Builds the secrets with their shares: one of each in each of their providers. */
export function buildSecrets(reader: FieldReader): BuiltSecrets {
  const { context } = reader;
  const rules = readShareRules(context);
  const resources: ConfiguredResource[] = [];
  const authoritative: AuthoritativeList[] = [];
  for (const entry of context.merged.secrets.values()) {
    const { names, problems } = providersOf(context, 'secrets', entry);
    context.problems.push(...problems);
    const own = readGrants(context, entry.value);
    const base = readSecret(reader, entry);
    for (const provider of names) {
      const address = secretAddress(provider, entry.key);
      resources.push({ ...base, address });
      const { grants, managed } = grantsFor(entry, provider, own, rules);
      if (managed) authoritative.push({ kind: 'share', provider, parent: address });
      for (const [member, { role, at }] of grants) {
        resources.push({
          address: formatAddress({ kind: 'share', provider, name: entry.key, member }),
          dependsOn: [address],
          lifecycle: partLifecycle(base.lifecycle),
          fields: { role: { kind: 'plain', value: role, range: rangeOf(at) } },
          range: rangeOf(at),
        });
      }
    }
  }
  return { resources, authoritative };
}

/** All grants on a secret: its own, and what the patterns add; the greater role counts. */
function grantsFor(
  entry: Entry,
  provider: string,
  own: Grants,
  rules: readonly ShareRule[],
): { readonly grants: Grants; readonly managed: boolean } {
  const matching = rules.filter((rule) => rule.matches(provider, entry.key));
  const grants: Grants = new Map(own);
  for (const rule of matching) {
    for (const [who, grant] of rule.grants) {
      const before = grants.get(who);
      if (before === undefined || (before.role === 'Reader' && grant.role === 'Owner'))
        grants.set(who, grant);
    }
  }
  const named = child(entry.value, 'owners') ?? child(entry.value, 'readers');
  return { grants, managed: named !== undefined || matching.length > 0 };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The milliseconds of an age such as `90d`; `undefined` where it is none. */
function parseAge(text: string): number | undefined {
  const [, digits, unit] = /^([1-9][0-9]{0,5})([smhdw])$/.exec(text) ?? [];
  const factor = UNIT_MS[unit ?? ''];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** A secret without its address: the same for each provider. */
function readSecret(reader: FieldReader, entry: Entry): Omit<ConfiguredResource, 'address'> {
  const node = entry.value;
  const valueNode = child(node, 'value');
  const value = valueNode && readField(reader, valueNode);
  const fields = value === undefined ? {} : { value };
  const self = textOf(child(node, 'self'));
  const minOwners = child(node, 'min_owners');
  const maxAge = parseAge(textOf(child(child(node, 'rotation'), 'max_age')) ?? '');
  return {
    dependsOn: referencesOf(fields),
    lifecycle: readLifecycle(node),
    fields,
    range: rangeOf(entry.keyAt),
    ...(self === undefined ? {} : { self: self === 'drop' ? 'drop' : 'keep' }),
    ...(minOwners?.kind === 'scalar' ? { minOwners: Number(minOwners.value) } : {}),
    ...defined({ maxAgeMs: maxAge }),
  };
}
