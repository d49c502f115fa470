import { defined, type RunScope, type Sensitive } from '../../model/index.js';
import { HttpError, type HttpAnswer, type HttpClient, type HttpRequest } from '../sdk/index.js';
import {
  accessOf,
  identityRoleOf,
  secretOf,
  teamOf,
  userOf,
  type AccessList,
  type IsWanted,
  type IdentityRole,
  type SecretInfo,
  type TeamInfo,
  type UserInfo,
} from './api-types.js';
import { ApiVersions } from './versions.js';
import { field, itemOf, objectBody, text, textIn, whole, wrongShape, type Part } from './decode.js';

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
  /** The secret with this id; `gone` where the API says that it was deleted, `unseen` where it says nothing of it. */
  lookUp(id: string): Promise<SecretInfo | 'gone' | 'unseen'>;
  /** Not repeated by itself after an unclear end: look the name up first. */
  createSecret(name: string, value: Sensitive): Promise<SecretInfo>;
  /** Not repeated by itself after an unclear end: read the secret first. */
  updateSecret(id: string, value: Sensitive): Promise<SecretInfo>;
  /** A secret that is already gone is not an error. */
  deleteSecret(id: string): Promise<void>;
  /** Who has access, grants from elsewhere included; `undefined` where the secret is gone or unseen. */
  access(id: string, finish?: boolean): Promise<AccessList | undefined>;
  /** Grants, then revokes, in one step. Not repeated by itself after an unclear end: read the list first. */
  changeAccess(id: string, grants: readonly AccessEntry[], revokes: readonly AccessEntry[]): Promise<void>;
  /** All roles on secrets of one user or team, without those from elsewhere; none where it is gone. */
  identityRoles(type: 'user' | 'team', id: string): Promise<readonly IdentityRole[]>;
}

/**
 * The API over a client.
 * @param organization where given, sent as `organizationID` with each call (management API contract)
 * @param wrap wraps the values that are read
 * @param log takes what version of the API answers, where it is not the first
 */
export function createApi(
  client: HttpClient,
  organization: string | undefined,
  wrap: RunScope['sensitive'],
  log?: (message: string) => void,
): Api {
  return new ManagementApi(client, organization, wrap, new ApiVersions(log));
}

type Call = Omit<HttpRequest, 'repeat'> & Partial<HttpRequest>;

/** Calls whose body or answer has values: secrets themselves, not who has access to them. */
const VALUES = /^\/v\d\/secrets(?:[?/][^/]*)?$/;

class ManagementApi implements Api {
  readonly #client: HttpClient;
  readonly #organization: string | undefined;
  readonly #secretOf: (part: Part, isWanted?: IsWanted) => SecretInfo | undefined;
  readonly #versions: ApiVersions;

  constructor(
    client: HttpClient,
    organization: string | undefined,
    wrap: RunScope['sensitive'],
    versions: ApiVersions,
  ) {
    this.#client = client;
    this.#versions = versions;
    this.#organization = organization;
    this.#secretOf = (part, isWanted) => secretOf(part, wrap, isWanted);
  }

