import { permissionsOn, visibleSecret } from './access.js';
import { readAccessChange, readCreation, readRole, readTeam, readUpdate } from './bodies.js';
import { addRole } from './custom-roles.js';
import { addTeam, authenticate, findTeam, findUser, type Caller } from './identities.js';
import { isUuid } from './ids.js';
import { Refusal } from './refusal.js';
import { createSecret, deleteSecret, listSecrets, updateSecret } from './secrets.js';
import { changeAccess, rolesGrantedTo } from './sharing.js';
import * as view from './views.js';
import type { Identity, World } from './world.js';

/** What the API serves where the contract knows several variants. */
export interface Variant {
  /** `node`: what the official SDKs decode; `go`: what the generated Go client declares. */
  readonly apiShape: 'node' | 'go';
  /** The list of all secrets comes without values; a look-up by name or id still has them. */
  readonly listWithoutValues: boolean;
  /** A soft-deleted secret is still found by its id, with `deletedAt`, by those who saw it. */
  readonly showDeleted: boolean;
}

/** A request as the rules see it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

/** An answer; `body` undefined means an empty one. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Call extends ApiRequest {
  readonly world: World;
  readonly variant: Variant;
  readonly caller: Caller;
  /** The id or word in the path; empty where the path has none. */
  readonly id: string;
  /** The second one, decoded; empty where the path has none. */
  readonly member: string;
}

interface Route {
  readonly pattern: string;
  readonly methods: Readonly<Record<string, (call: Call) => Reply>>;
}

const ok = (body: unknown): Reply => ({ status: 200, body });
const me = ({ caller }: Call): string => caller.user.userID;

/** Shipped clients want `{[field]: content}` where the generated one declares the bare content. */
function wrapped({ variant }: Call, field: string, content: unknown): Reply {
  return ok(variant.apiShape === 'node' ? { [field]: content } : content);
}

function getSecrets(call: Call): Reply {
  const { world, query, variant } = call;
  const name = query.get('name');
  const found = listSecrets(world, me(call)).filter((secret) => name === null || secret.name === name);
  const withValue = name !== null || !variant.listWithoutValues;
  const shown = world
    .shuffle(found, (secret) => secret.secretID)
    .map((secret) => view.secretView(world, secret, me(call), withValue));
  return wrapped(call, 'secrets', shown);
}

function getSecret(call: Call): Reply {
  const { world, id, variant } = call;
  const record = world.secrets.get(id.toLowerCase());
  const gone =
    variant.showDeleted &&
    record?.removal !== undefined &&
    permissionsOn(world, record, me(call)).has('View');
  const secret = gone ? record : visibleSecret(world, id, me(call));
  return wrapped(call, 'secret', view.secretView(world, secret, me(call)));
}

function postSecret(call: Call): Reply {
  const { name, value } = readCreation(call.body);
  const secret = createSecret(call.world, me(call), name, value);
  return wrapped(call, 'secret', view.secretView(call.world, secret, me(call)));
}

function patchSecret(call: Call): Reply {
  visibleSecret(call.world, call.id, me(call));
  const secret = updateSecret(call.world, me(call), call.id, readUpdate(call.body).value);
  return ok(view.secretView(call.world, secret, me(call)));
}

function patchAccess(call: Call): Reply {
  visibleSecret(call.world, call.id, me(call));
  changeAccess(call.world, me(call), call.id, readAccessChange(call.body));
  return call.variant.apiShape === 'node' ? { status: 200 } : ok({});
}

/** `?email=` and `?name=`: an item fits if it is the text, or if the text as a regular expression occurs in it. */
function fitting<T>(items: Iterable<T>, wanted: string | null, textOf: (item: T) => string): T[] {
  if (wanted === null) return [...items];
  let pattern: RegExp | undefined;
  try {
    pattern = new RegExp(wanted);
  } catch {
    pattern = undefined;
  }
  const found = [...items].filter((item) => textOf(item) === wanted || pattern?.test(textOf(item)));
  if (found.length === 0 && pattern === undefined) {
    throw new Refusal(400, 'The filter is neither a known text nor a regular expression.');
  }
  return found;
}

function getUsers({ world, query }: Call): Reply {
  const users = fitting(world.users.values(), query.get('email'), (user) => user.email);
  return ok(world.shuffle(users, (user) => user.userID).map(view.userView));
}

function getTeams({ world, query }: Call): Reply {
  const teams = fitting(world.teams.values(), query.get('name'), (team) => team.name);
  return ok(world.shuffle(teams, (team) => team.teamID).map((team) => view.teamView(world, team)));
}

function getInvitations({ world, query }: Call): Reply {
  const state = query.get('state');
  const found = [...world.invitations.values()].filter(
    (invitation) => state === null || invitation.state === state,
  );
  return ok(world.shuffle(found, ({ invitationID }) => invitationID).map(view.invitationView));
}

const resourceTypes = ['Organization', 'Cluster', 'Team', 'Secret'];

function identityRoles(identity: (call: Call) => Identity): (call: Call) => Reply {
  return (call) => {
    if (!isUuid(call.id)) throw new Refusal(404, 'No such user or team in this organization.');
    const holder = identity(call);
    const type = call.query.get('resourceType') ?? 'Secret';
    if (!resourceTypes.includes(type)) throw new Refusal(400, 'No such resource type.');
    return ok(
      type === 'Secret' ? view.identityRolesView(call.world, rolesGrantedTo(call.world, holder)) : [],
    );
  };
}

const isTyped = ({ variant }: Call): boolean => variant.apiShape === 'go';

