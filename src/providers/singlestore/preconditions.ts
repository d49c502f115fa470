import { compareText, type ApplyItem } from '../../model/index.js';
import { isPending, ownersAfter, takesAway, type ShareStep } from './access-plan.js';
import type { Grant, SecretInfo } from './api-types.js';
import type { Identities } from './directory.js';
import { parseRoles, rolesText, type Role } from './kinds.js';
import { versionOf } from './read.js';
import { shareId } from './shares.js';
import { StepError } from './step-error.js';
import { changedBy, gone, type Writer } from './writes.js';
import { kinds } from './kinds.js';

/** The built-in roles that holders have on one secret, by the holder's id. */
export type Held = ReadonlyMap<string, ReadonlySet<Role>>;
const NO_ROLES: ReadonlySet<Role> = new Set();

/** @throws StepError where the secret is not the one, or not as, the plan saw */
export function checkSecret(writer: Writer, { change }: ApplyItem, now: SecretInfo | undefined): SecretInfo {
  const { name } = kinds.mustParse(change.address);
  const { precondition } = change;
  if (now === undefined) throw gone(name);
  if (
    precondition.kind !== 'present' ||
    precondition.id !== now.id ||
    precondition.version !== versionOf(now)
  ) {
    throw changedBy(writer, now);
  }
  return now;
}

function memberOf(item: ApplyItem, identities: Identities): ShareStep['member'] {
  const member = kinds.mustParse(item.change.address).member ?? '';
  const { precondition } = item.change;
  // The member may have left the organization; the plan has its id.
  const id = precondition.kind === 'present' ? precondition.id.split('/')[1] : undefined;
  if (id !== undefined) return { type: member.startsWith('team:') ? 'team' : 'user', id };
  const found = identities.find(member);
  if (found.kind === 'found') return found.member;
  throw new StepError(
    `${member} is no longer in the organization.`,
    'Plan again: the plan says what to do about it.',
  );
}

/** What one share's change does to the roles that its principal holds. @throws StepError */
export function shareStep(item: ApplyItem, held: Held, identities: Identities): ShareStep {
  const member = memberOf(item, identities);
  const role = item.desired?.fields['role'];
  const isRemoval = item.change.action === 'delete';
  const wanted = role?.kind === 'plain' && typeof role.value === 'string' ? parseRoles(role.value) : NO_ROLES;
  if (!isRemoval && wanted.size === 0) throw new StepError(`${item.change.address} has no role to give.`);
  return { item, member, current: held.get(member.id) ?? NO_ROLES, wanted: isRemoval ? NO_ROLES : wanted };
}

/** A new secret with `self: drop`: the Owner role that creating it gave us is revoked. */
export function ownStep(
  ofSecret: ApplyItem | undefined,
  shares: readonly ApplyItem[],
  { self }: Identities,
): readonly ShareStep[] {
  if (ofSecret?.change.action !== 'create' || ofSecret.desired?.self !== 'drop') return [];
  const isNamed = shares.some((item) => kinds.mustParse(item.change.address).member === self.principal);
  if (isNamed) return [];
  return [{ item: undefined, member: self, current: new Set<Role>(['Owner']), wanted: NO_ROLES }];
}

/** @throws StepError where somebody's access is not as the plan saw */
export function checkShare(
  item: ApplyItem,
  secretId: string,
  held: Held,
  identities: Identities,
  list: readonly Grant[],
): void {
  const { precondition, action } = item.change;
  const { id } = memberOf(item, identities);
  const now = held.get(id) ?? NO_ROLES;
  // Access that is to be removed and already is needs no reason.
  if (action === 'delete' && now.size === 0) return;
  const version = precondition.kind === 'present' ? precondition.version : '';
  const sameSecret = precondition.kind !== 'present' || precondition.id === shareId(secretId, id);
  if (sameSecret && rolesText(now) === version) return;
  const { name, member = '' } = kinds.mustParse(item.change.address);
  const newest = list
    .filter((grant) => grant.holder.id === id && !grant.inherited)
    .sort((a, b) => compareText(b.createdAt ?? '', a.createdAt ?? ''))[0];
  const by = newest?.createdBy === undefined ? '' : ` by ${newest.createdBy.email.toLowerCase()}`;
  const at = newest?.createdAt === undefined ? '' : ` at ${newest.createdAt}`;
  throw new StepError(
    now.size === 0
      ? `The access of ${member} to ${name} was removed after the plan was made.`
      : `${member} has ${rolesText(now)} access to ${name} now, given${by}${at}; the plan saw ${version === '' ? 'none' : version}.`,
    'Plan again: nothing was changed.',
  );
}

/**
 * The last check before a revoke: the planner has refused what would leave no Owner, but people may have left since.
 *
 * @returns an Owner who can act and who is to remain, for the request to name again: our own user where it stays Owner,
 *   else a person rather than a team, which may be emptied; `undefined` where nobody loses the role
 * @throws StepError where no Owner who can act would remain
 */
export function remainingOwner(
  name: string,
  held: Held,
  steps: readonly ShareStep[],
  identities: Identities,
): ShareStep['member'] | undefined {
  if (!steps.some((step) => isPending(step) && takesAway(step) && step.current.has('Owner')))
    return undefined;
  const owners = ownersAfter(held, steps);
  const able = identities.members.filter(
    (member) => owners.has(member.id) && identities.someoneCanAct([member.id]),
  );
  const remaining =
    able.find(({ id }) => id === identities.self.id) ?? able.find(({ type }) => type === 'user') ?? able[0];
  if (remaining !== undefined) return remaining;
  throw new StepError(
    `${name} would be left without an Owner who can act, and the system would delete it.`,
    'Plan again: somebody who was Owner has left the organization or a team since the plan was made.',
  );
}
