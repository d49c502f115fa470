import {
  byAddress,
  formatAddress,
  groupBy,
  problemError,
  type ActualResource,
  type Field,
  type ReadResult,
  type StateRecord,
  type Unmanaged,
  type Unseen,
} from '../../model/index.js';
import type { ReadRequest } from '../sdk/index.js';
import type { Api } from './api.js';
import type { IsWanted, SecretInfo } from './api-types.js';
import type { Identities } from './directory.js';
import { expectedRoles, readShares } from './read-shares.js';
import { kinds } from './kinds.js';

/** The version of a secret: moves with every change of its value (management API contract). */
export function versionOf(secret: SecretInfo): string {
  return `${secret.updatedAt}|${secret.updatedBy}`;
}

/**
 * Reads the secrets that a request names, and the shares of those whose access is managed. A secret is found by the id that
 * the state remembers, else by its name.
 *
 * @param list all secrets that the key sees
 * @throws HttpError, and DiagnosticError where two secrets have one name
 */
export async function readResources(
  api: Api,
  provider: string,
  request: ReadRequest,
  list: readonly SecretInfo[],
  identities: Identities,
): Promise<Pick<ReadResult, 'resources' | 'unmanaged' | 'unseen'>> {
  const records = new Map(request.records.map((record) => [record.address, record]));
  const wanted = secretAddresses(request);
  const found = new Map<string, { secret: SecretInfo; record: StateRecord | undefined }>();
  const byId = new Map(list.map((secret) => [secret.id, secret]));
  const byName = groupBy(list, (secret) => secret.name);
  for (const address of [...wanted.all].sort()) {
    const record = records.get(address);
    const mine = record === undefined ? undefined : byId.get(record.id);
    const secret = mine ?? onlyOne(address, byName.get(kinds.mustParse(address).name) ?? []);
    if (secret !== undefined) found.set(secret.id, { secret, record });
  }
  const secrets = await Promise.all(
    [...found.values()].map(async ({ secret, record }) => {
      if (secret.value !== undefined) return secretResource(provider, secret, identities);
      const isNeeded = record !== undefined && request.mustReadValue?.(record.address) === true;
      if (!isNeeded && isUnchanged(secret, record, identities))
        return secretResource(provider, secret, identities, UNCHANGED);
      const read = await api.secret(secret.id);
      return read === undefined ? undefined : secretResource(provider, read, identities, UNREADABLE);
    }),
  );
  const alive = secrets.filter((secret) => secret !== undefined);
  const aliveIds = new Set(alive.map((resource) => resource.id));
  const shared = [...found.values()]
    .map(({ secret }) => secret)
    .filter(
      (secret) =>
        aliveIds.has(secret.id) &&
        (request.seekUnmanaged === true ||
          wanted.shared.has(formatAddress({ kind: 'secret', provider, name: secret.name }))),
    );
  const expected = expectedRoles(request);
  const unmanaged: Unmanaged[] = [];
  const unseen: Unseen[] = [];
  const shares = await readShares(api, {
    provider,
    secrets: shared,
    identities,
    expected,
    whole: request.seekUnmanaged === true,
    onUnmanaged: (entries) => unmanaged.push(...entries),
    onUnseen: ({ name }) => {
      const address = formatAddress({ kind: 'secret', provider, name });
      unseen.push({ what: 'members', address, kind: 'share', reason: SHARES_UNSEEN });
    },
  });
  const gone = new Set(shared.map((secret) => secret.id).filter((id) => !shares.has(id)));
  const resources = [...alive.filter((resource) => !gone.has(resource.id)), ...[...shares.values()].flat()];
  return { resources: resources.sort(byAddress), unmanaged, unseen };
}

/** A secret as a resource. @param hidden stands for the value where there is none */
export function secretResource(
  provider: string,
  secret: SecretInfo,
  identities: Identities,
  hidden: Field = NOT_READ,
): ActualResource {
  return {
    address: formatAddress({ kind: 'secret', provider, name: secret.name }),
    id: secret.id,
    version: versionOf(secret),
    fields: { value: secret.value === undefined ? hidden : { kind: 'sensitive', value: secret.value } },
    createdAt: secret.createdAt,
    createdBy: identities.emailOf(secret.createdBy),
    changedAt: secret.updatedAt,
    changedBy: identities.emailOf(secret.updatedBy),
  };
}

const NOT_READ: Field = { kind: 'hidden', reason: 'not read' };
const UNCHANGED: Field = {
  kind: 'hidden',
  reason: 'not read: unchanged since the last apply',
  unchanged: true,
};
const SHARES_UNSEEN = 'the user of this API key may not see who has access (status 403)';
const UNREADABLE: Field = { kind: 'hidden', reason: 'the user of this API key may not read the value' };

/**
 * Whether a value need not be fetched: the system says that nobody touched the secret since we did, and the state can still
 * tell whether another value is wanted (it holds a fingerprint).
 */
function isUnchanged(secret: SecretInfo, record: StateRecord | undefined, identities: Identities): boolean {
  if (record?.id !== secret.id || record.fingerprints['value'] === undefined) return false;
  const by = [secret.updatedBy, identities.emailOf(secret.updatedBy)];
  return record.changedAt === secret.updatedAt && by.includes(record.changedBy ?? '');
}

/** Which secrets a request is about: by name, or by the id that the state remembers. */
export function wantedBy(request: ReadRequest): IsWanted {
  const names = new Set([...secretAddresses(request).all].map((address) => kinds.mustParse(address).name));
  const ids = new Set(request.records.map((record) => record.id));
  return (name, id) => names.has(name) || ids.has(id);
}

/** The secrets that a request is about, and those among them whose shares it needs. */
function secretAddresses(request: ReadRequest): { all: ReadonlySet<string>; shared: ReadonlySet<string> } {
  const all = new Set<string>();
  const shared = new Set<string>();
  for (const { address } of [...request.desired, ...request.records]) {
    const parsed = kinds.mustParse(address);
    if (parsed.kind === 'secret') all.add(address);
    const parent = parsed.kind === 'share' ? kinds.parentOf(parsed) : undefined;
    if (parent !== undefined) shared.add(parent);
  }
  for (const { kind, parent } of request.authoritative) {
    if (kind === 'share' && parent !== undefined) shared.add(parent);
  }
  for (const address of shared) all.add(address);
  return { all, shared };
}

/** The one secret of a name. The API promises that there are no two; acting on the wrong one would be worse than stopping. */
function onlyOne(address: string, named: readonly SecretInfo[]): SecretInfo | undefined {
  if (named.length <= 1) return named[0];
  const { name } = kinds.mustParse(address);
  throw problemError({
    code: 'ambiguous-secret',
    summary: `The organization has ${named.length} secrets called ${name}.`,
    next: 'Delete all but one in the Cloud Portal.',
    address,
  });
}
