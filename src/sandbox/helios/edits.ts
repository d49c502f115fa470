import { defined } from '../../model/index.js';
import { addTeam, addUser, findTeam, findUser, removeTeam, removeUser } from './identities.js';
import { livingSecretNamed, removeOwnerless, softDelete } from './lifecycle.js';
import { Refusal } from './refusal.js';
import { permissions, type Permission } from './roles.js';
import { createSecret, setValue } from './secrets.js';
import { addInvitation, addKey, identityOf, type Holder } from './seed.js';
import { addInheritedGrant, setAccess } from './sharing.js';
import type { SecretRecord, UserKind, World } from './world.js';

/*
 * What somebody does by hand, past the API and without being asked for rights. Secrets are named by name or id,
 * users (`user`, `by`) by e-mail address or id, teams by name or id, keys by their name.
 */

/** One change of the world by hand. `by` is who is written down as having done it. */
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
  /** Takes a key back (401), lets it expire (401 from then on), or denies it everything for a reason (403). */
  | {
      readonly kind: 'set-key';
      readonly name: string;
      readonly revoked?: boolean;
      readonly expiresAt?: string;
      readonly denied?: string;
    };

function findSecret(world: World, which: string): SecretRecord {
  const byID = world.secrets.get(which.toLowerCase());
  const found = byID?.removal === undefined ? (byID ?? livingSecretNamed(world, which)) : undefined;
  if (found === undefined) throw new Refusal(404, 'No such secret.');
  return found;
}

function setKey(world: World, edit: Extract<WorldEdit, { kind: 'set-key' }>): void {
  const key = [...world.keys.values()].find(({ name }) => name === edit.name);
  if (key === undefined) throw new Refusal(404, 'No such API key.');
  const { revoked = key.revoked, expiresAt = key.expiresAt, denied = key.denied } = edit;
  world.keys.set(key.token, {
    name: key.name,
    token: key.token,
    userID: key.userID,
    revoked,
    ...defined({ expiresAt, denied }),
  });
}

function editMembers(world: World, edit: Extract<WorldEdit, { kind: 'add-member' | 'remove-member' }>): void {
  const team = findTeam(world, edit.of);
  const member = identityOf(world, edit);
  const members = member.kind === 'user' ? team.memberUsers : team.memberTeams;
  if (edit.kind === 'add-member') members.add(member.id);
  else members.delete(member.id);
}

function editShare(world: World, edit: Extract<WorldEdit, { kind: 'grant' | 'revoke' }>): void {
  const share = { role: edit.role, identity: identityOf(world, edit) };
  const change = edit.kind === 'grant' ? { grants: [share], revokes: [] } : { grants: [], revokes: [share] };
  setAccess(world, findSecret(world, edit.secret), findUser(world, edit.by).userID, change);
}

/** Makes the change; gives the id of what it made new, where it made something. */
function perform(world: World, edit: WorldEdit): string | undefined {
  const by = 'by' in edit ? findUser(world, edit.by).userID : '';
  switch (edit.kind) {
    case 'create-secret':
      return createSecret(world, by, edit.name, edit.value).secretID;
    case 'set-value':
      setValue(world, findSecret(world, edit.secret), by, edit.value);
      return undefined;
    case 'delete-secret':
      softDelete(world, findSecret(world, edit.secret), 'deleted', by);
      return undefined;
    case 'recreate-secret': {
      const { name, value, ...old } = findSecret(world, edit.secret);
      softDelete(world, findSecret(world, old.secretID), 'deleted', by);
      return createSecret(world, by, name, edit.value ?? value).secretID;
    }
    case 'grant':
    case 'revoke':
      editShare(world, edit);
      return undefined;
    case 'add-inherited-grant': {
      const share = { role: edit.role, identity: identityOf(world, edit) };
      const origin = { resourceID: world.organization.orgID, resourceType: 'Organization', role: edit.role };
      addInheritedGrant(world, findSecret(world, edit.secret), share, origin);
      return undefined;
    }
    case 'add-role': {
      const { name, description = '', permissions: own = ['View'], inherits = [] } = edit;
      if (world.roles.get(name)?.isCustom === false) throw new Refusal(409, 'A built-in role has this name.');
      if (own.some((permission) => !permissions.includes(permission))) {
        throw new Refusal(400, `Permissions are: ${permissions.join(', ')}.`);
      }
      world.roles.set(name, { name, description, permissions: own, inherits, isCustom: true });
      return undefined;
    }
    case 'add-user':
      return addUser(world, edit).userID;
    case 'remove-user':
      removeUser(world, findUser(world, edit.user).userID);
      return undefined;
    case 'add-team':
      return addTeam(world, edit).teamID;
    case 'remove-team':
      removeTeam(world, findTeam(world, edit.team).teamID);
      return undefined;
    case 'add-member':
    case 'remove-member':
      editMembers(world, edit);
      return undefined;
    case 'add-invitation':
      addInvitation(world, edit);
      return undefined;
    case 'add-key':
      addKey(world, edit);
      return undefined;
    case 'set-key':
      setKey(world, edit);
      return undefined;
  }
}

/**
 * Makes one change by hand and then removes every secret that is left without an Owner, as the API does. Gives the
 * id of what it made new (secret, user, team). Raises a Refusal for an unknown name or a broken rule.
 */
export function applyEdit(world: World, edit: WorldEdit): string | undefined {
  const made = perform(world, edit);
  removeOwnerless(world, undefined);
  return made;
}
