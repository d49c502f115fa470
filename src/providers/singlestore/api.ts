import { defined, type RunScope, type Sensitive } from '../../model/index.js';
import { HttpError, type HttpAnswer, type HttpClient, type HttpRequest } from '../sdk/index.js';
import {
  grantsOf,
  identityRoleOf,
  secretOf,
  teamOf,
  userOf,
  type Grant,
  type IsWanted,
  type IdentityRole,
  type SecretInfo,
  type TeamInfo,
  type UserInfo,
} from './api-types.js';
import { field, listBody, objectBody, text, whole, wrongShape, type Part } from './decode.js';

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
  /**
   * All secrets that the key sees, without soft-deleted ones.
   * @param isWanted whether the value of a secret is wanted, by name and id; the others' are dropped, and never wrapped
   */
  secrets(isWanted: IsWanted): Promise<readonly SecretInfo[]>;
  /** The secret of this very name, if the key sees one. */
  secretNamed(name: string): Promise<SecretInfo | undefined>;
  /** The secret with this id; `undefined` where it is gone or the key does not see it. */
  secret(id: string, finish?: boolean): Promise<SecretInfo | undefined>;
  /** Not repeated by itself after an unclear end: look the name up first. */
  createSecret(name: string, value: Sensitive): Promise<SecretInfo>;
  /** Not repeated by itself after an unclear end: read the secret first. */
  updateSecret(id: string, value: Sensitive): Promise<SecretInfo>;
  /** A secret that is already gone is not an error. */
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
 * @param wrap wraps the values that are read
 */
export function createApi(
  client: HttpClient,
  organization: string | undefined,
  wrap: RunScope['sensitive'],
): Api {
  return new ManagementApi(client, organization, wrap);
}

type Call = Omit<HttpRequest, 'repeat'> & Partial<HttpRequest>;

class ManagementApi implements Api {
  readonly #client: HttpClient;
  readonly #organization: string | undefined;
  readonly #secretOf: (part: Part, isWanted?: IsWanted) => SecretInfo;

  constructor(client: HttpClient, organization: string | undefined, wrap: RunScope['sensitive']) {
    this.#client = client;
    this.#organization = organization;
    this.#secretOf = (part, isWanted) => secretOf(part, wrap, isWanted);
  }

  async currentUser(): Promise<UserInfo> {
    return userOf(whole(await this.#get('/v1/users/current')));
  }

  async currentOrganization(): Promise<{ readonly id: string; readonly name: string }> {
    const body = whole(await this.#get('/v1/organizations/current'));
    return { id: text(field(body, 'orgID')), name: text(field(body, 'name')) };
  }

  async users(): Promise<readonly UserInfo[]> {
    return listBody(await this.#get('/v1/users'), 'users').map(userOf);
  }

  async teams(): Promise<readonly TeamInfo[]> {
    return listBody(await this.#get('/v1/teams'), 'teams').map(teamOf);
  }

  async pendingInvitations(): Promise<readonly string[]> {
    const answer = await this.#get('/v1/invitations?state=Pending');
    return listBody(answer, 'invitations').map((invitation) => text(field(invitation, 'email')));
  }

  async secrets(isWanted: IsWanted): Promise<readonly SecretInfo[]> {
    const answer = await this.#getSecret('/v1/secrets', { maxBytes: LIST_BYTES });
    return listBody(answer, 'secrets')
      .map((part) => this.#secretOf(part, isWanted))
      .filter((secret) => !secret.deleted);
  }

  async secretNamed(name: string): Promise<SecretInfo | undefined> {
    const path = `/v1/secrets?name=${encodeURIComponent(name)}`;
    const answer = await this.#getSecret(path, { finish: true });
    return listBody(answer, 'secrets')
      .map((part) => this.#secretOf(part, (other) => other === name))
      .find((secret) => secret.name === name && !secret.deleted);
  }

  secret(id: string, finish?: boolean): Promise<SecretInfo | undefined> {
    return unlessGone(async () => {
      const secret = this.#secretOf(
        objectBody(await this.#getSecret(secretPath(id), defined({ finish })), 'secret'),
      );
      return secret.deleted ? undefined : secret;
    });
  }

  async createSecret(name: string, value: Sensitive): Promise<SecretInfo> {
    const body = { name, value: value.reveal() };
    const answer = await this.#send({ ...write('POST', '/v1/secrets', body), sensitiveBody: true });
    return this.#secretOf(objectBody(answer, 'secret'));
  }

  async updateSecret(id: string, value: Sensitive): Promise<SecretInfo> {
    const body = { value: value.reveal() };
    const answer = await this.#send({ ...write('PATCH', secretPath(id), body), sensitiveBody: true });
    return this.#secretOf(objectBody(answer, 'secret'));
  }

  async deleteSecret(id: string): Promise<void> {
    await unlessGone(async () => {
      const answer = await this.#send({ method: 'DELETE', path: secretPath(id), finish: true });
      // A good status is not enough: a proxy may have answered in the server's place.
      return text(field(whole(answer), 'secretID'));
    });
  }

  access(id: string, finish?: boolean): Promise<readonly Grant[] | undefined> {
    const path = `${secretPath(id)}/accessControls`;
    return unlessGone(async () =>
      listBody(await this.#get(path, finish), 'accessControls').flatMap(grantsOf),
    );
  }

  async changeAccess(
    id: string,
    grants: readonly AccessEntry[],
    revokes: readonly AccessEntry[],
  ): Promise<void> {
    const answer = await this.#send(write('PATCH', `${secretPath(id)}/accessControls`, { grants, revokes }));
    const { body } = answer;
    const isEmpty = body === undefined || (typeof body === 'object' && Object.keys(body ?? {}).length === 0);
    // The contract leaves the body open; one that holds something may not be this server's, so it counts as unclear.
    if (!isEmpty) throw wrongShape(whole(answer));
  }

  async identityRoles(type: 'user' | 'team', id: string): Promise<readonly IdentityRole[]> {
    const path = `/v1/${type}s/${encodeURIComponent(id)}/identityRoles?resourceType=Secret`;
    const roles = await unlessGone(async () =>
      listBody(await this.#get(path), 'identityRoles').map(identityRoleOf),
    );
    return roles ?? [];
  }

  #get(path: string, finish = false): Promise<HttpAnswer> {
    return this.#send({ method: 'GET', path, finish });
  }

  /** An error about a secret may hold its value, and nothing masks a value that was never read. */
  #getSecret(path: string, more: Partial<HttpRequest>): Promise<HttpAnswer> {
    return this.#send({ method: 'GET', path, sensitiveBody: true, ...more });
  }

  #send(call: Call): Promise<HttpAnswer> {
    const mark = call.path.includes('?') ? '&' : '?';
    const organization =
      this.#organization === undefined
        ? ''
        : `${mark}organizationID=${encodeURIComponent(this.#organization)}`;
    return this.#client.send({ repeat: 'safe', ...call, path: call.path + organization });
  }
}

function secretPath(id: string): string {
  return `/v1/secrets/${encodeURIComponent(id)}`;
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
