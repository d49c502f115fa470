import {
  byAddress,
  defined,
  kindOf,
  problemError,
  type ActualResource,
  type ApplyItem,
  type DesiredResource,
  type Outcome,
  type ReadResult,
  type SystemIdentity,
  type Unmanaged,
} from '../../model/index.js';
import {
  createHttpClient,
  realClock,
  type Clock,
  type HttpClient,
  type Prepared,
  type ReadRequest,
  type ResolvedSettings,
  type Session,
  type SessionContext,
} from '../sdk/index.js';
import { createApi, type Api } from './api.js';
import type { IsWanted, SecretInfo, UserInfo } from './api-types.js';
import { applyItems } from './apply.js';
import { readIdentities, type Identities } from './directory.js';
import { reading } from './explain.js';
import { prepareShares } from './identities.js';
import { TYPE } from './kinds.js';
import { readShares } from './read-shares.js';
import { isAboutAccess, readResources, secretResource, wantedBy } from './read.js';
import { resolveConnection, type Connection } from './settings.js';

/**
 * Opens a session: two requests, for the organization and for the user of the key.
 *
 * @param clock time and chance, for tests
 * @throws UnreachableError, DiagnosticError as the contract of providers says
 */
export async function openSession(
  settings: ResolvedSettings,
  context: SessionContext,
  clock: Clock = realClock(context.now),
): Promise<Session> {
  const connection = resolveConnection(settings, context.env);
  const client = connect(connection, context, clock);
  try {
    const { host } = connection;
    const api = createApi(client, connection.organization, context.sensitive, context.log);
    context.progress(`connecting to ${host}`);
    const [self, organization] = await reading(host, () =>
      Promise.all([api.currentUser(), api.currentOrganization()]),
    );
    checkOrganization(settings, connection.organization, organization);
    const { self: named } = connection;
    return new HeliosSession({
      provider: settings.name,
      host,
      api,
      client,
      context,
      self,
      named,
      organization,
    });
  } catch (error) {
    await client.close();
    throw error;
  }
}

function connect(connection: Connection, context: SessionContext, clock: Clock): HttpClient {
  const { timeoutMs, backoffMs } = connection;
  return createHttpClient({
    baseUrl: connection.baseUrl,
    headers: { authorization: connection.authorization },
    parallelism: context.parallelism,
    signal: context.signal,
    env: context.env,
    clock,
    progress: (message) => {
      context.progress(`${connection.host}: ${message}`);
    },
    outside: context.outside,
    ...(backoffMs === undefined ? {} : { retry: { baseMs: backoffMs } }),
    ...defined({ timeoutMs, log: context.log, patienceMs: context.patienceMs }),
  });
}

/** What a session is made of. */
interface Parts {
  readonly provider: string;
  readonly host: string;
  readonly api: Api;
  readonly client: HttpClient;
  readonly context: SessionContext;
  /** The user of the key. */
  readonly self: UserInfo;
  /** The principal that the configuration names as `self`. */
  readonly named: string | undefined;
  readonly organization: { readonly id: string; readonly name: string };
}

class HeliosSession implements Session {
  readonly system: SystemIdentity;
  readonly #parts: Parts;
  #identities: Promise<Identities> | undefined;
  /** Ids of the secrets as last listed, by name. */
  #listed: ReadonlyMap<string, string> = new Map();

  constructor(parts: Parts) {
    const { organization, self, named } = parts;
    const user = `user:${self.email.toLowerCase()}`;
    this.#parts = parts;
    this.system = {
      type: TYPE,
      id: organization.id,
      name: organization.name,
      principal: named ?? user,
      ...defined({ actor: named === undefined || named === user ? undefined : user }),
    };
  }

