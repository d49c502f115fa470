import { randomBytes } from 'node:crypto';
import { addTeam, addUser, findTeam, findUser, type NewUser } from './identities.js';
import { uuidOf } from './ids.js';
import { Refusal } from './refusal.js';
import type { RoleDefinition } from './roles.js';
import { createSecret } from './secrets.js';
import { setAccess, type Share } from './sharing.js';
import type { World } from './world.js';

/** The holder of a role: a user by e-mail address, or a team by name; exactly one of the two. */
export interface Holder {
  readonly user?: string;
  readonly team?: string;
}

/** The organization that a sandbox starts with. Users are named by e-mail address, teams by name. */
export interface WorldSeed {
  readonly organization: { readonly orgID?: string; readonly name: string };
  readonly users: readonly NewUser[];
  readonly teams: readonly {
    readonly name: string;
    readonly description?: string;
    readonly teamID?: string;
    readonly users?: readonly string[];
    readonly teams?: readonly string[];
  }[];
  readonly invitations?: readonly { readonly email: string; readonly teams?: readonly string[] }[];
  /** API keys; the token is random where none is given. */
  readonly keys: readonly { readonly name: string; readonly user: string; readonly token?: string }[];
  readonly roles?: readonly Omit<RoleDefinition, 'isCustom'>[];
  /** Secrets: the creator is an Owner, further grants come on top. */
  readonly secrets?: readonly {
    readonly name: string;
    readonly value: string;
    readonly createdBy: string;
    readonly grants?: readonly ({ readonly role: string } & Holder)[];
  }[];
}

/** The default organization: see the specification. */
export const defaultSeed: WorldSeed = {
  organization: { name: 'Example Analytics' },
  users: [
    { email: 'ana@example.com', firstName: 'Ana', lastName: 'Alvarez' },
    { email: 'ben@example.com', firstName: 'Ben', lastName: 'Becker' },
    { email: 'chloe@example.com', firstName: 'Chloe', lastName: 'Chen' },
    { email: 'ci-bot@example.com', firstName: 'CI', lastName: 'Bot', userKind: 'ServiceAccount' },
  ],
  teams: [
    {
      name: 'Platform',
      description: 'Runs the data platform',
      users: ['ana@example.com', 'ben@example.com'],
    },
    { name: 'Machine Learning', description: 'Trains models', users: ['chloe@example.com'] },
    {
      name: 'Data Engineering',
      description: 'Builds pipelines',
      users: ['ben@example.com'],
      teams: ['Interns'],
    },
    { name: 'Interns', description: 'Learns pipelines', users: ['chloe@example.com'] },
    { name: 'Archive', description: 'Nobody is left in this team' },
  ],
  invitations: [{ email: 'dora@example.com', teams: ['Platform'] }],
  keys: [
    { name: 'ana', user: 'ana@example.com' },
    { name: 'ben', user: 'ben@example.com' },
    { name: 'chloe', user: 'chloe@example.com' },
    { name: 'ci-bot', user: 'ci-bot@example.com' },
  ],
};

/** The holder as an identity. Refused with 404 where it is unknown, with 400 unless exactly one of the two is named. */
export function identityOf(world: World, { user, team }: Holder): Share['identity'] {
  if (user !== undefined && team === undefined) {
    return { kind: 'user', id: findUser(world, user).userID };
  }
  if (team !== undefined && user === undefined) {
    return { kind: 'team', id: findTeam(world, team).teamID };
  }
  throw new Refusal(400, 'Name either a user or a team.');
}

/** Adds an API key, with a random token where none is given. Refused with 409 where the name or the token is in use. */
export function addKey(
  world: World,
  key: { readonly name: string; readonly user: string; readonly token?: string },
): void {
  const token = key.token ?? `sandbox_${key.name}_${randomBytes(24).toString('hex')}`;
  if (world.keys.has(token) || [...world.keys.values()].some(({ name }) => name === key.name)) {
    throw new Refusal(409, 'An API key with this name or token already exists.');
  }
  world.keys.set(token, { name: key.name, token, userID: findUser(world, key.user).userID, revoked: false });
}

/** Adds an invitation that is waiting to be accepted. */
export function addInvitation(
  world: World,
  { email, teams = [] }: { readonly email: string; readonly teams?: readonly string[] },
): void {
  const invitationID = world.newID('invitation');
  const teamIDs = teams.map((team) => findTeam(world, team).teamID);
  world.invitations.set(invitationID, { invitationID, email, teamIDs, state: 'Pending' });
}

/**
 * Fills an empty world.
 * @throws Refusal for a seed that names an unknown user or team, or breaks a rule of the API
 */
export function plant(world: World, seed: WorldSeed): void {
  const id = (kind: string, name: string): string => uuidOf(`${world.organization.orgID}/${kind}/${name}`);
  for (const user of seed.users) addUser(world, { userID: id('user', user.email), ...user });
  plantTeams(world, seed.teams, (name) => id('team', name));
  for (const invitation of seed.invitations ?? []) addInvitation(world, invitation);
  for (const key of seed.keys) addKey(world, key);
  for (const role of seed.roles ?? []) world.roles.set(role.name, { ...role, isCustom: true });
  for (const secret of seed.secrets ?? []) plantSecret(world, secret);
}

function plantTeams(world: World, teams: WorldSeed['teams'], idOf: (name: string) => string): void {
  for (const { teamID, name, description = '', users = [] } of teams) {
    const memberUsers = users.map((user) => findUser(world, user).userID);
    addTeam(world, { teamID: teamID ?? idOf(name), name, description, memberUsers });
  }
  for (const { name, teamID, teams: members = [] } of teams) {
    const team = findTeam(world, teamID ?? name);
    for (const member of members) team.memberTeams.add(findTeam(world, member).teamID);
  }
}

function plantSecret(
  world: World,
  { name, value, createdBy, grants = [] }: NonNullable<WorldSeed['secrets']>[number],
): void {
  const creator = findUser(world, createdBy).userID;
  const secret = createSecret(world, creator, name, value);
  const shares = grants.map((grant) => ({ role: grant.role, identity: identityOf(world, grant) }));
  setAccess(world, secret, creator, { grants: shares, revokes: [] });
}
