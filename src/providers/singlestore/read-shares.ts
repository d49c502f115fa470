/*
 * Who has access to each of N secrets, in an organization of U users and T teams. Two ways lead there:
 *
 * - the access list of each secret: N requests, and everything is in it;
 * - the roles of each user and team: U + T requests, however many secrets there are. The answers hold neither when and by
 *   whom a role was given nor whether it comes from elsewhere: the contract speaks of what was *granted*.
 *
 * The cheaper one is taken. After the second, the access list of each secret is read whose shares are not as expected, since
 * people ask who changed them and when; where all are as expected, that of the secret with the most holders. These lists also say
 * whether the roles can be believed (where a server mixes in inherited roles, or a key sees its own roles only, they differ).
 * Where they cannot, and where a key may not see the roles of others at all, all access lists are read.
 *
 * Thus N secrets, D of which are not as expected, cost at most min(N, U + T) + max(1, D) requests, and both ways lead to the same
 * changes, with the same 'who' and 'when'.
 */
import {
  byAddress,
  compareText,
  formatAddress,
  type ActualResource,
  type Unmanaged,
} from '../../model/index.js';
import { HttpError, type ReadRequest } from '../sdk/index.js';
import type { Api } from './api.js';
import type { AccessList, SecretInfo } from './api-types.js';
import type { Identities, Member } from './directory.js';
import { isRole, rolesText, type Role } from './kinds.js';
import { directRoles, share, sharesOf, unmanagedOf } from './shares.js';
import { kinds } from './kinds.js';

/** Shares by the id of their secret; a secret that went away meanwhile, or is unseen by now, is not in it. */
export type SharesById = ReadonlyMap<string, readonly ActualResource[]>;

/** What the shares are read for. */
export interface ShareQuery {
  readonly provider: string;
  readonly secrets: readonly SecretInfo[];
  readonly identities: Identities;
  /** The role texts that shares had when last applied, or else should have, by address. */
  readonly expected: ReadonlyMap<string, string>;
  /** Whether all access lists are read: only they have roles that come from elsewhere. */
  readonly whole?: boolean;
  /** Told of the roles that this provider does not manage. */
  readonly onUnmanaged?: (entries: readonly Unmanaged[]) => void;
  /** Told of the secrets whose access list this key may not read, and of the refusal; where absent, that is an error. */
  readonly onUnseen?: (secret: SecretInfo, error: HttpError) => void;
  /** Told of grants whose holder the API does not name. */
  readonly onUnnamed: (secret: SecretInfo, roles: readonly string[]) => void;
}

/** Reads the shares of some secrets, with as few requests as the API allows. @throws HttpError */
export async function readShares(api: Api, query: ShareQuery): Promise<SharesById> {
  const { secrets, identities } = query;
  const isCheap = secrets.length <= identities.members.length;
  if (isCheap || query.whole === true || identities.forbidden !== undefined) {
    return (await readLists(api, query, secrets)).shares;
  }
  const granted = await readIdentityRoles(api, identities);
  if (granted === undefined) return (await readLists(api, query, secrets)).shares;
  const { roles, custom } = granted;
  const found = new Map(secrets.map((secret) => [secret.id, sharesFromRoles(query, secret, roles)]));
  const telling = mostTelling(query, found);
  const { shares, held } = await readLists(api, query, telling);
  const isRead = new Set(telling.map(({ id }) => id));
  const isBelieved = [...held].every(([id, holders]) => sameRoles(roles.get(id), holders));
  if (!isBelieved) {
    const rest = secrets.filter(({ id }) => !isRead.has(id));
    return new Map([...shares, ...(await readLists(api, query, rest)).shares]);
  }
  query.onUnmanaged?.(customShares(query, custom, isRead));
  for (const id of isRead) found.delete(id);
  return new Map([...found, ...shares]);
}

/** Access lists that were read. */
interface Lists {
  readonly shares: SharesById;
  /** Who was granted what on each secret, by the ids of the secret and of the holder. */
  readonly held: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<Role>>>;
}

async function readLists(api: Api, query: ShareQuery, secrets: readonly SecretInfo[]): Promise<Lists> {
  const { provider, identities } = query;
  const lists = await Promise.all(
    secrets.map(async (secret) => {
      const list = await accessListOf(api, secret, query);
      if (list === undefined) return [];
      if (list === 'unseen') return [{ id: secret.id, shares: [], held: undefined }];
      if (list.unnamed.length > 0) query.onUnnamed(secret, list.unnamed);
      query.onUnmanaged?.(unmanagedOf(provider, secret, list.grants, identities));
      const shares = sharesOf(provider, secret, list.grants, identities);
      return [{ id: secret.id, shares, held: directRoles(list.grants) }];
    }),
  );
  return {
    shares: new Map(lists.flat().map(({ id, shares }) => [id, shares])),
    held: new Map(lists.flat().flatMap(({ id, held }) => (held === undefined ? [] : [[id, held] as const]))),
  };
}

