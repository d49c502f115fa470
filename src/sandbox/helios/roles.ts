/** What a role lets its holder do with a secret. `View` shows that it is there, without its value. */
export type Permission = 'View' | 'Read' | 'Edit' | 'Share' | 'Delete';

/** All permissions, in the order in which the API lists them. */
export const permissions: readonly Permission[] = ['View', 'Read', 'Edit', 'Share', 'Delete'];

/** A role on secrets: its own permissions and those of the roles that it inherits. */
export interface RoleDefinition {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
  readonly inherits: readonly string[];
  readonly isCustom: boolean;
}

/** The two roles that every organization has. Seed: an Owner edits, shares and deletes; a Reader has read-only access. */
export const builtInRoles: readonly RoleDefinition[] = [
  {
    name: 'Owner',
    description: 'Can edit the value of the secret, share it, and delete it.',
    permissions: ['Edit', 'Share', 'Delete'],
    inherits: ['Reader'],
    isCustom: false,
  },
  {
    name: 'Reader',
    description: 'Has read-only access to the secret.',
    permissions: ['View', 'Read'],
    inherits: [],
    isCustom: false,
  },
];

/** All permissions of a role, inherited ones included; an unknown role has none, and a cycle is survived. */
export function permissionsOf(
  roles: ReadonlyMap<string, RoleDefinition>,
  name: string,
  seen: ReadonlySet<string> = new Set(),
): Set<Permission> {
  const role = roles.get(name);
  if (role === undefined || seen.has(name)) return new Set();
  const next = new Set([...seen, name]);
  return new Set([
    ...role.permissions,
    ...role.inherits.flatMap((inherited) => [...permissionsOf(roles, inherited, next)]),
  ]);
}
