import { Refusal } from './refusal.js';
import type { ApiKey, Team, User, UserKind, World } from './world.js';

/** The user with this id or e-mail address (letter case aside). Refused with 404 where there is none. */
export function findUser(world: World, who: string): User {
  const wanted = who.toLowerCase();
  const user =
    world.users.get(wanted) ?? [...world.users.values()].find(({ email }) => email.toLowerCase() === wanted);
  if (user === undefined) throw new Refusal(404, 'No such user in this organization.');
  return user;
}

/** The team with this id or name. Refused with 404 where there is none, with 400 where a name fits two. */
export function findTeam(world: World, which: string): Team {
  const byID = world.teams.get(which.toLowerCase());
  if (byID !== undefined) return byID;
  const [first, second] = [...world.teams.values()].filter((team) => team.name === which);
  if (first === undefined) throw new Refusal(404, 'No such team in this organization.');
  if (second !== undefined) throw new Refusal(400, 'Two teams have this name; give the id.');
  return first;
}

/** A user to add; names default to empty texts and the kind to `Standard`. */
export interface NewUser {
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly userKind?: UserKind;
  readonly userID?: string;
}

/** Adds a user; a pending invitation to that address is accepted by it. Refused with 409 where the address is in use. */
export function addUser(world: World, user: NewUser): User {
  const email = user.email.toLowerCase();
  if ([...world.users.values()].some((known) => known.email.toLowerCase() === email)) {
    throw new Refusal(409, 'A user with this e-mail address is already in the organization.');
  }
  const added: User = {
    userID: user.userID ?? world.newID('user'),
    email: user.email,
    firstName: user.firstName ?? '',
    lastName: user.lastName ?? '',
    userKind: user.userKind ?? 'Standard',
  };
  world.users.set(added.userID, added);
  for (const invitation of world.invitations.values()) {
    if (invitation.state !== 'Pending' || invitation.email.toLowerCase() !== email) continue;
    world.invitations.set(invitation.invitationID, { ...invitation, state: 'Accepted' });
    for (const teamID of invitation.teamIDs) world.teams.get(teamID)?.memberUsers.add(added.userID);
  }
  return added;
}

/** Drops every grant of one identity from the living secrets. */
function dropGrants(world: World, kind: 'user' | 'team', id: string): void {
  for (const secret of world.secrets.values()) {
    if (secret.removal !== undefined) continue;
    secret.grants = secret.grants.filter(({ identity }) => identity.kind !== kind || identity.id !== id);
  }
}

/** Removes a user from the organization and its teams, and every grant to the user. */
export function removeUser(world: World, userID: string): void {
  world.users.delete(userID);
  for (const team of world.teams.values()) team.memberUsers.delete(userID);
  dropGrants(world, 'user', userID);
}

/** A team to add; members are ids. */
export interface NewTeam {
  readonly name: string;
  readonly description?: string;
  readonly teamID?: string;
  readonly memberUsers?: readonly string[];
  readonly memberTeams?: readonly string[];
}

/** Adds a team. Two teams may have one name. */
export function addTeam(world: World, team: NewTeam): Team {
  const added: Team = {
    teamID: team.teamID ?? world.newID('team'),
    name: team.name,
    description: team.description ?? '',
    createdAt: world.tick(),
    memberUsers: new Set(team.memberUsers),
    memberTeams: new Set(team.memberTeams),
  };
  world.teams.set(added.teamID, added);
  return added;
}

/** Removes a team from the organization and other teams, and every grant to it. */
export function removeTeam(world: World, teamID: string): void {
  world.teams.delete(teamID);
  for (const team of world.teams.values()) team.memberTeams.delete(teamID);
  dropGrants(world, 'team', teamID);
}

/** The ids of all teams that a user is in, through nested teams too. Safe with cycles. */
export function teamsOfUser(world: World, userID: string): Set<string> {
  const found = new Set<string>();
  const teams = [...world.teams.values()];
  let next = teams.filter((team) => team.memberUsers.has(userID)).map((team) => team.teamID);
  while (next.length > 0) {
    for (const id of next) found.add(id);
    next = teams
      .filter((team) => !found.has(team.teamID) && [...team.memberTeams].some((id) => found.has(id)))
      .map((team) => team.teamID);
  }
  return found;
}

/** Whether a team has at least one user of the organization, in nested teams too. Safe with cycles. */
export function hasAnyUser(world: World, teamID: string, visited = new Set<string>()): boolean {
  const team = world.teams.get(teamID);
  if (team === undefined || visited.has(teamID)) return false;
  visited.add(teamID);
  return (
    [...team.memberUsers].some((id) => world.users.has(id)) ||
    [...team.memberTeams].some((id) => hasAnyUser(world, id, visited))
  );
}

/** An API key and whose it is. */
export interface Caller {
  readonly key: ApiKey;
  readonly user: User;
}

/** The token of an `Authorization: Bearer …` header; undefined where the header has another form. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

/**
 * Identifies the caller by the `Authorization` header. Management API contract: 401 for a wrong or expired key, 403 for a key
 * that lacks the right. A key whose user has left the organization counts as wrong.
 */
export function authenticate(world: World, header: string | undefined): Caller {
  const token = bearerToken(header);
  const key = token === undefined ? undefined : world.keys.get(token);
  if (key === undefined) throw new Refusal(401, 'The API key is missing or wrong.');
  if (key.revoked) throw new Refusal(401, 'The API key was revoked.');
  if (key.expiresAt !== undefined && Date.parse(key.expiresAt) <= world.now().getTime()) {
    throw new Refusal(401, 'The API key has expired.');
  }
  const user = world.users.get(key.userID);
  if (user === undefined) throw new Refusal(401, 'The user of this API key has left the organization.');
  if (key.denied !== undefined) throw new Refusal(403, key.denied);
  return { key, user };
}
