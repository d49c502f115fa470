import { permissionsOn } from './access.js';
import { uuidOf } from './ids.js';
import type { RoleDefinition } from './roles.js';
import type { IdentityRole } from './sharing.js';
import type { Grant, Invitation, SecretRecord, Team, User, World } from './world.js';

/*
 * What the API shows of the world: JSON bodies of the management API contract. Lists come in an order of their own
 * each time, and bodies carry a field that no client knows, as neither is documented.
 */

/** A JSON object to be sent. */
export type Json = Readonly<Record<string, unknown>>;

const unknownField: Json = { sandboxExtra: { note: 'a field that clients do not know', list: [1, null] } };

/** `UserInfo` of the contract. */
function userInfo({ userID, email, firstName, lastName }: User): Json {
  return { userID, email, firstName, lastName };
}

/** `TeamInfo` of the contract. */
function teamInfo({ teamID, name, description }: Team): Json {
  return { teamID, name, description };
}

/** `User` of the contract. */
export function userView(user: User): Json {
  return { ...userInfo(user), userKind: user.userKind, ...unknownField };
}

/** `Team` of the contract: members one level deep. */
export function teamView(world: World, team: Team): Json {
  const users = [...team.memberUsers].flatMap((id) => world.users.get(id) ?? []);
  const teams = [...team.memberTeams].flatMap((id) => world.teams.get(id) ?? []);
  return {
    ...teamInfo(team),
    memberUsers: world.shuffle(users, (user) => user.userID).map(userInfo),
    memberTeams: world.shuffle(teams, (member) => member.teamID).map(teamInfo),
    createdAt: team.createdAt,
    ...unknownField,
  };
}

/** An invitation as the contract shows it. */
export function invitationView({ invitationID, email, state, teamIDs }: Invitation): Json {
  return { invitationID, email, state, teamIDs, ...unknownField };
}

/** The organization as the contract shows it. */
export function organizationView(world: World): Json {
  return { ...world.organization, ...unknownField };
}

/** `Secret` of the contract; `value` is there only if it is wanted and this user may read it. */
export function secretView(world: World, secret: SecretRecord, userID: string, withValue = true): Json {
  const { secretID, name, createdBy, createdAt, lastUpdatedBy, lastUpdatedAt, removal } = secret;
  const readable = withValue && removal === undefined && permissionsOn(world, secret, userID).has('Read');
  return {
    secretID,
    name,
    ...(readable ? { value: secret.value } : {}),
    createdBy,
    createdAt,
    lastUpdatedBy,
    lastUpdatedAt,
    ...(removal?.deletedBy === undefined ? {} : { deletedBy: removal.deletedBy }),
    ...(removal === undefined ? {} : { deletedAt: removal.deletedAt }),
    ...unknownField,
  };
}

function grantView(world: World, { identity, createdAt, createdBy, inheritedFrom }: Grant): Json[] {
  const user = identity.kind === 'user' ? world.users.get(identity.id) : undefined;
  const team = identity.kind === 'team' ? world.teams.get(identity.id) : undefined;
  const shown = user ? userInfo(user) : team ? teamInfo(team) : undefined;
  if (shown === undefined) return [];
  const author = createdBy === undefined ? undefined : world.users.get(createdBy);
  return [
    {
      identity: shown,
      createdAt,
      ...(author === undefined ? {} : { createdBy: userInfo(author) }),
      ...(inheritedFrom === undefined ? {} : { inheritedFrom }),
      ...unknownField,
    },
  ];
}

/** The access list of a secret: every role there is, each with its grants. */
export function accessView(world: World, secret: SecretRecord): Json[] {
  return world
    .shuffle([...world.roles.values()], (role) => role.name)
    .map(({ name, description }) => {
      const grants = secret.grants.filter((grant) => grant.role === name);
      const keyOf = (grant: Grant) => `${grant.identity.kind}/${grant.identity.id}/${grant.createdAt}`;
      return {
        role: name,
        description,
        grants: world.shuffle(grants, keyOf).flatMap((grant) => grantView(world, grant)),
        ...unknownField,
      };
    });
}

/** The identity roles of a user or team, on secrets. */
export function identityRolesView(world: World, roles: readonly IdentityRole[]): Json[] {
  return world
    .shuffle(roles, ({ secret, role }) => `${secret.secretID}/${role}`)
    .map(({ secret, role }) => ({
      resourceID: secret.secretID,
      resourceType: 'Secret',
      role,
      ...unknownField,
    }));
}

/**
 * The definition of a role on secrets. The name is under both `role` and `name`, as the Go client reads the one and the
 * Python SDK the other; what it inherits are names, or with `typed` pairs of resource type and name.
 */
export function roleView(role: RoleDefinition, typed: boolean): Json {
  const inherits = typed
    ? role.inherits.map((name) => ({ resourceType: 'Secret', role: name }))
    : role.inherits;
  return { role: role.name, ...role, inherits, resourceType: 'Secret', ...unknownField };
}

/** The one project of the organization, as the Go client decodes it. */
export function projectsView(world: World): Json[] {
  return [
    {
      projectID: uuidOf(`${world.organization.orgID}/project`),
      name: 'Default',
      edition: 'ENTERPRISE',
      createdAt: '2024-01-01T00:00:00.000000Z',
      ...unknownField,
    },
  ];
}

/** The role definitions for secrets; see `roleView`. */
export function rolesView(world: World, typed: boolean): Json[] {
  return world.shuffle([...world.roles.values()], (role) => role.name).map((role) => roleView(role, typed));
}
