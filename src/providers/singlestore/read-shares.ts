/*
 * Who has access to each of N secrets, in an organization of U users and T teams. Two ways lead there:
 *
 * - the access list of each secret: N requests, and everything is in it;
 * - the roles of each user and team: U + T requests, however many secrets there are. The answers hold neither when and by
 *   whom a role was given nor whether it comes from elsewhere: the contract speaks of what was *granted*.
 *
 * The cheaper one is taken, and one access list is read on top: of the secret whose shares are the least expected, else of
 * the one with the most holders. It says whether the roles can be believed (where a server mixes in inherited roles, or
 * a key sees its own roles only, the two differ), and who shared that secret and when. Where they differ, and where a
 * key may not see the roles of others at all, all access lists are read.
 *
 * Thus N secrets cost at most 1 + min(N, U + T) requests, and both ways lead to the same changes. Who and when is known for
 * every share the first way, and for those of one secret the second: asking for more would cost a request for each secret.
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
import type { Grant, SecretInfo } from './api-types.js';
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
  /** Told of the secrets whose access list this key may not read; where absent, that is an error. */
  readonly onUnseen?: (secret: SecretInfo) => void;
}

/** Reads the shares of some secrets, with as few requests as the API allows. @throws HttpError */
export async function readShares(api: Api, query: ShareQuery): Promise<SharesById> {
  const isCheap = query.secrets.length <= query.identities.members.length;
  if (isCheap || query.whole === true) return readLists(api, query, query.secrets);
  const granted = await readIdentityRoles(api, query.identities);
  if (granted === undefined) return readLists(api, query, query.secrets);
  const { roles, custom } = granted;
  const found = new Map(query.secrets.map((secret) => [secret.id, sharesFromRoles(query, secret, roles)]));
  const sample = mostTelling(query, found);
  if (sample === undefined) return found;
  const grants = await api.access(sample.id);
  if (grants === undefined) found.delete(sample.id);
  else if (sameRoles(roles.get(sample.id), directRoles(grants))) {
    found.set(sample.id, sharesOf(query.provider, sample, grants, query.identities));
    query.onUnmanaged?.(unmanagedOf(query.provider, sample, grants, query.identities));
    query.onUnmanaged?.(customShares(query, custom, sample));
  } else return readLists(api, query, query.secrets);
  return found;
}

async function readLists(api: Api, query: ShareQuery, secrets: readonly SecretInfo[]): Promise<SharesById> {
  const lists = await Promise.all(
    secrets.map(async (secret) => {
      const grants = await accessOf(api, secret, query);
      if (grants === undefined) return [];
      if (grants === 'unseen') return [[secret.id, []] as const];
      query.onUnmanaged?.(unmanagedOf(query.provider, secret, grants, query.identities));
      return [[secret.id, sharesOf(query.provider, secret, grants, query.identities)] as const];
    }),
  );
  return new Map(lists.flat());
}

/** The access list of a secret; `unseen` where this key may see the secret and not who has access to it. */
async function accessOf(
  api: Api,
  secret: SecretInfo,
  { onUnseen }: ShareQuery,
): Promise<readonly Grant[] | undefined | 'unseen'> {
  try {
    return await api.access(secret.id);
  } catch (error) {
    if (onUnseen === undefined || !(error instanceof HttpError) || error.status !== 403) throw error;
    onUnseen(secret);
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

/** The custom roles on the secrets of a query, but for the one whose access list was read. */
function customShares(
  { provider, secrets }: ShareQuery,
  custom: readonly CustomRole[],
  sample: SecretInfo,
): readonly Unmanaged[] {
  const names = new Map(secrets.map(({ id, name }) => [id, name]));
  return custom.flatMap(({ secretId, member, role }) => {
    const name = names.get(secretId);
    if (name === undefined || secretId === sample.id) return [];
    const address = formatAddress({ kind: 'share', provider, name, member: member.principal });
    return [{ address, what: `the role ${role}` }];
  });
}

/** The secret whose access list says the most: one with shares that nobody expected, else the one with the most holders. */
function mostTelling(query: ShareQuery, found: SharesById): SecretInfo | undefined {
  const weight = (secret: SecretInfo): number => {
    const shares = found.get(secret.id) ?? [];
    return shares.length + (isExplained(query, shares) ? 0 : query.identities.members.length + 1);
  };
  return query.secrets
    .map((secret) => ({ secret, weight: weight(secret) }))
    .sort((a, b) => b.weight - a.weight || compareText(a.secret.name, b.secret.name))[0]?.secret;
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
