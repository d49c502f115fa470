import type { RunScope, Sensitive } from '../../model/index.js';
import { field, has, items, optionalText, text, wrongShape, type Part } from './decode.js';

/** A secret as the API gives it (management API contract). Ids are UUIDs, times RFC 3339. */
export interface SecretInfo {
  readonly id: string;
  readonly name: string;
  /** Absent where the list came without values or the caller may not read it. */
  readonly value: Sensitive | undefined;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedBy: string;
  readonly updatedAt: string;
  /** Soft-deleted: still answered, but gone. */
  readonly deleted: boolean;
}

/** A user of the organization; a service account is one as well. */
export interface UserInfo {
  readonly id: string;
  readonly email: string;
}

/** A team with its direct members, by id. */
export interface TeamInfo {
  readonly id: string;
  readonly name: string;
  readonly memberUsers: readonly string[];
  readonly memberTeams: readonly string[];
}

/** Who holds a grant: the id, and what people call it (e-mail address or team name). */
export interface Holder {
  readonly type: 'user' | 'team';
  readonly id: string;
  readonly label: string;
}

/** One entry of a secret's access list. */
export interface Grant {
  readonly role: string;
  readonly holder: Holder;
  readonly createdAt: string | undefined;
  readonly createdBy: UserInfo | undefined;
  /** It comes from elsewhere and cannot be revoked here. */
  readonly inherited: boolean;
}

/** A role that a user or team was granted on a resource. */
export interface IdentityRole {
  readonly resourceId: string;
  readonly role: string;
}

/** Whether the value of a secret is wanted. */
export type IsWanted = (name: string, id: string) => boolean;

/**
 * Decodes a secret.
 * @param wrap wraps its value
 * @param isWanted whether to keep its value; every value where absent
 * @throws HttpError `shape`
 */
export function secretOf(
  part: Part,
  wrap: RunScope['sensitive'],
  isWanted: IsWanted = () => true,
): SecretInfo {
  const value = optionalText(field(part, 'value'));
  const [id, name] = [text(field(part, 'secretID')), text(field(part, 'name'))];
  return {
    id,
    name,
    value: value === undefined || !isWanted(name, id) ? undefined : wrap(value),
    createdBy: text(field(part, 'createdBy')),
    createdAt: text(field(part, 'createdAt')),
    updatedBy: text(field(part, 'lastUpdatedBy')),
    updatedAt: text(field(part, 'lastUpdatedAt')),
    deleted: optionalText(field(part, 'deletedAt')) !== undefined,
  };
}

/** Decodes a user. @throws HttpError `shape` */
export function userOf(part: Part): UserInfo {
  return { id: text(field(part, 'userID')), email: text(field(part, 'email')) };
}

/** Decodes a team. @throws HttpError `shape` */
export function teamOf(part: Part): TeamInfo {
  const members = (name: string, id: string): string[] => {
    const list = field(part, name);
    return list.value === undefined ? [] : items(list).map((member) => text(field(member, id)));
  };
  return {
    id: text(field(part, 'teamID')),
    name: text(field(part, 'name')),
    memberUsers: members('memberUsers', 'userID'),
    memberTeams: members('memberTeams', 'teamID'),
  };
}

function holderOf(part: Part): Holder {
  if (has(part, 'userID')) {
    const { id, email } = userOf(part);
    return { type: 'user', id, label: email };
  }
  if (!has(part, 'teamID')) throw wrongShape(part);
  return { type: 'team', id: text(field(part, 'teamID')), label: text(field(part, 'name')) };
}

/** Decodes one role's entry of an access list to its grants. @throws HttpError `shape` */
export function grantsOf(part: Part): readonly Grant[] {
  const role = text(field(part, 'role'));
  const list = field(part, 'grants');
  if (list.value === undefined) return [];
  return items(list).map((grant) => {
    const createdBy = field(grant, 'createdBy');
    return {
      role,
      holder: holderOf(field(grant, 'identity')),
      createdAt: optionalText(field(grant, 'createdAt')),
      createdBy: createdBy.value === undefined ? undefined : userOf(createdBy),
      inherited: field(grant, 'inheritedFrom').value !== undefined,
    };
  });
}

/** Decodes one entry of a user's or team's roles. @throws HttpError `shape` */
export function identityRoleOf(part: Part): IdentityRole {
  return { resourceId: text(field(part, 'resourceID')), role: text(field(part, 'role')) };
}
