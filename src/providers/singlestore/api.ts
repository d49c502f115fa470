import type { RunScope, Sensitive } from '../../model/index.js';
import { HttpError, type HttpAnswer, type HttpClient, type HttpRequest } from '../sdk/index.js';
import {
  grantsOf,
  identityRoleOf,
  secretOf,
  teamOf,
  userOf,
  type Grant,
  type IdentityRole,
  type SecretInfo,
  type TeamInfo,
  type UserInfo,
} from './api-types.js';
import { field, listBody, objectBody, text, whole, wrongShape } from './decode.js';

/** One entry of a change of access: a role and who is to get or lose it, by id. */
export interface AccessEntry {
  readonly role: string;
  readonly users: readonly string[];
  readonly teams: readonly string[];
}

/** The calls of the management API that this provider makes. Each throws HttpError where it gives no good answer. */
export interface Api {
  currentUser(): Promise<UserInfo>;
  currentOrganization(): Promise<{ readonly id: string; readonly name: string }>;
  users(): Promise<readonly UserInfo[]>;
  teams(): Promise<readonly TeamInfo[]>;
  /** E-mail addresses of people who were invited and have not joined yet. */
  pendingInvitations(): Promise<readonly string[]>;
  /** All secrets that the key sees, without soft-deleted ones. */
  secrets(): Promise<readonly SecretInfo[]>;
  /** The secret of this very name, if the key sees one. */
  secretNamed(name: string): Promise<SecretInfo | undefined>;
  /** The secret with this id; `undefined` where it is gone or the key does not see it. */
  secret(id: string, finish?: boolean): Promise<SecretInfo | undefined>;
  /** Not repeated by itself after an unclear end: look the name up first. */
  createSecret(name: string, value: Sensitive): Promise<SecretInfo>;
  /** Not repeated by itself after an unclear end: read the secret first. */
  updateSecret(id: string, value: Sensitive): Promise<SecretInfo>;
  /** A secret that is gone already is no error. */
  deleteSecret(id: string): Promise<void>;
  /** Who has access, grants from elsewhere included; `undefined` where the secret is gone or unseen. */
  access(id: string, finish?: boolean): Promise<readonly Grant[] | undefined>;
  /** Grants, then revokes, in one step. Not repeated by itself after an unclear end: read the list first. */
  changeAccess(id: string, grants: readonly AccessEntry[], revokes: readonly AccessEntry[]): Promise<void>;
  /** All roles on secrets of one user or team, without those from elsewhere; none where it is gone. */
  identityRoles(type: 'user' | 'team', id: string): Promise<readonly IdentityRole[]>;
}

/** The list of all secrets may hold all values, of up to 5 MB each: as much as a JavaScript string can take. */
const LIST_BYTES = 400 * 1024 * 1024;

/**
 * The API over a client.
 * @param organization where given, sent as `organizationID` with each call (management API contract)
 */
export function createApi(
  client: HttpClient,
  organization: string | undefined,
  wrap: RunScope['sensitive'],
): Api {
  const toSecret = (part: Parameters<typeof secretOf>[0]): SecretInfo => secretOf(part, wrap);
  function send(request: Omit<HttpRequest, 'repeat'> & Partial<HttpRequest>): Promise<HttpAnswer> {
    const { path } = request;
    const mark = path.includes('?') ? '&' : '?';
    return client.send({
      repeat: 'safe',
      ...request,
      path:
        organization === undefined
          ? path
          : `${path}${mark}organizationID=${encodeURIComponent(organization)}`,
    });
  }
  const get = (path: string, finish = false): Promise<HttpAnswer> => send({ method: 'GET', path, finish });
  // What is told of a secret may hold its value, and one that was never read is known to nobody who could mask it.
  const getSecret = (path: string, more: Partial<HttpRequest>): Promise<HttpAnswer> =>
    send({ method: 'GET', path, sensitiveBody: true, ...more });
  const secretPath = (id: string): string => `/v1/secrets/${encodeURIComponent(id)}`;

  return {
    currentUser: async () => userOf(whole(await get('/v1/users/current'))),
    currentOrganization: async () => {
      const body = whole(await get('/v1/organizations/current'));
      return { id: text(field(body, 'orgID')), name: text(field(body, 'name')) };
    },
    users: async () => listBody(await get('/v1/users'), 'users').map(userOf),
    teams: async () => listBody(await get('/v1/teams'), 'teams').map(teamOf),
    pendingInvitations: async () =>
      listBody(await get('/v1/invitations?state=Pending'), 'invitations').map((one) =>
        text(field(one, 'email')),
      ),
    secrets: async () => {
      const answer = await getSecret('/v1/secrets', { maxBytes: LIST_BYTES });
      return listBody(answer, 'secrets')
        .map(toSecret)
        .filter((secret) => !secret.deleted);
    },
    secretNamed: async (name) => {
      const answer = await getSecret(`/v1/secrets?name=${encodeURIComponent(name)}`, { finish: true });
      return listBody(answer, 'secrets')
        .map(toSecret)
        .find((secret) => secret.name === name && !secret.deleted);
    },
    secret: (id, finish) =>
      unlessGone(async () => {
        const secret = toSecret(
          objectBody(await getSecret(secretPath(id), finish === undefined ? {} : { finish }), 'secret'),
        );
        return secret.deleted ? undefined : secret;
      }),
    createSecret: async (name, value) => {
      const body = { name, value: value.reveal() };
      const answer = await send({ ...write('POST', '/v1/secrets', body), sensitiveBody: true });
      return toSecret(objectBody(answer, 'secret'));
    },
    updateSecret: async (id, value) => {
      const answer = await send({
        ...write('PATCH', secretPath(id), { value: value.reveal() }),
        sensitiveBody: true,
      });
      return toSecret(objectBody(answer, 'secret'));
    },
    deleteSecret: async (id) => {
      await unlessGone(async () => {
        const answer = await send({ method: 'DELETE', path: secretPath(id), finish: true });
        // A good status alone is not believed: a proxy may have answered in the server's place.
        return text(field(whole(answer), 'secretID'));
      });
    },
    access: (id, finish) =>
      unlessGone(async () =>
        listBody(await get(`${secretPath(id)}/accessControls`, finish), 'accessControls').flatMap(grantsOf),
      ),
    changeAccess: async (id, grants, revokes) => {
      const answer = await send(write('PATCH', `${secretPath(id)}/accessControls`, { grants, revokes }));
      const { body } = answer;
      const empty = body === undefined || (typeof body === 'object' && Object.keys(body ?? {}).length === 0);
      // The contract leaves the body open; one that holds something may not be this server's, so it counts as unclear.
      if (!empty) throw wrongShape(whole(answer));
    },
    identityRoles: async (type, id) => {
      const path = `/v1/${type}s/${encodeURIComponent(id)}/identityRoles?resourceType=Secret`;
      const roles = await unlessGone(async () =>
        listBody(await get(path), 'identityRoles').map(identityRoleOf),
      );
      return roles ?? [];
    },
  };
}

function write(
  method: 'POST' | 'PATCH',
  path: string,
  body: unknown,
): Omit<HttpRequest, 'repeat'> & { repeat: 'once' } {
  return { method, path, body, repeat: 'once', finish: true };
}

/** `undefined` in place of a 404: gone, or not seen by this key (the API makes no difference). */
async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return undefined;
    throw error;
  }
}
