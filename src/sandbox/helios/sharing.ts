import { permittedSecret, sameIdentity } from './access.js';
import { removeOwnerless } from './lifecycle.js';
import { Refusal } from './refusal.js';
import type { Grant, Identity, Origin, SecretRecord, World } from './world.js';

/** One role given to, or taken from, one identity. */
export interface Share {
  readonly role: string;
  readonly identity: Identity;
}

/** What one PATCH of the access controls asks for. */
export interface AccessChange {
  readonly grants: readonly Share[];
  readonly revokes: readonly Share[];
}

function sameShare(grant: Grant, share: Share): boolean {
  return grant.role === share.role && sameIdentity(grant.identity, share.identity);
}

function checkGrant(world: World, { role, identity }: Share): void {
  if (!world.roles.has(role)) throw new Refusal(400, 'A role in grants does not exist for secrets.');
  if (!(identity.kind === 'user' ? world.users : world.teams).has(identity.id)) {
    throw new Refusal(400, `A ${identity.kind} in grants is not in this organization.`);
  }
}

function checkRevoke(world: World, secret: SecretRecord, share: Share): void {
  if (!world.roles.has(share.role)) throw new Refusal(400, 'A role in revokes does not exist for secrets.');
  const matching = secret.grants.filter((grant) => sameShare(grant, share));
  if (matching.length > 0 && matching.every((grant) => grant.inheritedFrom !== undefined)) {
    throw new Refusal(400, 'A grant in revokes is inherited; it can only be revoked where it comes from.');
  }
}

/**
 * Changes who has access, in one step and without asking whether this user may: all of it is checked first, then
 * grants are applied, then revokes, and only then is a secret without an Owner removed. Giving what is held
 * already and revoking what is not held change nothing. Each role is a grant of its own: a person may hold two.
 */
export function setAccess(
  world: World,
  secret: SecretRecord,
  by: string | undefined,
  change: AccessChange,
): void {
  for (const share of change.grants) checkGrant(world, share);
  for (const share of change.revokes) checkRevoke(world, secret, share);
  const grants = [...secret.grants];
  for (const share of change.grants) {
    if (grants.some((grant) => grant.inheritedFrom === undefined && sameShare(grant, share))) continue;
    grants.push({ ...share, createdAt: world.tick(), ...(by === undefined ? {} : { createdBy: by }) });
  }
  secret.grants = grants.filter(
    (grant) => grant.inheritedFrom !== undefined || !change.revokes.some((share) => sameShare(grant, share)),
  );
  removeOwnerless(world, by);
}

/** Changes who has access, as this user; needs the permission `Share`. */
export function changeAccess(world: World, userID: string, secretID: string, change: AccessChange): void {
  setAccess(world, permittedSecret(world, secretID, userID, 'Share'), userID, change);
}

/** Adds a grant that comes from elsewhere (an organization role, say). Refused with 400 as in `setAccess`. */
export function addInheritedGrant(world: World, secret: SecretRecord, share: Share, origin: Origin): void {
  checkGrant(world, share);
  secret.grants = [...secret.grants, { ...share, createdAt: world.tick(), inheritedFrom: origin }];
}

/** One role that an identity was granted on a secret. */
export interface IdentityRole {
  readonly secret: SecretRecord;
  readonly role: string;
}

/** The roles that were granted to exactly this user or team on living secrets: none through teams, none inherited. */
export function rolesGrantedTo(world: World, identity: Identity): IdentityRole[] {
  return [...world.secrets.values()]
    .filter((secret) => secret.removal === undefined)
    .flatMap((secret) =>
      secret.grants
        .filter((grant) => grant.inheritedFrom === undefined && sameIdentity(grant.identity, identity))
        .map(({ role }) => ({ secret, role })),
    );
}
