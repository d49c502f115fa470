import { DiagnosticError, defined, kindOf, type ApplyItem } from '../../model/index.js';
import {
  createHttpClient,
  realClock,
  type Clock,
  type ResolvedSettings,
  type Session,
  type SessionContext,
} from '../sdk/index.js';
import { createApi } from './api.js';
import { applyItems } from './apply.js';
import { readIdentities, type Identities } from './directory.js';
import { reading } from './explain.js';
import { prepareShares } from './identities.js';
import { TYPE } from './kinds.js';
import { readShares } from './read-shares.js';
import { readResources, secretResource } from './read.js';
import { resolveConnection } from './settings.js';

/**
 * Opens a session: two requests, for the organization and for whose key it is.
 *
 * @param clock time and chance, for tests
 * @throws UnreachableError, DiagnosticError as the contract of providers says
 */
export async function openSession(
  settings: ResolvedSettings,
  context: SessionContext,
  clock: Clock = realClock(context.now),
): Promise<Session> {
  const provider = settings.name;
  const connection = resolveConnection(settings, context.env);
  const { host, timeoutMs, backoffMs } = connection;
  const client = createHttpClient({
    baseUrl: connection.baseUrl,
    headers: { authorization: connection.authorization },
    parallelism: context.parallelism,
    signal: context.signal,
    env: context.env,
    clock,
    ...defined({ timeoutMs }),
    ...(backoffMs === undefined ? {} : { retry: { baseMs: backoffMs } }),
    ...defined({ log: context.log }),
  });
  const api = createApi(client, connection.organization, context.sensitive);
  context.progress(`asking ${host} who we are`);
  const [self, organization] = await reading(host, () =>
    Promise.all([api.currentUser(), api.currentOrganization()]),
  );
  checkOrganization(settings, connection.organization, organization);

  let identities: Promise<Identities> | undefined;
  // Kept for the session, since reading them costs two requests; a failed reading is not.
  const known = (): Promise<Identities> => {
    identities ??= reading(host, () => readIdentities(api, self)).catch((error: unknown) => {
      identities = undefined;
      throw error;
    });
    return identities;
  };
  /** Secrets as last listed: name and id. */
  let listed: ReadonlyMap<string, string> | undefined;
  const list = async () => {
    const secrets = await api.secrets();
    listed = new Map(secrets.map((secret) => [secret.name, secret.id]));
    return secrets;
  };
  const system = {
    type: TYPE,
    id: organization.id,
    name: organization.name,
    principal: `user:${self.email.toLowerCase()}`,
  };

  return {
    system,
    prepare: (desired) => reading(host, () => prepareShares(desired, known, api)),
    read: (request) =>
      reading(host, async () => {
        context.progress(`reading secrets of ${organization.name}`);
        const [people, secrets] = await Promise.all([known(), list()]);
        const resources = await readResources(api, provider, request, secrets, people);
        return { system, resources, directory: people.directory };
      }),
    discover: () =>
      reading(host, async () => {
        context.progress(`listing secrets of ${organization.name}`);
        const [people, secrets] = await Promise.all([known(), list()]);
        const expected = new Map<string, string>();
        const shares = await readShares(api, { provider, secrets, identities: people, expected });
        return [
          ...secrets.map((secret) => secretResource(provider, secret, people)),
          ...[...shares.values()].flat(),
        ].sort((a, b) => (a.address < b.address ? -1 : 1));
      }),
    apply: async (items, onOutcome, checkpoint) => {
      // Who can act as an Owner may have changed since the plan was shown, and that counts where access is taken away.
      if (items.some(mayTakeAccess)) identities = undefined;
      await applyItems(
        { api, client, host, listed: listed ?? new Map<string, string>(), identities: known, context },
        items,
        onOutcome,
        checkpoint,
      );
    },
    close: () => client.close(),
  };
}

function mayTakeAccess({ change, desired }: ApplyItem): boolean {
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
  throw new DiagnosticError([
    {
      severity: 'error',
      code: 'wrong-organization',
      summary: `The API key of provider ${settings.name} belongs to the organization ${found.name} (${found.id}), not to ${wanted}.`,
      next: 'Take a key of the right organization, or correct `organization` (or SINGLESTOREDB_ORGANIZATION).',
      ...defined({ range: settings.range }),
    },
  ]);
}
