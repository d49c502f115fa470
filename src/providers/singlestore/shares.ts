import {
  byAddress,
  defined,
  formatAddress,
  groupBy,
  type ActualResource,
  type Unmanaged,
} from '../../model/index.js';
import type { Grant, Holder } from './api-types.js';
import type { Identities } from './directory.js';
import { isRole, rolesText, type Role } from './kinds.js';

/** The id of a share: the secret's and the principal's. A share has none of its own in the API. */
export function shareId(secretId: string, principalId: string): string {
  return `${secretId}/${principalId}`;
}

/** The built-in roles that were granted to each holder on the secret itself, by the holder's id. */
export function directRoles(grants: readonly Grant[]): ReadonlyMap<string, ReadonlySet<Role>> {
  const roles = new Map<string, Set<Role>>();
  for (const { role, holder, inherited } of grants) {
    if (inherited || !isRole(role)) continue;
    roles.set(holder.id, (roles.get(holder.id) ?? new Set<Role>()).add(role));
  }
  return roles;
}

/**
 * The shares of a secret from its access list: one for each principal. Where somebody has a role from elsewhere and one of
 * the secret's own, the own one is shown. Custom roles are left alone.
 */
export function sharesOf(
  provider: string,
  secret: { readonly id: string; readonly name: string },
  grants: readonly Grant[],
  identities: Identities,
): readonly ActualResource[] {
  const byHolder = groupBy(
    grants.filter((grant) => isRole(grant.role)),
    (grant) => grant.holder.id,
  );
  const shares = [...byHolder.values()].flatMap((all) => {
    const direct = all.filter((grant) => !grant.inherited);
    const shown = direct.length > 0 ? direct : all;
    const [first] = shown;
    if (first === undefined) return [];
    const newest = shown.reduce((a, b) => ((a.createdAt ?? '') >= (b.createdAt ?? '') ? a : b), first);
    const roles = rolesText(new Set(shown.map((grant) => grant.role)));
    return [
      share(provider, secret, first.holder, roles, identities, {
        ...defined({
          changedAt: newest.createdAt,
          changedBy: newest.createdBy?.email.toLowerCase(),
          inherited: direct.length > 0 ? undefined : true,
        }),
      }),
    ];
  });
  return shares.sort(byAddress);
}

/** What this provider does not manage of an access list: custom roles, and roles that come from elsewhere. */
export function unmanagedOf(
  provider: string,
  { name }: { readonly name: string },
  grants: readonly Grant[],
  identities: Identities,
): readonly Unmanaged[] {
  return grants
    .filter((grant) => grant.inherited || !isRole(grant.role))
    .map(({ role, holder, inherited, createdAt, createdBy }) => ({
      address: formatAddress({ kind: 'share', provider, name, member: identities.principalOf(holder) }),
      what: inherited ? `the inherited role ${role}` : `the role ${role}`,
      ...defined({ changedAt: createdAt, changedBy: createdBy?.email.toLowerCase() }),
    }));
}

/** One share as a resource. */
export function share(
  provider: string,
  secret: { readonly id: string; readonly name: string },
  holder: Holder,
  roles: string,
  identities: Identities,
  more: Pick<ActualResource, 'changedAt' | 'changedBy' | 'inherited'> = {},
): ActualResource {
  const member = identities.principalOf(holder);
  return {
    address: formatAddress({ kind: 'share', provider, name: secret.name, member }),
    id: shareId(secret.id, holder.id),
    version: roles,
    fields: { role: { kind: 'plain', value: roles } },
    ...more,
  };
}