/** The access list of a secret; `unseen` where this key may see the secret and not who has access to it. */
async function accessListOf(
  api: Api,
  secret: SecretInfo,
  { onUnseen }: ShareQuery,
): Promise<AccessList | undefined | 'unseen'> {
  try {
    return await api.access(secret.id);
  } catch (error) {
    if (onUnseen === undefined || !(error instanceof HttpError) || error.status !== 403) throw error;
    onUnseen(secret, error);
    return 'unseen';
  }
}

/** Roles by secret, then by holder. */
type Roles = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<Role>>>;

/** A role that is none of the built-in ones. */
interface CustomRole {
  readonly secretId: string;
  readonly member: Member;
  readonly role: string;
}

/** All roles of all users and teams; `undefined` where the key may not see them. */
async function readIdentityRoles(
  api: Api,
  identities: Identities,
): Promise<{ readonly roles: Roles; readonly custom: readonly CustomRole[] } | undefined> {
  const custom: CustomRole[] = [];
  const roles = new Map<string, Map<string, Set<Role>>>();
  const add = (secretId: string, member: Member, role: Role): void => {
    const holders = roles.get(secretId) ?? new Map<string, Set<Role>>();
    roles.set(secretId, holders.set(member.id, (holders.get(member.id) ?? new Set<Role>()).add(role)));
  };
  try {
    await Promise.all(
      identities.members.map(async (member) => {
        for (const { resourceId, role } of await api.identityRoles(member.type, member.id)) {
          if (isRole(role)) add(resourceId, member, role);
          else custom.push({ secretId: resourceId, member, role });
        }
      }),
    );
    return { roles, custom };
  } catch (error) {
    if (error instanceof HttpError && error.status === 403) return undefined;
    throw error;
  }
}

/** The custom roles on the secrets of a query, but for those whose access lists were read. */
function customShares(
  { provider, secrets }: ShareQuery,
  custom: readonly CustomRole[],
  isRead: ReadonlySet<string>,
): readonly Unmanaged[] {
  const names = new Map(secrets.map(({ id, name }) => [id, name]));
  return custom.flatMap(({ secretId, member, role }) => {
    const name = names.get(secretId);
    if (name === undefined || isRead.has(secretId)) return [];
    const address = formatAddress({ kind: 'share', provider, name, member: member.principal });
    return [{ address, what: `the role ${role}` }];
  });
}

/** The secrets whose access lists say the most: those with shares that nobody expected, else the one with the most holders. */
function mostTelling(query: ShareQuery, found: SharesById): readonly SecretInfo[] {
  const sharesOn = ({ id }: SecretInfo): readonly ActualResource[] => found.get(id) ?? [];
  const unexpected = query.secrets.filter((secret) => !isExplained(query, sharesOn(secret)));
  if (unexpected.length > 0) return unexpected;
  return query.secrets
    .toSorted((a, b) => sharesOn(b).length - sharesOn(a).length || compareText(a.name, b.name))
    .slice(0, 1);
}

function sameRoles(
  a: ReadonlyMap<string, ReadonlySet<Role>> | undefined,
  b: ReadonlyMap<string, ReadonlySet<Role>>,
): boolean {
  const text = (roles: ReadonlyMap<string, ReadonlySet<Role>>): string =>
    [...roles]
      .map(([id, held]) => `${id} ${rolesText(held)}`)
      .sort()
      .join('\n');
  return text(a ?? new Map<string, ReadonlySet<Role>>()) === text(b);
}

function sharesFromRoles(
  { provider, identities }: ShareQuery,
  secret: SecretInfo,
  roles: Roles,
): readonly ActualResource[] {
  const holders = roles.get(secret.id);
  return identities.members
    .flatMap(({ type, id, principal }) => {
      const held = holders?.get(id);
      const label = principal.slice(type.length + 1);
      return held === undefined
        ? []
        : [share(provider, secret, { type, id, label }, rolesText(held), identities)];
    })
    .sort(byAddress);
}

/** Whether nothing about these shares needs a 'who and when', and they have an Owner, as every secret has. */
function isExplained({ expected, identities }: ShareQuery, shares: readonly ActualResource[]): boolean {
  return (
    shares.some(({ version }) => version.startsWith('Owner')) &&
    shares.every(({ address, version }) => {
      const wanted = expected.get(address);
      if (wanted !== undefined) return wanted === version;
      return kinds.mustParse(address).member === identities.self.principal && version === 'Owner';
    })
  );
}

/** The role texts that a request leads to expect: what the state last applied, else what is wanted. */
export function expectedRoles(request: ReadRequest): ReadonlyMap<string, string> {
  const expected = new Map<string, string>();
  for (const { address, fields } of request.desired) {
    const role = fields['role'];
    if (role?.kind === 'plain' && typeof role.value === 'string') expected.set(address, role.value);
  }
  for (const { address, fields } of request.records) {
    const role = fields['role'];
    if (typeof role === 'string') expected.set(address, role);
  }
  return expected;
}
