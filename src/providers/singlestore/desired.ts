import { child, defined, formatAddress, parseDuration, rangeOf, textOf } from '../../model/index.js';
import type { AuthoritativeList, ConfiguredResource, Entry } from '../../model/index.js';
import { partLifecycle, referencesOf } from '../sdk/desired.js';
import type { Desired, SectionReader } from '../sdk/index.js';
import { readGrants, readShareRules } from './desired-shares.js';
import type { Grants, ShareRule } from './desired-shares.js';

/** `secrets` and `shares`: secrets with their shares, one of each in each of their providers. */
export function desiredSecrets(reader: SectionReader): Desired {
  const rules = readShareRules(reader);
  const resources: ConfiguredResource[] = [];
  const authoritative: AuthoritativeList[] = [];
  for (const entry of reader.entries('secrets')) {
    const providers = reader.providersOf(entry);
    const own = readGrants(reader, entry.value);
    const secret = readSecret(reader, entry);
    // Said once, in however many providers it is so.
    let isOpen = false;
    for (const provider of providers) {
      const address = formatAddress({ kind: 'secret', provider, name: entry.key });
      resources.push({ ...secret, address });
      const { grants, isManaged } = grantsFor(entry, provider, own, rules);
      isOpen ||= !isManaged;
      if (isManaged) authoritative.push({ kind: 'share', provider, parent: address });
      for (const [member, { role, at }] of grants) {
        resources.push({
          address: formatAddress({ kind: 'share', provider, name: entry.key, member }),
          dependsOn: [address],
          lifecycle: partLifecycle(secret.lifecycle),
          fields: { role: { kind: 'plain', value: role, range: rangeOf(at) } },
          range: rangeOf(at),
        });
      }
    }
    if (secret.self === 'drop' && isOpen) refuseDrop(reader, entry);
  }
  return { resources, authoritative };
}

/** Without lists nobody else is known to be Owner, and the secret would go with its last one. */
function refuseDrop(reader: SectionReader, { value }: Entry): void {
  const self = child(value, 'self');
  reader.refuse(self?.at ?? value.at, {
    code: 'drop-without-owners',
    summary: '`self: drop` needs `owners`: without them nobody would be left to own the secret.',
    next: 'List the owners who remain, or remove `self: drop`.',
  });
}

/** All grants on a secret: its own, and those of the rules that match it; the greater role counts. */
function grantsFor(
  entry: Entry,
  provider: string,
  own: Grants,
  rules: readonly ShareRule[],
): { readonly grants: Grants; readonly isManaged: boolean } {
  const matching = rules.filter((rule) => rule.matches(provider, entry.key));
  const grants = new Map(own);
  for (const [who, grant] of matching.flatMap((rule) => [...rule.grants])) {
    const before = grants.get(who);
    if (before === undefined || (before.role === 'Reader' && grant.role === 'Owner')) grants.set(who, grant);
  }
  const named = child(entry.value, 'owners') ?? child(entry.value, 'readers');
  return { grants, isManaged: named !== undefined || matching.length > 0 };
}

/** A secret without its address: the same for each provider. */
function readSecret(
  reader: SectionReader,
  { keyAt, value: node }: Entry,
): Omit<ConfiguredResource, 'address'> {
  const valueNode = child(node, 'value');
  const fields = defined({ value: valueNode && reader.field(valueNode) });
  const self = textOf(child(node, 'self'));
  const minOwners = child(node, 'min_owners');
  const maxAge = textOf(child(child(node, 'rotation'), 'max_age')) ?? '';
  return {
    dependsOn: referencesOf(fields),
    lifecycle: reader.lifecycleOf(node),
    fields,
    range: rangeOf(keyAt),
    ...defined({
      self: self === undefined ? undefined : self === 'drop' ? 'drop' : 'keep',
      minOwners: minOwners?.kind === 'scalar' ? Number(minOwners.value) : undefined,
      maxAgeMs: parseDuration(maxAge, ['s', 'm', 'h', 'd', 'w']),
    }),
  };
}
