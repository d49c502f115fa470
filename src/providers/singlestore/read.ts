import {
  byAddress,
  defined,
  formatAddress,
  groupBy,
  kindOf,
  problem,
  problemError,
  type ActualResource,
  type Diagnostic,
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

/** What a request found. */
export type Found = Pick<ReadResult, 'resources' | 'diagnostics' | 'unseen' | 'unmanaged'>;

/** What reading needs. */
export interface Reader {
  readonly api: Api;
  readonly provider: string;
  readonly identities: Identities;
}

/** A secret that a request names, as it was listed. */
interface Listed {
  readonly secret: SecretInfo;
  readonly record: StateRecord | undefined;
}

/**
 * Reads the secrets that a request names, and the shares of those whose access is managed. A secret is found by the id that
 * the state remembers, else by its name.
 *
 * @param list all secrets that the key sees
 * @throws HttpError, and DiagnosticError where two secrets have one name
 */
export async function readResources(
  reader: Reader,
  request: ReadRequest,
  list: readonly SecretInfo[],
): Promise<Found> {
  const { api, provider, identities } = reader;
  const wanted = secretAddresses(request);
  const { listed, unlisted } = findListed(request, wanted.all, list);
  const { unlistedYetThere, notShown } = await lookUp(api, unlisted);
  const found = [...listed, ...unlistedYetThere];
  const secrets = await Promise.all(found.map((entry) => readValue(reader, entry, request.mustReadValue)));
  const alive = secrets.filter((secret) => secret !== undefined);
  const aliveIds = new Set(alive.map((resource) => resource.id));
  const shared = found
    .map(({ secret }) => secret)
    .filter(
      (secret) =>
        aliveIds.has(secret.id) &&
        (request.seekUnmanaged === true ||
          wanted.shared.has(formatAddress({ kind: 'secret', provider, name: secret.name }))),
    );
  const unmanaged: Unmanaged[] = [];
  const unseen: Unseen[] = [...unseenOf(request, notShown)];
  const diagnostics: Diagnostic[] = [];
  const shares = await readShares(api, {
    provider,
    secrets: shared,
    identities,
    expected: expectedRoles(request),
    whole: request.seekUnmanaged === true,
    onUnmanaged: (entries) => unmanaged.push(...entries),
    onUnseen: ({ name }, { facts: { text } }) => {
      const address = formatAddress({ kind: 'secret', provider, name });
      const reason = text === undefined ? SHARES_UNSEEN : `${SHARES_UNSEEN}: ${text}`;
      unseen.push({ what: 'members', address, kind: 'share', reason });
    },
    onUnnamed: ({ name }, roles) => diagnostics.push(unnamedGrant(provider, name, roles)),
  });
  const gone = new Set(shared.map((secret) => secret.id).filter((id) => !shares.has(id)));
  const resources = [
    ...alive.filter((resource) => !gone.has(resource.id)),
    ...[...shares.values()].flat(),
  ].sort(byAddress);
  return { resources, unmanaged, diagnostics, unseen };
}

/** Finds the secrets that a request names in the list, and the records of secrets that are not in it. */
function findListed(
  request: ReadRequest,
  addresses: ReadonlySet<string>,
  list: readonly SecretInfo[],
): { readonly listed: readonly Listed[]; readonly unlisted: readonly StateRecord[] } {
  const records = new Map(request.records.map((record) => [record.address, record]));
  const byId = new Map(list.map((secret) => [secret.id, secret]));
  const byName = groupBy(list, (secret) => secret.name);
  const listed = new Map<string, Listed>();
  const unlisted: StateRecord[] = [];
  for (const address of [...addresses].sort()) {
    const record = records.get(address);
    const own = record === undefined ? undefined : byId.get(record.id);
    const secret = own ?? onlyOne(address, byName.get(kinds.mustParse(address).name) ?? []);
    if (secret !== undefined) listed.set(secret.id, { secret, record });
    // What an interrupted run was about to create has no id yet.
    else if (record !== undefined && record.unfinished !== true && record.id !== '') unlisted.push(record);
  }
  return { listed: [...listed.values()], unlisted };
}

/** A key that lost sight of everything would cost a request for each secret. */
const MOST_LOOKUPS = 20;

/**
 * Asks by id for secrets that are not in the list. The API answers 404 both for one that is gone and for one that this key may not
 * see, so that neither is known.
 */
async function lookUp(
  api: Api,
  records: readonly StateRecord[],
): Promise<{ readonly unlistedYetThere: readonly Listed[]; readonly notShown: readonly StateRecord[] }> {
  const asked = await Promise.all(
    records.slice(0, MOST_LOOKUPS).map(async (record) => ({ record, answer: await api.lookUp(record.id) })),
  );
  const notShown = [
    ...asked.filter(({ answer }) => answer === 'unseen').map(({ record }) => record),
    ...records.slice(MOST_LOOKUPS),
  ];
  return {
    unlistedYetThere: asked.flatMap(({ record, answer }) =>
      typeof answer === 'string' ? [] : [{ secret: answer, record }],
    ),
    notShown,
  };
}

/**
 * Records of secrets that are not shown and that the configuration no longer names: nobody would look after one that is only hidden. One
 * that it does name is created again, which the API refuses where the name is still taken.
 */
function unseenOf({ desired }: ReadRequest, notShown: readonly StateRecord[]): readonly Unseen[] {
  const wanted = new Set(desired.map(({ address }) => address));
  return notShown
    .filter(({ address, deleting }) => !wanted.has(address) && deleting !== true)
    .map(({ address }) => ({
      what: 'object',
      address,
      reason: 'it is gone, or not visible to this API key',
    }));
}

/** A secret with its value, where that is needed; `undefined` where it is gone by now. */
async function readValue(
  { api, provider, identities }: Reader,
  { secret, record }: Listed,
  mustReadValue: ReadRequest['mustReadValue'],
): Promise<ActualResource | undefined> {
  if (secret.value !== undefined) return secretResource(provider, secret, identities);
  const isNeeded = record !== undefined && mustReadValue?.(record.address) === true;
  if (!isNeeded && isUnchanged(secret, record, identities)) {
    return secretResource(provider, secret, identities, UNCHANGED);
  }
  const read = await api.secret(secret.id);
  return read === undefined ? undefined : secretResource(provider, read, identities, UNREADABLE);
}

/** A grant that nobody can revoke, since the API does not say whose it is. */
export function unnamedGrant(provider: string, name: string, roles: readonly string[]): Diagnostic {
  const address = formatAddress({ kind: 'secret', provider, name });
  return problem({
    severity: 'warning',
    code: 'unnamed-grant',
    summary: `${address}: the API does not say who holds ${roles.length === 1 ? 'a grant' : `${roles.length} grants`} on it (${[...new Set(roles)].sort().join(', ')}).`,
    next: 'Look at its access list in the Cloud Portal; what is not named is neither compared nor revoked.',
    address,
  });
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
    ...defined({
      createdAt: secret.createdAt,
      createdBy: secret.createdBy === undefined ? undefined : identities.emailOf(secret.createdBy),
      changedAt: secret.updatedAt === '' ? undefined : secret.updatedAt,
      changedBy: secret.updatedBy === '' ? undefined : identities.emailOf(secret.updatedBy),
    }),
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

/** Whether a request is about anybody's access: then users and teams must be known. */
export function isAboutAccess(request: Pick<ReadRequest, 'desired' | 'records' | 'authoritative'>): boolean {
  return (
    request.authoritative.some(({ kind }) => kind === 'share') ||
    request.desired.some(({ address, self }) => self === 'drop' || kindOf(address) === 'share') ||
    request.records.some(({ address }) => kindOf(address) === 'share')
  );
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
