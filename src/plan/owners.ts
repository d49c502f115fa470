/*
 * An owner always remains.
 *
 * A Helios secret that loses its last Owner is removed by the system, so a plan that takes an Owner away may destroy a
 * secret that it only meant to share. Terms:
 * - An Owner *can act* if it is a user of the organization, or a team in which at least one such user is, nested teams
 *   followed. A team without anybody is no Owner; somebody who left the organization is none either.
 * - A grant that is inherited from elsewhere does not count: it is not on the secret.
 * - The tool's own Owner is kept unless the file says `self: drop`, and then goes last.
 * This looks at the end of the plan. That no step on the way there passes through 'no Owner' is the order of the
 * provider: grants before revokes, the own Owner at the very end.
 */
import { defined, groupBy, providerOf } from '../model/index.js';
import type { Change, DesiredResource, Diagnostic, Fields, PrincipalDirectory } from '../model/index.js';
import { effectiveUsers } from './directory.js';
import type { UsersOf } from './directory.js';
import type { PlanIndex } from './plan-index.js';

/**
 * Checks every secret whose shares the plan touches, whatever the scope of the run and whoever manages its list, and those in
 * scope whose list is authoritative.
 */
export function checkOwners(index: PlanIndex, changes: readonly Change[]): readonly Diagnostic[] {
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const touched = new Set<string>();
  for (const change of changes) {
    const address = index.kinds.mustParse(change.address);
    const secret = address.kind === 'share' ? index.kinds.parentOf(address) : undefined;
    if (secret !== undefined && change.action !== 'forget') touched.add(secret);
  }
  const wantedShares = groupBy(index.desired.values(), ({ address }) => index.kinds.parentOf(address));
  const managed = [...index.desired.keys()].filter((text) => {
    const { kind, provider, name } = index.kinds.mustParse(text);
    const isListed = index.isListed({ kind: 'share', provider, name, member: '' });
    return kind === 'secret' && isListed && index.inScope(text);
  });
  const lookups = new Map<PrincipalDirectory, UsersOf>();
  return [...new Set([...managed, ...touched])].flatMap((text) => {
    const directory = index.directoryOf(providerOf(text));
    // A secret that is neither there nor to be made has no Owners to look after: it was handed over, or its plan is refused.
    const isThere = index.actual.has(text) || byAddress.get(text)?.action === 'create';
    if (directory === undefined || !isThere) return [];
    // Out of scope the rules of the file are not known; that an Owner remains holds all the same.
    const secret = index.desired.get(text) ?? { address: text, dependsOn: [], lifecycle: {}, fields: {} };
    const owners = finalOwners(index, secret, wantedShares.get(text) ?? [], byAddress, directory);
    const usersOf = lookups.get(directory) ?? effectiveUsers(directory);
    lookups.set(directory, usersOf);
    return judge(secret, owners, directory.self, usersOf, touched.has(text));
  });
}

interface Owners {
  readonly before: ReadonlySet<string>;
  readonly after: ReadonlySet<string>;
}

/** Who is Owner before the plan, and when it is done. */
function finalOwners(
  index: PlanIndex,
  secret: DesiredResource,
  wanted: readonly DesiredResource[],
  changes: ReadonlyMap<string, Change>,
  directory: PrincipalDirectory,
): Owners {
  const before = new Set<string>();
  for (const share of index.children.get(secret.address) ?? []) {
    if (share.inherited !== true && isOwner(share.fields)) before.add(memberOf(share.address));
  }
  // Whoever makes a secret is its Owner.
  if (changes.get(secret.address)?.action === 'create') before.add(directory.self);
  const after = new Set(before);
  for (const share of wanted) {
    const action = changes.get(share.address)?.action;
    if (action !== 'create' && action !== 'update' && action !== 'replace') continue;
    if (isOwner(share.fields)) after.add(memberOf(share.address));
    else after.delete(memberOf(share.address));
  }
  for (const share of index.children.get(secret.address) ?? []) {
    if (changes.get(share.address)?.action === 'delete') after.delete(memberOf(share.address));
  }
  if (secret.self === 'drop' && !wanted.some((resource) => memberOf(resource.address) === directory.self)) {
    after.delete(directory.self);
  }
  return { before, after };
}

function judge(
  secret: DesiredResource,
  owners: Owners,
  self: string,
  usersOf: UsersOf,
  isTouched: boolean,
): readonly Diagnostic[] {
  const people = new Set([...owners.after].flatMap((one) => [...usersOf(one)]));
  const losing = [...owners.before].filter((one) => !owners.after.has(one)).sort();
  const at = { address: secret.address, ...defined({ range: secret.range }) };
  // It may hold its access by itself, or through a team.
  const holds = (side: ReadonlySet<string>): boolean => [...side].some((one) => usersOf(one).has(self));
  if (isTouched && holds(owners.before) && !holds(owners.after) && secret.self !== 'drop') {
    return [
      {
        severity: 'error',
        code: 'own-owner-would-be-lost',
        summary: `${secret.address}: ${self}, which runs this, would lose its own Owner access.`,
        next: 'Name it, or a team that it is in, under `owners`; or say `self: drop` if that is meant.',
        ...at,
      },
    ];
  }
  if (people.size === 0) {
    const empty = [...owners.after].sort().map((one) => `${one} (nobody in it can act)`);
    return [
      {
        severity: 'error',
        code: 'owner-would-be-lost',
        summary: `${secret.address} would be left without an Owner who can act, and the system would delete it.`,
        detail: [
          losing.length === 0 ? '' : `Would lose Owner: ${losing.join(', ')}.`,
          empty.length === 0 ? '' : `Would remain: ${empty.join(', ')}.`,
        ]
          .filter((line) => line !== '')
          .join(' '),
        next: 'Name under `owners` a user of the organization, or a team that has one.',
        ...at,
      },
    ];
  }
  const minimum = secret.minOwners ?? 0;
  if (people.size >= Math.max(minimum, 2)) return [];
  const only = [...people].sort().join(', ');
  if (people.size < minimum) {
    return [
      {
        severity: 'error',
        code: 'too-few-owners',
        summary: `${secret.address} would have ${people.size} Owner(s) who can act (${only}); min_owners asks for ${minimum}.`,
        next: 'Name more people, or a team of them, under `owners`.',
        ...at,
      },
    ];
  }
  // `min_owners: 1` says that one is enough: then nobody needs to be warned.
  if (minimum === 1 || !isTouched) return [];
  return [
    {
      severity: 'warning',
      code: 'single-owner',
      summary: `${secret.address} has one person alone as Owner: ${only}.`,
      detail: 'If that person leaves the organization, the system deletes the secret.',
      next: 'Add an Owner, or say `min_owners: 1` if one is meant to be enough.',
      ...at,
    },
  ];
}

function isOwner(fields: Fields): boolean {
  const role = fields['role'];
  return role?.kind === 'plain' && typeof role.value === 'string' && role.value.split(', ').includes('Owner');
}

function memberOf(address: string): string {
  return /\/(.*)$/s.exec(address)?.[1] ?? '';
}
