import { kindTable } from '../../model/index.js';
import type { KindPolicy } from '../../model/index.js';

/** The type, as in `type:` of the configuration. */
export const TYPE = 'singlestore';

/** What this provider manages: secrets, and who they are shared with. */
export const policies: readonly KindPolicy[] = [
  {
    kind: 'secret',
    isList: false,
    mustReplace: () => false,
    managedWhereNamed: [],
    cascades: false,
    // The user of the key becomes Owner of what it creates (management API contract).
    creatorOwns: () => true,
    // Both are a 404.
    mayBeHidden: true,
  },
  {
    kind: 'share',
    // E-mail addresses in any case, and ids.
    mayMeanAnother: (member) =>
      /^user:.*\p{Lu}/su.test(member) || /^(user|team):[0-9a-f-]{36}$/i.test(member),
    parent: 'secret',
    isList: true,
    mustReplace: () => false,
    managedWhereNamed: [],
    cascades: true,
    // A secret without an Owner is deleted (management API contract).
    ownership: { field: 'role', role: 'Owner' },
  },
];

/** The kinds of this provider, and their addresses. */
export const kinds = kindTable(policies);

/** The built-in roles on a secret, by falling power (management API contract). */
export const ROLES = ['Owner', 'Reader'] as const;

/** A built-in role. Custom roles are seen and left alone. */
export type Role = (typeof ROLES)[number];

/** Whether a role's name is that of a built-in role. */
export function isRole(name: string): name is Role {
  return name === 'Owner' || name === 'Reader';
}

/** The text of a share's `role` field: `Owner`, `Reader`, or both where somebody was granted both. */
export function rolesText(roles: ReadonlySet<string>): string {
  return ROLES.filter((role) => roles.has(role)).join(', ');
}

/** What `rolesText` wrote, as a set again. */
export function parseRoles(text: string): ReadonlySet<Role> {
  return new Set(text.split(', ').filter(isRole));
}
