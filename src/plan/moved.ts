import type { DesiredResource, FieldChange, StateRecord } from '../model/index.js';
import { NOOP, act, allFields, refused, waitingPaths } from './decision.js';
import type { Decision } from './decision.js';
import type { PendingMove } from './input.js';
import type { PlanIndex, ResourceView } from './plan-index.js';
import * as refusals from './refusals.js';

/** The word for a move that its system cannot do: of what lives in something else there is nothing to copy but its fields. */
function wordOf(index: PlanIndex, { to }: PendingMove): string {
  return index.kinds.parentOf(to) === undefined ? 'replace (copied)' : 'replace';
}

/** Why a resource is created that the configuration moved; `undefined` where it was not. */
export function whyCopied(index: PlanIndex, address: string): string | undefined {
  const move = index.movesTo.get(address);
  return move?.mode === 'copy' ? `${wordOf(index, move)}: moved from ${move.from}` : undefined;
}

/** Decides about an object that was moved, and whose system cannot rename it: it goes once its copy is complete. `undefined` for any other. */
export function decideCopied(
  index: PlanIndex,
  { text, actual }: ResourceView,
  record: StateRecord,
): Decision | undefined {
  const move = index.copiesOf.get(text);
  if (move === undefined || actual?.id !== record.id) return undefined;
  const desired = index.desired.get(move.to);
  if (desired === undefined || isPostponed(index, desired)) return NOOP;
  if (record.protect === true || desired.lifecycle.protect === true) {
    return refused(refusals.protectedFromMove(record, move.to));
  }
  const isAlone = index.kinds.parentOf(move.to) === undefined;
  const note = isAlone ? '; the old name no longer answers' : '';
  const reason = `${wordOf(index, move)}: moved to ${move.to}${note}`;
  return act('delete', reason, allFields(actual.fields, 'remove', record));
}

/** Whether this plan does not make the copy: somebody must decide about its value first, or it cannot be seen whether it exists. */
function isPostponed({ actual, unseen, kinds }: PlanIndex, desired: DesiredResource): boolean {
  if (actual.has(desired.address)) return false;
  return waitingPaths(desired).length > 0 || unseen.reasonOf(kinds.mustParse(desired.address)) !== undefined;
}

/** A decision about an object that its system is to rename: with the name among what changes. */
export function withNewName(index: PlanIndex, desired: DesiredResource, decision: Decision): Decision {
  const move = index.movesTo.get(desired.address);
  if (move?.mode !== 'rename' || !['noop', 'update', 'replace'].includes(decision.action)) return decision;
  const name: FieldChange = {
    path: 'name',
    action: 'change',
    sensitive: false,
    before: index.kinds.mustParse(move.from).name,
    after: index.kinds.mustParse(move.to).name,
  };
  const reason = `renamed: moved from ${move.from}`;
  return {
    ...decision,
    action: decision.action === 'replace' ? 'replace' : 'update',
    reason: decision.action === 'noop' ? reason : `${reason}; ${decision.reason}`,
    fields: [name, ...decision.fields],
  };
}
