import { Refusal } from './refusal.js';
import { permissions, type Permission, type RoleDefinition } from './roles.js';
import type { World } from './world.js';

function isPermission(name: string): name is Permission {
  return permissions.some((permission) => permission === name);
}

/** A custom role to add; what may be left out defaults to seeing a secret and nothing more. */
export interface NewRole {
  readonly name: string;
  readonly description?: string;
  readonly permissions?: readonly string[];
  readonly inherits?: readonly string[];
}

/**
 * Adds a custom role on secrets, or replaces the one of this name. Refused with 409 for the name of a built-in role,
 * with 400 for an unknown permission.
 */
export function addRole(world: World, role: NewRole): RoleDefinition {
  const { name, description = '', permissions: own = ['View'], inherits = [] } = role;
  if (world.roles.get(name)?.isCustom === false) throw new Refusal(409, 'A built-in role has this name.');
  if (!own.every(isPermission)) {
    throw new Refusal(400, `Permissions are: ${permissions.join(', ')}.`);
  }
  const added: RoleDefinition = { name, description, permissions: own, inherits, isCustom: true };
  world.roles.set(name, added);
  return added;
}