  async currentUser(): Promise<UserInfo> {
    return this.#versions.find('users/current', async (path) => {
      const body = whole(await this.#get(path));
      return { id: text(field(body, 'userID')), email: textIn(body, 'email') ?? text(field(body, 'userID')) };
    });
  }

  async currentOrganization(): Promise<{ readonly id: string; readonly name: string }> {
    return this.#versions.find('organizations/current', async (path) => {
      const body = whole(await this.#get(path));
      const id = text(field(body, 'orgID'));
      return { id, name: textIn(body, 'name') ?? id };
    });
  }

  users(): Promise<readonly UserInfo[]> {
    return this.#list({ path: '/v1/users' }, 'users', userOf);
  }

  teams(): Promise<readonly TeamInfo[]> {
    return this.#list({ path: '/v1/teams' }, 'teams', teamOf);
  }

  pendingInvitations(): Promise<readonly string[]> {
    return this.#list({ path: '/v1/invitations?state=Pending' }, 'invitations', (part) =>
      textIn(part, 'email'),
    );
  }

  secrets(isWanted: IsWanted): Promise<readonly SecretInfo[]> {
    return this.#versions.find('secrets', (path) =>
      this.#list({ path }, 'secrets', (part) => this.#living(part, isWanted)),
    );
  }

  async secretNamed(name: string): Promise<SecretInfo | undefined> {
    // A server that ignores the filter answers with all secrets.
    const take = (part: Part): SecretInfo | undefined => {
      const found = this.#living(part, (other) => other === name);
      return found?.name === name ? found : undefined;
    };
    const [secret] = await this.#versions.find('secrets', (secrets) => {
      const path = `${secrets}?name=${encodeURIComponent(name)}`;
      return this.#list({ path, finish: true }, 'secrets', take);
    });
    return secret;
  }

  secret(id: string, finish?: boolean): Promise<SecretInfo | undefined> {
    return unlessGone(async () =>
      this.#living(objectBody(await this.#get(this.#secretPath(id), finish), 'secret'), () => true),
    );
  }

  async lookUp(id: string): Promise<SecretInfo | 'gone' | 'unseen'> {
    const answer = await unlessStatus([403, 404], () => this.#get(this.#secretPath(id)));
    if (answer === undefined) return 'unseen';
    return this.#living(objectBody(answer, 'secret'), () => true) ?? 'gone';
  }

  async createSecret(name: string, value: Sensitive): Promise<SecretInfo> {
    const body = { name, value: value.reveal() };
    return this.#written(await this.#send(write('POST', this.#versions.path('secrets'), body)));
  }

  async updateSecret(id: string, value: Sensitive): Promise<SecretInfo> {
    const body = { value: value.reveal() };
    return this.#written(await this.#send(write('PATCH', this.#secretPath(id), body)));
  }

  async deleteSecret(id: string): Promise<void> {
    await unlessGone(async () => {
      const answer = await this.#send({ method: 'DELETE', path: this.#secretPath(id), finish: true });
      // A good status is not enough: a proxy may have answered in the server's place.
      return text(field(whole(answer), 'secretID'));
    });
  }

  access(id: string, finish?: boolean): Promise<AccessList | undefined> {
    const path = `${this.#secretPath(id)}/accessControls`;
    return unlessGone(async () => {
      const lists = await this.#list({ path, ...defined({ finish }) }, 'accessControls', accessOf);
      return {
        grants: lists.flatMap(({ grants }) => grants),
        unnamed: lists.flatMap(({ unnamed }) => unnamed),
      };
    });
  }

  async changeAccess(
    id: string,
    grants: readonly AccessEntry[],
    revokes: readonly AccessEntry[],
  ): Promise<void> {
    const answer = await this.#send(
      write('PATCH', `${this.#secretPath(id)}/accessControls`, { grants, revokes }),
    );
    const { body } = answer;
    const isEmpty = body === undefined || (typeof body === 'object' && Object.keys(body ?? {}).length === 0);
    // The contract leaves the body open; one that holds something may not be this server's, so it counts as unclear.
    if (!isEmpty) throw wrongShape(whole(answer));
  }

  async identityRoles(type: 'user' | 'team', id: string): Promise<readonly IdentityRole[]> {
    const path = `/v1/${type}s/${encodeURIComponent(id)}/identityRoles?resourceType=Secret`;
    return (await unlessGone(() => this.#list({ path }, 'identityRoles', identityRoleOf))) ?? [];
  }

  #secretPath(id: string): string {
    return `${this.#versions.path('secrets')}/${encodeURIComponent(id)}`;
  }

  #living(part: Part, isWanted: IsWanted): SecretInfo | undefined {
    const secret = this.#secretOf(part, isWanted);
    return secret?.deleted === true ? undefined : secret;
  }

  #written(answer: HttpAnswer): SecretInfo {
    const body = objectBody(answer, 'secret');
    const secret = this.#secretOf(body);
    if (secret === undefined) throw wrongShape(body);
    return secret;
  }

  #get(path: string, finish = false): Promise<HttpAnswer> {
    return this.#send({ method: 'GET', path, finish });
  }

  /** A list, read item by item; an item of which nothing is made is left out. */
  async #list<Item>(
    call: Pick<Call, 'path' | 'finish'>,
    key: string,
    make: (part: Part) => Item | undefined,
  ): Promise<readonly Item[]> {
    const { items } = await this.#client.list(this.#request({ method: 'GET', ...call }), {
      key,
      take: (item, index, answer) => make(itemOf(answer, item, index, key)),
    });
    return items;
  }

  #send(call: Call): Promise<HttpAnswer> {
    return this.#client.send(this.#request(call));
  }

  #request(call: Call): HttpRequest {
    const mark = call.path.includes('?') ? '&' : '?';
    const organization =
      this.#organization === undefined
        ? ''
        : `${mark}organizationID=${encodeURIComponent(this.#organization)}`;
    return {
      repeat: 'safe',
      ...call,
      path: call.path + organization,
      ...(VALUES.test(call.path) ? { sensitiveBody: true } : {}),
    };
  }
}

function write(
  method: 'POST' | 'PATCH',
  path: string,
  body: unknown,
): Omit<HttpRequest, 'repeat'> & { repeat: 'once' } {
  return { method, path, body, repeat: 'once', finish: true };
}

/** `undefined` in place of a 404: gone, or not seen by this key (the API makes no difference). */
function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  return unlessStatus([404], call);
}

/** `undefined` in place of some statuses. */
async function unlessStatus<T>(statuses: readonly number[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HttpError && statuses.includes(error.status ?? 0)) return undefined;
    throw error;
  }
}
