import type { ApplyItem } from '../../model/index.js';
import type { AccessEntry } from './api.js';
import { ROLES, type Role } from './kinds.js';

/** A change of one principal's roles on one secret. */
export interface ShareStep {
  readonly item: ApplyItem | undefined;
  readonly member: { readonly type: 'user' | 'team'; readonly id: string };
  readonly current: ReadonlySet<Role>;
  readonly wanted: ReadonlySet<Role>;
}

/** Whether a step takes access away: it takes the Owner role, or everything. Such steps come last. */
export function takesAway(step: ShareStep): boolean {
  return step.wanted.size === 0 || (step.current.has('Owner') && !step.wanted.has('Owner'));
}

/** Whether there is anything to do. */
export function isPending(step: ShareStep): boolean {
  return minus(step.wanted, step.current).length > 0 || minus(step.current, step.wanted).length > 0;
}

/**
 * The one request that does these steps: first what is granted, then what is revoked, so that a promotion or demotion
 * never passes through a moment without the role; what the tool's own user loses stands at the very end.
 *
 * @param anchor an Owner who is to remain, where the steps take the role from somebody. There is no conditional write: since
 *   we looked, another run may have taken the role from those who were to keep it. So the request says itself who
 *   remains; granting what is held changes nothing.
 */
export function accessRequest(
  steps: readonly ShareStep[],
  selfId: string,
  anchor?: ShareStep['member'],
): { readonly grants: readonly AccessEntry[]; readonly revokes: readonly AccessEntry[] } {
  const own = steps.filter((step) => step.member.id === selfId);
  const others = steps.filter((step) => step.member.id !== selfId);
  const gains = (step: ShareStep): readonly Role[] => minus(step.wanted, step.current);
  const losses = (step: ShareStep): readonly Role[] => minus(step.current, step.wanted);
  const isGiven = steps.some((step) => step.member.id === anchor?.id && gains(step).includes('Owner'));
  return {
    grants: entries(steps, gains, isGiven ? undefined : anchor),
    revokes: [...entries(others, losses), ...entries(own, losses)],
  };
}

/** The ids that hold Owner once these steps are done. */
export function ownersAfter(
  holders: ReadonlyMap<string, ReadonlySet<Role>>,
  steps: readonly ShareStep[],
): ReadonlySet<string> {
  const owners = new Set([...holders].filter(([, roles]) => roles.has('Owner')).map(([id]) => id));
  for (const { member, wanted } of steps) {
    if (wanted.has('Owner')) owners.add(member.id);
    else owners.delete(member.id);
  }
  return owners;
}

function minus(a: ReadonlySet<Role>, b: ReadonlySet<Role>): readonly Role[] {
  return ROLES.filter((role) => a.has(role) && !b.has(role));
}

/** One entry a role: both lists are always there (management API contract). @param owner gets the Owner role as well */
function entries(
  steps: readonly ShareStep[],
  rolesOf: (step: ShareStep) => readonly Role[],
  owner?: ShareStep['member'],
): readonly AccessEntry[] {
  return ROLES.flatMap((role) => {
    const members = steps.filter((step) => rolesOf(step).includes(role)).map((step) => step.member);
    if (role === 'Owner' && owner !== undefined) members.push(owner);
    if (members.length === 0) return [];
    const ids = (type: 'user' | 'team'): string[] =>
      members.filter((member) => member.type === type).map((member) => member.id);
    return [{ role, users: ids('user'), teams: ids('team') }];
  });
}
