/*
 * An owner always remains.
 *
 * Some systems delete an object that loses its last Owner (a Helios secret), so a plan that revokes an Owner may destroy what it
 * only meant to share. Which kinds these are, and which role owns, comes with the kinds. Terms:
 * - An Owner *can act* if it is a user of the organization, or a team that has at least one such user, nested teams included.
 *   An empty team is not an Owner, and neither is somebody who left the organization.
 * - A grant that is inherited from elsewhere does not count: it is not on the object.
 * - The tool's own Owner is kept unless the configuration says `self: drop`, and then goes last.
 * This looks at the end of the plan. That no step on the way there passes through 'no Owner' is the order of the
 * provider: grants before revokes, the own Owner at the very end.
 */
import { groupBy, problem, providerOf } from '../model/index.js';
import type {
  Change,
  DesiredResource,
  Diagnostic,
  Fields,
  Kinds,
  OwnershipRule,
  PrincipalDirectory,
} from '../model/index.js';
import { effectiveUsers } from './directory.js';
import type { UsersOf } from './directory.js';
import type { PlanIndex } from './plan-index.js';

/**
 * Checks every object whose grants the plan touches, whatever the scope of the run and whether or not its list is managed, and those in
 * scope whose list of grants is authoritative.
 */
export function checkOwners(index: PlanIndex, changes: readonly Change[]): readonly Diagnostic[] {
  return index.kinds.all.flatMap(({ kind, ownership }) =>
    ownership === undefined ? [] : checkKind(index, changes, { kind, ownership }),
  );
}

/** A kind whose resources grant ownership of the object that they live in. */
interface GrantKind {
  readonly kind: string;
  readonly ownership: OwnershipRule;
}

function checkKind(
  index: PlanIndex,
  changes: readonly Change[],
  { kind, ownership }: GrantKind,
): readonly Diagnostic[] {
  const { kinds } = index;
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const wantedGrants = groupBy(grantsAmong(index.desired.values(), kind, kinds), ({ parent }) => parent);
  const touched = new Set(
    grantsAmong(changes, kind, kinds).flatMap(({ resource, parent }) =>
      resource.action === 'forget' ? [] : [parent],
    ),
  );
  const lookups = new Map<PrincipalDirectory, UsersOf>();
  return [...new Set([...managedObjects(index, kind), ...touched])].flatMap((address) => {
    const directory = index.directoryOf(providerOf(address));
    // An object that neither exists nor is created has no Owners to look after: it was handed over, or its plan is refused.
    const exists = index.actual.has(address) || byAddress.get(address)?.action === 'create';
    // Grants that could not be seen are not changed either.
    const { provider, name } = kinds.mustParse(address);
    const isUnseen = index.unseen.reasonOf({ kind, provider, name, member: '' }) !== undefined;
    if (directory === undefined || !exists || (isUnseen && !touched.has(address))) return [];
    // Out of scope the rules of the configuration are not known; that an Owner remains holds all the same.
    const object = index.desired.get(address) ?? { address, dependsOn: [], lifecycle: {}, fields: {} };
    const wanted = (wantedGrants.get(address) ?? []).map(({ resource }) => resource);
    const usersOf = lookups.get(directory) ?? effectiveUsers(directory);
    lookups.set(directory, usersOf);
    return checkOwnersRemain({
      object,
      owners: finalOwners({ index, object, wanted, changes: byAddress, directory, ownership }),
      self: directory.self,
      usersOf,
      isTouched: touched.has(address),
    });
  });
}

/** The resources of a kind among some, each with the address of the object that it lives in. */
function grantsAmong<Resource extends { readonly address: string }>(
  resources: Iterable<Resource>,
  kind: string,
  kinds: Kinds,
): readonly { readonly resource: Resource; readonly parent: string }[] {
  return [...resources].flatMap((resource) => {
    const address = kinds.mustParse(resource.address);
    const parent = address.kind === kind ? kinds.parentOf(address) : undefined;
    return parent === undefined ? [] : [{ resource, parent }];
  });
}

/** The desired objects in scope whose list of grants is authoritative. */
function managedObjects(index: PlanIndex, kind: string): readonly string[] {
  const { parent } = index.kinds.policyOf(kind);
  return [...index.desired.keys()].filter((text) => {
    const { kind: objectKind, provider, name } = index.kinds.mustParse(text);
    return (
      objectKind === parent && index.isListed({ kind, provider, name, member: '' }) && index.inScope(text)
    );
  });
}

interface Owners {
  readonly before: ReadonlySet<string>;
  readonly after: ReadonlySet<string>;
}

interface OwnersInput {
  readonly index: PlanIndex;
  readonly object: DesiredResource;
  /** The grants on it that are wanted. */
  readonly wanted: readonly DesiredResource[];
  readonly changes: ReadonlyMap<string, Change>;
  readonly directory: PrincipalDirectory;
  readonly ownership: OwnershipRule;
}

