import { compareText, defined, groupBy, problemError } from '../../model/index.js';
import type { PrincipalDirectory } from '../../model/index.js';
import { HttpError } from '../sdk/index.js';
import type { Api } from './api.js';
import type { Holder, TeamInfo, UserInfo } from './api-types.js';

/** A user or team of the organization. */
export interface Member {
  readonly type: 'user' | 'team';
  readonly id: string;
  /** Its canonical form: `user:<e-mail in lower case>`, `team:<name>`, or with the id where two have the same name. */
  readonly principal: string;
}

/** What a name in the configuration leads to. */
type Found =
  | { readonly kind: 'found'; readonly member: Member }
  /** Several of this name: only an id tells them apart. */
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] }
  | { readonly kind: 'missing' };

/** Everyone in the organization, by id and by name. */
export interface Identities {
  readonly self: Member;
  readonly members: readonly Member[];
  /** As the planner takes it. */
  readonly directory: PrincipalDirectory;
  /** Finds the member that `user:<e-mail or id>`, `team:<name or id>` or `self` names. E-mail addresses and ids in any letter case. */
  find(principal: string): Found;
  /** Why users or teams could not be read, where the key may not: then only the user of the key is known. */
  readonly forbidden?: HttpError;
  /**
   * The canonical form of the holder of a grant, also of one that has left: then with the id where somebody of the organization has the
   * same name.
   */
  principalOf(holder: Holder): string;
  /** A user's e-mail address, else the id as it is. */
  emailOf(userId: string): string;
  /** Whether one of these is a user of the organization, or a team with at least one such user in it, at any depth. */
  someoneCanAct(ids: Iterable<string>): boolean;
}

/**
 * Reads users and teams, in one request each. A key that may not is no error here: it is one only where shares are managed.
 * @param user the user of the key
 * @param named the principal that the configuration names as `self`
 * @throws DiagnosticError where the organization has no such user
 */
export async function readIdentities(
  api: Api,
  user: UserInfo,
  named: string | undefined,
): Promise<Identities> {
  const [users, teams] = await Promise.all([unlessForbidden(api.users()), unlessForbidden(api.teams())]);
  const forbidden = [users, teams].find((result) => result instanceof HttpError);
  const listOf = <T>(result: readonly T[] | HttpError): readonly T[] =>
    result instanceof HttpError ? [] : result;
  const known = [...listOf(users), user];
  if (named !== undefined && forbidden !== undefined && !isKnown(named, known)) throw forbidden;
  const self = named === undefined ? user : namedUser(named, known);
  return { ...makeIdentities(listOf(users), listOf(teams), self), ...defined({ forbidden }) };
}

/** The error itself in place of a 403. */
async function unlessForbidden<T>(call: Promise<T>): Promise<T | HttpError> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof HttpError && error.status === 403) return error;
    throw error;
  }
}

function isKnown(named: string, users: readonly UserInfo[]): boolean {
  return users.some(({ email }) => `user:${email.toLowerCase()}` === named);
}

function namedUser(named: string, users: readonly UserInfo[]): UserInfo {
  const found = users.find(({ email }) => `user:${email.toLowerCase()}` === named);
  if (found !== undefined) return found;
  throw problemError({
    code: 'unknown-self',
    summary: `The organization has no ${named}, whom the provider names as \`self\`.`,
    next: 'Check the e-mail address: self is the user of the key that applies.',
  });
}

