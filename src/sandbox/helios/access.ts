import { hasAnyUser, teamsOfUser } from './identities.js';
import { Refusal } from './refusal.js';
import { permissionsOf, type Permission } from './roles.js';
import type { Identity, SecretRecord, World } from './world.js';

/** Whether two identities are the same user or team. */
export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.kind === b.kind && a.id === b.id;
}

/**
 * What a user may do with a secret: by grants to the user, to a team that the user is in (nested teams followed),
 * and by inherited grants. Several grants add up.
 */
export function permissionsOn(world: World, secret: SecretRecord, userID: string): Set<Permission> {
  const teams = teamsOfUser(world, userID);
  const held = secret.grants.filter(({ identity }) =>
    identity.kind === 'user' ? identity.id === userID : teams.has(identity.id),
  );
  return new Set(held.flatMap(({ role }) => [...permissionsOf(world.roles, role)]));
}

/** The living secret with this id, if the user sees it. Refused with 404 where not: what is invisible does not exist. */
export function visibleSecret(world: World, secretID: string, userID: string): SecretRecord {
  const secret = world.secrets.get(secretID.toLowerCase());
  if (secret === undefined || secret.removal !== undefined) throw new Refusal(404, 'No such secret.');
  if (!permissionsOn(world, secret, userID).has('View')) throw new Refusal(404, 'No such secret.');
  return secret;
}

/** As `visibleSecret`, and refused with 403 where the user sees the secret but lacks this permission. */
export function permittedSecret(
  world: World,
  secretID: string,
  userID: string,
  permission: Permission,
): SecretRecord {
  const secret = visibleSecret(world, secretID, userID);
  if (!permissionsOn(world, secret, userID).has(permission)) {
    throw new Refusal(403, 'The user of this API key needs the role Owner on this secret for that.');
  }
  return secret;
}

/**
 * Whether a secret has an Owner who can act: a grant of the role `Owner` made on the secret itself, to a user of
 * the organization or to a team with at least one such user in it (nested teams followed). Inherited grants and
 * custom roles do not count. Seed: each secret must have at least one user with Owner access.
 */
export function hasActingOwner(world: World, secret: SecretRecord): boolean {
  return secret.grants.some(
    ({ role, identity, inheritedFrom }) =>
      role === 'Owner' &&
      inheritedFrom === undefined &&
      (identity.kind === 'user' ? world.users.has(identity.id) : hasAnyUser(world, identity.id)),
  );
}