/** Who is Owner before the plan, and when it is done. */
function finalOwners({ index, object, wanted, changes, directory, ownership }: OwnersInput): Owners {
  const isOwner = ({ fields }: { readonly fields: Fields }): boolean => grantsOwner(fields, ownership);
  const grants = index.children.get(object.address) ?? [];
  const before = new Set(
    grants
      .filter((grant) => grant.inherited !== true && isOwner(grant))
      .map(({ address }) => memberOf(address)),
  );
  // The identity that creates an object is its Owner.
  if (changes.get(object.address)?.action === 'create') before.add(directory.self);
  const after = new Set(before);
  for (const grant of wanted) {
    const action = changes.get(grant.address)?.action;
    if (action !== 'create' && action !== 'update' && action !== 'replace') continue;
    if (isOwner(grant)) after.add(memberOf(grant.address));
    else after.delete(memberOf(grant.address));
  }
  for (const { address } of grants) {
    if (changes.get(address)?.action === 'delete') after.delete(memberOf(address));
  }
  const namesSelf = wanted.some(({ address }) => memberOf(address) === directory.self);
  if (object.self === 'drop' && !namesSelf) after.delete(directory.self);
  return { before, after };
}

interface OwnersCheck {
  readonly object: DesiredResource;
  readonly owners: Owners;
  /** The identity that runs the tool. */
  readonly self: string;
  readonly usersOf: UsersOf;
  /** Whether the plan changes grants on it. */
  readonly isTouched: boolean;
}

/** Refuses a plan that would leave an object without enough Owners who can act, or the tool without its own. */
function checkOwnersRemain(check: OwnersCheck): readonly Diagnostic[] {
  const { object, owners, usersOf, isTouched } = check;
  const people = new Set([...owners.after].flatMap((principal) => [...usersOf(principal)]));
  if (losesSelf(check)) return [ownOwnerLost(check)];
  if (people.size === 0) return [ownerLost(object, owners)];
  const minimum = object.minOwners ?? 0;
  if (people.size < minimum) return [tooFewOwners(object, people, minimum)];
  // `min_owners: 1` says that one is enough: then nobody needs to be warned.
  const isWarned = people.size === 1 && minimum !== 1 && isTouched;
  return isWarned ? [singleOwner(object, people)] : [];
}

/** Whether the tool would lose its own access, which it may have by itself or through a team. */
function losesSelf({ object, owners, self, usersOf, isTouched }: OwnersCheck): boolean {
  const holds = (principals: ReadonlySet<string>): boolean =>
    [...principals].some((principal) => usersOf(principal).has(self));
  return isTouched && object.self !== 'drop' && holds(owners.before) && !holds(owners.after);
}

function ownOwnerLost({ object: { address, range }, self }: OwnersCheck): Diagnostic {
  return problem({
    code: 'own-owner-would-be-lost',
    summary: `${address}: ${self}, which runs this, would lose its own Owner access.`,
    next: 'Add it, or a team that it is in, to `owners`; or write `self: drop` to drop its access.',
    address,
    at: range,
  });
}

function ownerLost({ address, range }: DesiredResource, { before, after }: Owners): Diagnostic {
  const losing = [...before].filter((principal) => !after.has(principal)).sort();
  const remaining = [...after].sort().map((principal) => `${principal} (nobody in it can act)`);
  return problem({
    code: 'owner-would-be-lost',
    summary: `${address} would be left without an Owner who can act, and the system would delete it.`,
    detail: [
      ...(losing.length === 0 ? [] : [`Would lose Owner: ${losing.join(', ')}.`]),
      ...(remaining.length === 0 ? [] : [`Would remain: ${remaining.join(', ')}.`]),
    ].join(' '),
    next: 'Add a user of the organization, or a team that has one, to `owners`.',
    address,
    at: range,
  });
}

function tooFewOwners(
  { address, range }: DesiredResource,
  people: ReadonlySet<string>,
  minimum: number,
): Diagnostic {
  return problem({
    code: 'too-few-owners',
    summary: `${address} would have ${people.size} Owner(s) who can act (${listOf(people)}); min_owners requires ${minimum}.`,
    next: 'Add more people, or a team of them, to `owners`.',
    address,
    at: range,
  });
}

function singleOwner({ address, range }: DesiredResource, people: ReadonlySet<string>): Diagnostic {
  return problem({
    severity: 'warning',
    code: 'single-owner',
    summary: `${address} has only one person as Owner: ${listOf(people)}.`,
    detail: 'If that person leaves the organization, the system deletes the secret.',
    next: 'Add an Owner, or write `min_owners: 1` if one is enough.',
    address,
    at: range,
  });
}

const listOf = (people: ReadonlySet<string>): string => [...people].sort().join(', ');

/** Whether a grant makes somebody an owner; its field may list several roles. */
function grantsOwner(fields: Fields, { field, role }: OwnershipRule): boolean {
  const roles = fields[field];
  return roles?.kind === 'plain' && typeof roles.value === 'string' && roles.value.split(', ').includes(role);
}

function memberOf(address: string): string {
  return /\/(.*)$/s.exec(address)?.[1] ?? '';
}