/** Indexes users and teams. Pure. @param self who `self` is */
export function makeIdentities(
  users: readonly UserInfo[],
  teams: readonly TeamInfo[],
  self: UserInfo,
): Identities {
  const everyone = users.some((user) => user.id === self.id) ? users : [...users, self];
  const userNames = idsBy(everyone, (user) => user.email.toLowerCase());
  const teamNames = idsBy(teams, (team) => team.name);
  const byId = membersById(everyone, teams, userNames, teamNames);
  const emails = new Map(everyone.map((user) => [user.id, user.email.toLowerCase()]));
  const byLowerId = new Map(
    [...byId.values()].map((member) => [`${member.type}:${member.id.toLowerCase()}`, member]),
  );
  const me: Member = byId.get(self.id) ?? {
    type: 'user',
    id: self.id,
    principal: `user:${self.email.toLowerCase()}`,
  };
  return {
    self: me,
    members: [...byId.values()],
    directory: directoryOf(everyone, teams, byId, me),
    find(principal) {
      if (principal === 'self' || principal === 'user:self') return { kind: 'found', member: me };
      const [, type, name = ''] = /^(user|team):(.*)$/s.exec(principal) ?? [];
      const named = type === 'team' ? teamNames.get(name) : userNames.get(name.toLowerCase());
      if (named !== undefined && named.length > 1) return { kind: 'ambiguous', ids: [...named].sort() };
      const byName = named?.[0] === undefined ? undefined : byId.get(named[0]);
      const member = byName ?? byLowerId.get(`${type ?? ''}:${name.toLowerCase()}`);
      return member === undefined ? { kind: 'missing' } : { kind: 'found', member };
    },
    principalOf({ type, id, label }) {
      const known = byId.get(id)?.principal;
      if (known !== undefined) return known;
      const name = type === 'user' ? label.toLowerCase() : label;
      const isTaken = (type === 'user' ? userNames : teamNames).has(name);
      return `${type}:${isTaken ? id : name}`;
    },
    emailOf: (id) => emails.get(id) ?? id,
    someoneCanAct: (ids) => reachesUser(ids, emails, new Map(teams.map((team) => [team.id, team]))),
  };
}

type IdsByName = ReadonlyMap<string, readonly string[]>;

function idsBy<T extends { readonly id: string }>(
  list: readonly T[],
  nameOf: (item: T) => string,
): IdsByName {
  return new Map([...groupBy(list, nameOf)].map(([name, items]) => [name, items.map(({ id }) => id)]));
}

/** Members by id; a name that several share is replaced by the id. */
function membersById(
  users: readonly UserInfo[],
  teams: readonly TeamInfo[],
  userNames: IdsByName,
  teamNames: IdsByName,
): ReadonlyMap<string, Member> {
  const byId = new Map<string, Member>();
  for (const { id, email } of users) {
    const name = email.toLowerCase();
    byId.set(id, { type: 'user', id, principal: `user:${userNames.get(name)?.length === 1 ? name : id}` });
  }
  for (const { id, name } of teams) {
    byId.set(id, { type: 'team', id, principal: `team:${teamNames.get(name)?.length === 1 ? name : id}` });
  }
  return byId;
}

function directoryOf(
  users: readonly UserInfo[],
  teams: readonly TeamInfo[],
  byId: ReadonlyMap<string, Member>,
  self: Member,
): PrincipalDirectory {
  const principalsOf = (ids: readonly string[]): string[] =>
    ids.flatMap((id) => byId.get(id)?.principal ?? []).sort();
  return {
    self: self.principal,
    users: principalsOf(users.map((user) => user.id)),
    teams: teams
      .map((team) => ({
        principal: byId.get(team.id)?.principal ?? `team:${team.id}`,
        members: principalsOf([...team.memberUsers, ...team.memberTeams]),
      }))
      .sort((a, b) => compareText(a.principal, b.principal)),
  };
}

/** Whether one of these ids is a user, or a team with a user in it at any depth. */
function reachesUser(
  ids: Iterable<string>,
  users: ReadonlyMap<string, unknown>,
  teams: ReadonlyMap<string, TeamInfo>,
): boolean {
  const queue = [...ids];
  const visited = new Set<string>();
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (visited.has(id)) continue;
    visited.add(id);
    if (users.has(id)) return true;
    const team = teams.get(id);
    if (team !== undefined) queue.push(...team.memberUsers, ...team.memberTeams);
  }
  return false;
}
