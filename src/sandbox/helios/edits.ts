import { addTeam, addUser, findTeam, findUser, removeTeam, removeUser } from './identities.js';
import { livingSecretNamed, removeOwnerless, softDelete } from './lifecycle.js';
import { addRole } from './custom-roles.js';
import { Refusal } from './refusal.js';
import type { Permission } from './roles.js';
import { createSecret, setValue } from './secrets.js';
import { addInvitation, addKey, identityOf, type Holder } from './seed.js';
import { addInheritedGrant, setAccess } from './sharing.js';
import type { SecretRecord, UserKind, World } from './world.js';

/*
 * Changes by hand, without the API and without access checks. Secrets are named by name or id, users (`user`, `by`) by e-mail
 * address or id, teams by name or id, keys by name.
 */

/** One change by hand. `by` is recorded as its author. */
export type WorldEdit =
  | { readonly kind: 'create-secret'; readonly name: string; readonly value: string; readonly by: string }
  | { readonly kind: 'set-value'; readonly secret: string; readonly value: string; readonly by: string }
  | { readonly kind: 'delete-secret'; readonly secret: string; readonly by: string }
  /** Deletes it and creates another one of the same name: new id, and `by` is the only Owner. */
  | {
      readonly kind: 'recreate-secret';
      readonly secret: string;
      readonly value?: string;
      readonly by: string;
    }
  | ({ readonly kind: 'grant'; readonly secret: string; readonly role: string; readonly by: string } & Holder)
  | ({
      readonly kind: 'revoke';
      readonly secret: string;
      readonly role: string;
      readonly by: string;
    } & Holder)
  /** A grant that comes from the organization. */
  | ({ readonly kind: 'add-inherited-grant'; readonly secret: string; readonly role: string } & Holder)
  | {
      readonly kind: 'add-role';
      readonly name: string;
      readonly description?: string;
      readonly permissions?: readonly Permission[];
      readonly inherits?: readonly string[];
    }
  | {
      readonly kind: 'add-user';
      readonly email: string;
      readonly firstName?: string;
      readonly lastName?: string;
      readonly userKind?: UserKind;
    }
  | { readonly kind: 'remove-user'; readonly user: string }
  | { readonly kind: 'add-team'; readonly name: string; readonly description?: string }
  | { readonly kind: 'remove-team'; readonly team: string }
  /** `user` or `team` becomes a member of the team `of`. */
  | ({ readonly kind: 'add-member'; readonly of: string } & Holder)
  | ({ readonly kind: 'remove-member'; readonly of: string } & Holder)
  | { readonly kind: 'add-invitation'; readonly email: string; readonly teams?: readonly string[] }
  | { readonly kind: 'add-key'; readonly name: string; readonly user: string; readonly token: string }
  /** Revokes a key (401), sets its expiry (401 from then on), or denies it everything for a reason (403). */
  | {
      readonly kind: 'set-key';
      readonly name: string;
      readonly revoked?: boolean;
      readonly expiresAt?: string;
      readonly denied?: string;
    };

function findSecret(world: World, which: string): SecretRecord {
  const byID = world.secrets.get(which.toLowerCase());
  const secret = byID?.removal === undefined ? (byID ?? livingSecretNamed(world, which)) : undefined;
  if (secret === undefined) throw new Refusal(404, 'No such secret.');
  return secret;
}

function setKey(world: World, edit: Extract<WorldEdit, { kind: 'set-key' }>): undefined {
  const key = [...world.keys.values()].find(({ name }) => name === edit.name);
  if (key === undefined) throw new Refusal(404, 'No such API key.');
  const { revoked = key.revoked, expiresAt = key.expiresAt, denied = key.denied } = edit;
  world.keys.set(key.token, {
    name: key.name,
    token: key.token,
    userID: key.userID,
    revoked,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(denied === undefined ? {} : { denied }),
  });
}

function editMembers(
  world: World,
  edit: Extract<WorldEdit, { kind: 'add-member' | 'remove-member' }>,
): undefined {
  const team = findTeam(world, edit.of);
  const member = identityOf(world, edit);
  const members = member.kind === 'user' ? team.memberUsers : team.memberTeams;
  if (edit.kind === 'add-member') members.add(member.id);
  else members.delete(member.id);
}

function editShare(world: World, edit: Extract<WorldEdit, { kind: 'grant' | 'revoke' }>): undefined {
  const share = { role: edit.role, identity: identityOf(world, edit) };
  const change = edit.kind === 'grant' ? { grants: [share], revokes: [] } : { grants: [], revokes: [share] };
  setAccess(world, findSecret(world, edit.secret), findUser(world, edit.by).userID, change);
}

/** Makes an edit; returns the id of what it creates, if anything. */
type Handler<Kind extends WorldEdit['kind']> = (
  world: World,
  edit: Extract<WorldEdit, { kind: Kind }>,
) => string | undefined;

const HANDLERS: { readonly [Kind in WorldEdit['kind']]: Handler<Kind> } = {
  'create-secret': (world, { by, name, value }) => createSecret(world, idOf(world, by), name, value).secretID,
  'set-value': (world, { secret, by, value }) => {
    setValue(world, findSecret(world, secret), idOf(world, by), value);
    return undefined;
  },
  'delete-secret': (world, { secret, by }) => {
    softDelete(world, findSecret(world, secret), 'deleted', idOf(world, by));
    return undefined;
  },
  'recreate-secret': recreateSecret,
  grant: editShare,
  revoke: editShare,
  'add-inherited-grant': (world, edit) => {
    const share = { role: edit.role, identity: identityOf(world, edit) };
    const origin = { resourceID: world.organization.orgID, resourceType: 'Organization', role: edit.role };
    addInheritedGrant(world, findSecret(world, edit.secret), share, origin);
    return undefined;
  },
  'add-role': (world, edit) => {
    addRole(world, edit);
    return undefined;
  },
  'add-user': (world, edit) => addUser(world, edit).userID,
  'remove-user': (world, { user }) => {
    removeUser(world, idOf(world, user));
    return undefined;
  },
  'add-team': (world, edit) => addTeam(world, edit).teamID,
  'remove-team': (world, { team }) => {
    removeTeam(world, findTeam(world, team).teamID);
    return undefined;
  },
  'add-member': editMembers,
  'remove-member': editMembers,
  'add-invitation': (world, edit) => {
    addInvitation(world, edit);
    return undefined;
  },
  'add-key': (world, edit) => {
    addKey(world, edit);
    return undefined;
  },
  'set-key': setKey,
};

function idOf(world: World, user: string): string {
  return findUser(world, user).userID;
}

function recreateSecret(world: World, edit: Extract<WorldEdit, { kind: 'recreate-secret' }>): string {
  const by = idOf(world, edit.by);
  const old = findSecret(world, edit.secret);
  // Deleting a secret removes its value.
  const { name, value } = old;
  softDelete(world, old, 'deleted', by);
  return createSecret(world, by, name, edit.value ?? value).secretID;
}

/**
 * Makes one change by hand, and then removes every secret that is left without an Owner, as the API does.
 * @returns the id of what it creates (secret, user, team)
 * @throws Refusal for an unknown name or a broken rule
 */
export function applyEdit(world: World, edit: WorldEdit): string | undefined {
  const handler = HANDLERS[edit.kind] as Handler<WorldEdit['kind']>;
  const id = handler(world, edit);
  removeOwnerless(world, undefined);
  return id;
}
