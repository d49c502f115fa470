import { defined, formatAddress, type ActualResource } from '../../model/index.js';
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
    const held = roles.get(holder.id);
    if (held === undefined) roles.set(holder.id, new Set([role]));
    else held.add(role);
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
  const byHolder = new Map<string, Grant[]>();
  for (const grant of grants) {
    if (!isRole(grant.role)) continue;
    const list = byHolder.get(grant.holder.id);
    if (list === undefined) byHolder.set(grant.holder.id, [grant]);
    else list.push(grant);
  }
  const shares = [...byHolder.values()].flatMap((all) => {
    const direct = all.filter((one) => !one.inherited);
    const shown = direct.length > 0 ? direct : all;
    const [first] = shown;
    if (first === undefined) return [];
    const newest = shown.reduce((a, b) => ((a.createdAt ?? '') >= (b.createdAt ?? '') ? a : b), first);
    return [
      share(provider, secret, first.holder, rolesText(new Set(shown.map((one) => one.role))), identities, {
        ...defined({ changedAt: newest.createdAt }),
        ...(newest.createdBy === undefined ? {} : { changedBy: newest.createdBy.email.toLowerCase() }),
        ...(direct.length > 0 ? {} : { inherited: true }),
      }),
    ];
  });
  return shares.sort((a, b) => (a.address < b.address ? -1 : 1));
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
