import type { ActualResource, Address, StateRecord } from '../model/index.js';
import { NOOP, act, allFields, refused } from './decision.js';
import type { Decision } from './decision.js';
import { forget } from './marks.js';
import { decideCopied } from './moved.js';
import { directActual } from './plan-index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';
import * as reasons from './reasons.js';
import * as refusals from './refusals.js';
import { renamedTo } from './renamed.js';

/** Decides what is to become of a resource that the configuration does not name. */
export function decideUnwanted(index: PlanIndex, view: ResourceView, parent: Decision | undefined): Decision {
  const { record, address } = view;
  if (parent?.action === 'delete' && index.policyOf(address).cascades) return NOOP;
  if (record === undefined) return decideUnowned(index, view);
  const copied = decideCopied(index, view, record);
  if (copied !== undefined) return copied;
  const actual = directActual(view);
  const renamed = followable(index, view, parent);
  if (renamed !== undefined) {
    // An object that the configuration has under its new name is refused for its two addresses.
    return index.desired.has(renamed.address) ? act('blocked', '') : refused(refusals.renamed(view, renamed));
  }
  const why = whyForget(index, view, record, actual, parent);
  if (why !== undefined || actual === undefined) return forget(index, view, why ?? '');
  if (record.protect === true) return refused(refusals.protectedFromRemoval(record));
  if (parent?.action !== 'replace') {
    const obstacle = refusals.blockedByChildren(index, record.address, 'destroyed');
    if (obstacle !== undefined) return refused(obstacle);
  }
  const reason = `no longer in the configuration${reasons.changedSince(index, record, actual)}`;
  return act('delete', reason, allFields(actual.fields, 'remove', record));
}

/** Where the object of a record is now that would be lost by forgetting it. Members of lists are known by their names alone. */
function followable(
  index: PlanIndex,
  view: ResourceView,
  parent: Decision | undefined,
): ActualResource | undefined {
  const isForgotten = parent?.action === 'forget' || index.kinds.isList(view.address.kind);
  return isForgotten ? undefined : renamedTo(index, view);
}

/** Why a resource that the state owns is forgotten instead of destroyed; `undefined` where it is destroyed. */
function whyForget(
  index: PlanIndex,
  { address }: ResourceView,
  record: StateRecord,
  actual: ActualResource | undefined,
  parent: Decision | undefined,
): string | undefined {
  if (parent?.action === 'forget') return `its parent is forgotten: ${parent.reason}`;
  if (actual === undefined) return 'already gone from the system';
  const listed = index.isListed(address);
  if (index.kinds.isList(address.kind) && !listed) {
    return 'the configuration no longer manages this list: left as it is';
  }
  if (isKeptSelf(index, address)) {
    return 'no longer in the configuration; the identity that runs this keeps its own access (self: drop removes it)';
  }
  if (actual.id !== record.id && !listed) return reasons.replacedOutside(actual);
  if (actual.claimedBy !== undefined && actual.claimedBy !== index.input.stack) {
    return `now marked by the stack ${actual.claimedBy}`;
  }
  if (record.onRemove === 'forget' && !listed) return 'no longer in the configuration (on_remove: forget)';
  return undefined;
}

/**
 * What neither the state nor the configuration has: a member that somebody added to an authoritative list is removed; anything
 * else is left alone.
 */
function decideUnowned(index: PlanIndex, view: ResourceView): Decision {
  const { address } = view;
  const actual = directActual(view);
  if (actual === undefined) return NOOP;
  if (!index.isListed(address)) return NOOP;
  if (isKeptSelf(index, address)) return NOOP;
  const reason = isSelf(index, address)
    ? 'the configuration says `self: drop`'
    : reasons.whyNotListed(actual);
  return act('delete', reason, allFields(actual.fields, 'remove'));
}

/** Whether a share is that of the identity that runs the tool. */
function isSelf(index: PlanIndex, address: Address): boolean {
  const isGrant = index.policyOf(address).ownership !== undefined;
  return isGrant && address.member === index.directoryOf(address.provider)?.self;
}

/** Whether it is, and the configuration does not say `self: drop`: then it stays, even where the list does not name it. */
export function isKeptSelf(index: PlanIndex, address: Address): boolean {
  const parent = index.kinds.parentOf(address);
  return isSelf(index, address) && (parent === undefined || index.desired.get(parent)?.self !== 'drop');
}