function getRoles(call: Call): Reply {
  const { world, id } = call;
  if (!resourceTypes.includes(id)) throw new Refusal(404, 'No such resource type.');
  return ok(id === 'Secret' ? view.rolesView(world, isTyped(call)) : []);
}

function getRole(call: Call): Reply {
  const role = call.id === 'Secret' ? call.world.roles.get(call.member) : undefined;
  if (role === undefined) throw new Refusal(404, 'No such role.');
  return ok(view.roleView(role, isTyped(call)));
}

function postRole(call: Call): Reply {
  if (call.id !== 'Secret') throw new Refusal(404, 'The sandbox has roles on secrets only.');
  const role = readRole(call.body);
  if (role.name === '' || role.inherits.some((name) => !call.world.roles.has(name))) {
    throw new Refusal(400, 'The role has no name, or inherits a role that does not exist.');
  }
  if (call.world.roles.has(role.name)) throw new Refusal(409, 'A role has this name.');
  return ok(view.roleView(addRole(call.world, role), isTyped(call)));
}

function getTeam({ world, id }: Call): Reply {
  const team = world.teams.get(id.toLowerCase());
  if (team === undefined) throw new Refusal(404, 'No such team in this organization.');
  return ok(view.teamView(world, team));
}

function postTeam({ world, body }: Call): Reply {
  const team = readTeam(body);
  if (team.name === '') throw new Refusal(400, 'A team needs a name.');
  return ok({ teamID: addTeam(world, team).teamID });
}

const getOrganization = ({ world }: Call): Reply => ok(view.organizationView(world));

/** Every path of the management API contract that this project needs; `{…}` matches one path segment. */
const routes: readonly Route[] = [
  { pattern: '/v1/secrets', methods: { GET: getSecrets, POST: postSecret } },
  {
    pattern: '/v1/secrets/{secretID}',
    methods: {
      GET: getSecret,
      PATCH: patchSecret,
      DELETE: (call) => ok({ secretID: deleteSecret(call.world, me(call), call.id).secretID }),
    },
  },
  {
    pattern: '/v1/secrets/{secretID}/accessControls',
    methods: {
      GET: (call) => ok(view.accessView(call.world, visibleSecret(call.world, call.id, me(call)))),
      PATCH: patchAccess,
    },
  },
  { pattern: '/v1/users/current', methods: { GET: ({ caller }) => ok(view.userView(caller.user)) } },
  { pattern: '/v1/users', methods: { GET: getUsers } },
  {
    pattern: '/v1/users/{userID}/identityRoles',
    methods: { GET: identityRoles(({ world, id }) => ({ kind: 'user', id: findUser(world, id).userID })) },
  },
  { pattern: '/v1/teams', methods: { GET: getTeams, POST: postTeam } },
  { pattern: '/v1/teams/{teamID}', methods: { GET: getTeam } },
  {
    pattern: '/v1/teams/{teamID}/identityRoles',
    methods: { GET: identityRoles(({ world, id }) => ({ kind: 'team', id: findTeam(world, id).teamID })) },
  },
  { pattern: '/v1/roles/{resourceType}', methods: { GET: getRoles, POST: postRole } },
  { pattern: '/v1/roles/{resourceType}/{role}', methods: { GET: getRole } },
  { pattern: '/v1/projects', methods: { GET: ({ world }) => ok(view.projectsView(world)) } },
  { pattern: '/v1/invitations', methods: { GET: getInvitations } },
  { pattern: '/v1/organizations/current', methods: { GET: getOrganization } },
  // The Python SDK reads these two under v2 by default, with the bodies of v1.
  { pattern: '/v2/organizations/current', methods: { GET: getOrganization } },
  { pattern: '/v2/secrets', methods: { GET: getSecrets } },
];

const matchers = routes.map((route) => ({
  route,
  regex: new RegExp(`^${route.pattern.replaceAll(/\{\w+\}/g, '([^/]+)')}$`),
}));

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function match(path: string): { route: Route; id: string; member: string } | undefined {
  for (const { route, regex } of matchers) {
    const found = regex.exec(path);
    if (found) return { route, id: found[1] ?? '', member: decoded(found[2] ?? '') };
  }
  return undefined;
}

/** The pattern of a path (`/v1/secrets/{secretID}`), for counting requests; undefined for an unknown path. */
export function patternOf(path: string): string | undefined {
  return match(path)?.route.pattern;
}

/** A refusal as the API answers it. */
export function refusalReply(refusal: Refusal): Reply {
  return { status: refusal.status, body: { error: refusal.message } };
}

/**
 * Answers one request of the Management API and changes the world accordingly. Checks go in this order: path (404),
 * method (405), key (401, 403), organization (403), then what the call itself checks. Raises nothing but defects.
 */
export function answer(world: World, variant: Variant, request: ApiRequest): Reply {
  try {
    const found = match(request.path);
    if (found === undefined) throw new Refusal(404, 'No such path in this API.');
    const methods = found.route.methods;
    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (handler === undefined) {
      const allow = Object.keys(methods).join(', ');
      return { status: 405, headers: { allow }, body: { error: `This path takes: ${allow}.` } };
    }
    const caller = authenticate(world, request.authorization);
    const organization = request.query.get('organizationID');
    if (organization !== null && organization.toLowerCase() !== world.organization.orgID) {
      throw new Refusal(403, 'The API key belongs to another organization.');
    }
    return handler({ ...request, world, variant, caller, id: found.id, member: found.member });
  } catch (error) {
    if (error instanceof Refusal) return refusalReply(error);
    throw error;
  }
}
