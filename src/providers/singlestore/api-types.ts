import type { RunScope, Sensitive } from '../../model/index.js';
import { field, items, optionalText, text, textIn, type Part } from './decode.js';

/** A secret as the API gives it (management API contract). Ids are UUIDs, times RFC 3339. */
export interface SecretInfo {
  readonly id: string;
  readonly name: string;
  /** Absent where the list came without values or the caller may not read it. */
  readonly value: Sensitive | undefined;
  readonly createdBy: string | undefined;
  readonly createdAt: string | undefined;
  /** Empty where the API does not say, which is accepted for secrets that nobody asked for. */
  readonly updatedBy: string;
  readonly updatedAt: string;
  /** Soft-deleted: still answered, but gone. */
  readonly deleted: boolean;
}

/** A user of the organization; a service account is one as well. */
export interface UserInfo {
  readonly id: string;
  /** The id where there is none. */
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

/** A secret's access list. */
export interface AccessList {
  readonly grants: readonly Grant[];
  /** The roles of grants whose holder the API does not name: nobody knows whose they are, and nobody can revoke them. */
  readonly unnamed: readonly string[];
}

/** A role that a user or team was granted on a resource. */
export interface IdentityRole {
  readonly resourceId: string;
  readonly role: string;
}

/** Whether the value of a secret is wanted. */
export type IsWanted = (name: string, id: string) => boolean;

/**
 * Decodes a secret. One that nobody asked for may lack anything but its id and its name.
 * @param wrap wraps its value
 * @param isWanted whether somebody asked for it; only then its value is kept. Every secret where absent
 * @returns `undefined` for an entry of a list that cannot be one that somebody asked for
 * @throws HttpError `shape`
 */
export function secretOf(
  part: Part,
  wrap: RunScope['sensitive'],
  isWanted: IsWanted = () => true,
): SecretInfo | undefined {
  const [id, name] = [textIn(part, 'secretID'), textIn(part, 'name')];
  if (!isWanted(name ?? '', id ?? '')) {
    return id === undefined || name === undefined ? undefined : foreign(part, id, name);
  }
  const asked = name === undefined ? part : { ...part, where: named(part.where, name) };
  const value = optionalText(field(asked, 'value'));
  return {
    ...foreign(asked, text(field(asked, 'secretID')), text(field(asked, 'name'))),
    value: value === undefined ? undefined : wrap(value),
    updatedBy: text(field(asked, 'lastUpdatedBy')),
    updatedAt: text(field(asked, 'lastUpdatedAt')),
  };
}

/** `secrets[3] (HF_TOKEN)`: a place in an answer, and which secret it is. */
function named(where: string, name: string): string {
  return where === 'the body' ? name : `${where} (${name})`;
}

function foreign(part: Part, id: string, name: string): SecretInfo {
  return {
    id,
    name,
    value: undefined,
    createdBy: textIn(part, 'createdBy'),
    createdAt: textIn(part, 'createdAt'),
    updatedBy: textIn(part, 'lastUpdatedBy') ?? '',
    updatedAt: textIn(part, 'lastUpdatedAt') ?? '',
    deleted: textIn(part, 'deletedAt') !== undefined,
  };
}

/** Decodes a user; `undefined` for one without an id, whom nobody can name. */
export function userOf(part: Part): UserInfo | undefined {
  const id = textIn(part, 'userID');
  return id === undefined ? undefined : { id, email: textIn(part, 'email') ?? id };
}

/** Decodes a team; `undefined` for one without an id. */
export function teamOf(part: Part): TeamInfo | undefined {
  const id = textIn(part, 'teamID');
  if (id === undefined) return undefined;
  const members = (list: string, key: string): string[] => {
    const { value } = field(part, list);
    return items({ ...part, value: value ?? [], where: list }).flatMap((member) => textIn(member, key) ?? []);
  };
  return {
    id,
    name: textIn(part, 'name') ?? id,
    memberUsers: members('memberUsers', 'userID'),
    memberTeams: members('memberTeams', 'teamID'),
  };
}

function holderOf(part: Part): Holder | undefined {
  const user = userOf(part);
  if (user !== undefined) return { type: 'user', id: user.id, label: user.email };
  const id = textIn(part, 'teamID');
  return id === undefined ? undefined : { type: 'team', id, label: textIn(part, 'name') ?? id };
}

/** Decodes one role's entry of an access list. @throws HttpError `shape` */
export function accessOf(part: Part): AccessList {
  const role = text(field(part, 'role'));
  const list = field(part, 'grants');
  const grants: Grant[] = [];
  const unnamed: string[] = [];
  for (const grant of list.value === undefined ? [] : items(list)) {
    const holder = holderOf(field(grant, 'identity'));
    if (holder === undefined) unnamed.push(role);
    else {
      grants.push({
        role,
        holder,
        createdAt: textIn(grant, 'createdAt'),
        createdBy: userOf(field(grant, 'createdBy')),
        inherited: field(grant, 'inheritedFrom').value !== undefined,
      });
    }
  }
  return { grants, unnamed };
}

/** Decodes one entry of a user's or team's roles. @throws HttpError `shape` */
export function identityRoleOf(part: Part): IdentityRole {
  return { resourceId: text(field(part, 'resourceID')), role: text(field(part, 'role')) };
}