  prepare(desired: readonly DesiredResource[]): Promise<Prepared> {
    const { host, api } = this.#parts;
    return reading(host, () => prepareShares(desired, this.#readEveryone, api));
  }

  read(request: ReadRequest): Promise<ReadResult> {
    const { host, api, provider, context, organization } = this.#parts;
    return reading(host, async () => {
      context.progress(`reading secrets of ${organization.name}`);
      const [identities, secrets] = await Promise.all([
        isAboutAccess(request) ? this.#readEveryone() : this.#readIdentities(),
        this.#list(wantedBy(request)),
      ]);
      const found = await readResources({ api, provider, identities }, request, secrets);
      const { directory, forbidden } = identities;
      return { system: this.system, ...found, ...(forbidden === undefined ? { directory } : {}) };
    });
  }

  discover(onUnmanaged?: (entries: readonly Unmanaged[]) => void): Promise<readonly ActualResource[]> {
    const { host, api, provider, context, organization } = this.#parts;
    return reading(host, async () => {
      context.progress(`listing secrets of ${organization.name}`);
      const [identities, secrets] = await Promise.all([this.#readIdentities(), this.#list(() => false)]);
      const expected = new Map<string, string>();
      const onUnnamed = (): void => undefined;
      const query = { provider, secrets, identities, expected, onUnnamed };
      // Only access lists have roles that come from elsewhere.
      const beside = defined({ onUnmanaged, whole: onUnmanaged && true });
      const shares = await readShares(api, { ...query, ...beside });
      const resources = secrets.map((secret) => secretResource(provider, secret, identities));
      return [...resources, ...[...shares.values()].flat()].sort(byAddress);
    });
  }

  async apply(
    items: readonly ApplyItem[],
    onOutcome: (outcome: Outcome) => void,
    checkpoint: () => Promise<boolean>,
  ): Promise<void> {
    const { api, client, host, context } = this.#parts;
    // Who can act as an Owner may have changed since the plan was shown, which matters where access is removed.
    if (items.some(mayRemoveAccess)) this.#identities = undefined;
    const isShared = items.some(({ change }) => kindOf(change.address) === 'share');
    const identities = isShared ? this.#readEveryone : this.#readIdentities;
    await applyItems(
      { api, client, host, listed: this.#listed, identities, context },
      items,
      onOutcome,
      checkpoint,
    );
  }

  close(): Promise<void> {
    return this.#parts.client.close();
  }

  /** Kept for the session, since it costs two requests; a failed read is not kept. */
  readonly #readIdentities = (): Promise<Identities> => {
    const { host, api, self, named } = this.#parts;
    this.#identities ??= reading(host, () => readIdentities(api, self, named)).catch((error: unknown) => {
      this.#identities = undefined;
      throw error;
    });
    return this.#identities;
  };

  /** Users and teams. @throws DiagnosticError where the key may not read them */
  readonly #readEveryone = async (isFresh = false): Promise<Identities> => {
    if (isFresh) this.#identities = undefined;
    const identities = await this.#readIdentities();
    const { forbidden } = identities;
    if (forbidden === undefined) return identities;
    return reading(this.#parts.host, () => Promise.reject(forbidden));
  };

  async #list(isWanted: IsWanted): Promise<readonly SecretInfo[]> {
    const secrets = await this.#parts.api.secrets(isWanted);
    this.#listed = new Map(secrets.map((secret) => [secret.name, secret.id]));
    return secrets;
  }
}

function mayRemoveAccess({ change, desired }: ApplyItem): boolean {
  const isShare = kindOf(change.address) === 'share';
  return desired?.self === 'drop' || (isShare && change.action !== 'create');
}

/** @throws DiagnosticError where the key belongs to another organization than the configuration names */
function checkOrganization(
  settings: ResolvedSettings,
  wanted: string | undefined,
  found: { readonly id: string; readonly name: string },
): void {
  if (wanted === undefined || wanted.toLowerCase() === found.id.toLowerCase()) return;
  throw problemError({
    code: 'wrong-organization',
    summary: `The API key of provider ${settings.name} belongs to the organization ${found.name} (${found.id}), not to ${wanted}.`,
    next: 'Use a key of the right organization, or correct `organization` (or SINGLESTOREDB_ORGANIZATION).',
    at: settings.range,
  });
}
