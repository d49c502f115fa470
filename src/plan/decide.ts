import type { ActualResource, DesiredResource, Diagnostic, StateRecord, Unverified } from '../model/index.js';
import { NOOP, act, allFields, refused, waitingPaths } from './decision.js';
import type { Decision } from './decision.js';
import { fieldAt } from './compare.js';
import { diffResource } from './diff.js';
import type { Difference } from './diff.js';
import { adoptedFrom, forget, isMarkedCopy, markToSet } from './marks.js';
import type { MarkDecision } from './marks.js';
import { directActual, isRemoved } from './plan-index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';
import { whyCopied, withNewName } from './moved.js';
import * as reasons from './reasons.js';
import * as refusals from './refusals.js';
import { isRenamed, renamedTo } from './renamed.js';
import { isUnseenMember } from './unseen.js';
import { decideUnwanted } from './unwanted.js';

type WantedView = ResourceView & { readonly desired: DesiredResource };
type ExistingView = WantedView & { readonly actual: ActualResource };

/** On what grounds a run may touch an object that exists. */
interface Claim {
  /** The record of this very object; absent where the state has none, or one of another object. */
  readonly owned: StateRecord | undefined;
  /** The configuration says `adopt: true`, of the resource or of what it lives in. */
  readonly adopt: boolean;
  /** It is a member of an authoritative list. */
  readonly listed: boolean;
}

/**
 * Decides what is to become of one resource. Its parent must have been decided before.
 * @param parent the decision about the resource that this one lives in, if any
 */
export function decide(index: PlanIndex, view: ResourceView, parent: Decision | undefined): Decision {
  if (parent?.action === 'refused' || parent?.action === 'blocked') return act('blocked', '');
  if (view.record !== undefined && isRemoved(index, view.text)) {
    return forget(index, view, 'listed under `removed`: kept in the system, no longer managed here');
  }
  if (parent?.action === 'unseen') return act('unseen', '');
  const unseen = view.actual === undefined ? index.unseen.reasonOf(view.address) : undefined;
  if (unseen !== undefined) return unseenDecision(index, view, unseen);
  return view.desired === undefined
    ? decideUnwanted(index, view, parent)
    : decideWanted(index, { ...view, desired: view.desired }, parent);
}

function decideWanted(index: PlanIndex, view: WantedView, parent: Decision | undefined): Decision {
  const renamed = renamedTo(index, view);
  if (renamed !== undefined) return refused(refusals.renamed(view, renamed));
  if (isRenamed(index, view)) return act('blocked', '');
  const actual = directActual(view);
  return actual === undefined
    ? decideMissing(index, view)
    : withNewName(index, view.desired, decideExisting(index, { ...view, actual }, parent));
}

/** A resource that may exist and that this identity cannot see is left alone, and named; a list is named instead of its members. */
function unseenDecision({ unseen, kinds }: PlanIndex, { text }: ResourceView, reason: string): Decision {
  if (isUnseenMember(text, unseen.ofObjects, kinds)) return act('unseen', '');
  return { ...act('unseen', ''), unverified: [{ address: text, cause: 'unseen', reason, outcome: 'left' }] };
}

/** A resource that the system does not show: to be created, unless it was handed over, which hides it. */
function decideMissing(index: PlanIndex, view: WantedView): Decision {
  const { text, desired, record } = view;
  if (record?.handedOver === true && desired.self === 'drop' && !index.staysVisible(text)) {
    return unseenDecision(index, view, reasons.HANDED_OVER);
  }
  if (waitingPaths(desired).length > 0) return waiting(desired);
  const why = whyCopied(index, text) ?? reasons.whyCreate(record, index.policyOf(view.address).mayBeHidden);
  return act('create', why, allFields(desired.fields, 'add'));
}

function decideExisting(index: PlanIndex, view: ExistingView, parent: Decision | undefined): Decision {
  const { desired, actual, address } = view;
  const claim = claimOn(index, view);
  const conflict = ownershipConflict(index, view, claim);
  if (conflict !== undefined) return refused(conflict);
  const { fingerprint } = index.input;
  const difference = diffResource(desired, actual, claim.owned, index.policyOf(address), fingerprint);
  const { changes, unverified } = difference;
  const isReplaced = difference.replaceBecause.length > 0 || parent?.action === 'replace';
  // What is hidden is written as a whole.
  const isWhole = waitingPaths(desired).some((path) => fieldAt(actual.fields, path)?.kind === 'hidden');
  if (waitingPaths(desired).length > 0 && (isReplaced || (isWhole && changes.length > 0))) {
    return waiting(desired);
  }
  const taking = takeOver(index, view, claim);
  if (isReplaced) return decideReplacement(index, desired, difference, taking);
  if (changes.length > 0) {
    const adopted = claim.adopt && claim.owned === undefined;
    const reason = reasons.whyUpdate(view, claim.owned, difference, adopted, fingerprint);
    return { ...act('update', reason, changes), ...taking, unverified };
  }
  return { ...decideUnchanged(view, claim, taking), unverified };
}

/** An object that is as wanted: the state may have to take it in, and the system its mark. */
function decideUnchanged({ desired, actual }: ExistingView, claim: Claim, taking: MarkDecision): Decision {
  if ((claim.owned === undefined && !claim.listed) || taking.mark !== undefined) {
    return { ...act('import', reasons.whyImport(taking.mark)), ...taking };
  }
  const isAccepted = Object.values(desired.changedOutside ?? {}).includes('accepted');
  return isAccepted ? act('import', reasons.whyAccepted(actual)) : NOOP;
}

/** A resource that would have to be written as a whole while one of its values waits for a decision. */
function waiting(desired: DesiredResource): Decision {
  return { ...act('blocked', ''), diagnostics: [reasons.waitsForDecision(desired, waitingPaths(desired))] };
}

/** What becomes of the mark of an object that the state does not own yet, or that another stack took meanwhile. */
function takeOver(index: PlanIndex, view: ExistingView, { owned }: Claim): MarkDecision {
  const { claimedBy } = view.actual;
  const isTaken = claimedBy !== undefined && claimedBy !== index.input.stack;
  if (owned !== undefined && !isTaken) return { diagnostics: [] };
  return markToSet(view.actual, index.input.stack, index.kinds);
}

function claimOn(index: PlanIndex, { address, desired, record, actual }: ExistingView): Claim {
  const parent = index.kinds.parentOf(address);
  return {
    owned: record?.id === actual.id ? record : undefined,
    adopt: [desired, index.desired.get(parent ?? '')].some((resource) => resource?.lifecycle.adopt === true),
    listed: index.isListed(address),
  };
}

/** Why an object that exists must not be touched: it is another stack's, or not the one that the state owns. */
function ownershipConflict(
  index: PlanIndex,
  { desired, record, actual }: ExistingView,
  { owned, adopt, listed }: Claim,
): Diagnostic | undefined {
  const { stack } = index.input;
  const { claimedBy } = actual;
  if (claimedBy !== undefined && claimedBy !== stack) {
    const mayTake = adoptedFrom(index, desired) === claimedBy && actual.mayMark !== false;
    if (!mayTake) return refusals.claimed(desired, actual);
  }
  if (owned !== undefined || adopt || listed) return undefined;
  if (record === undefined) {
    return claimedBy === stack ? refusals.marked(desired, actual) : refusals.alreadyExists(desired, actual);
  }
  return isMarkedCopy(index, actual, record)
    ? refusals.restoredCopy(desired, actual, record)
    : refusals.replacedByOther(desired, actual, record);
}

function decideReplacement(
  index: PlanIndex,
  desired: DesiredResource,
  { changes, replaceBecause, unverified }: Difference,
  taking: MarkDecision,
): Decision {
  const reason = replaceBecause.length > 0 ? reasons.whyReplace(replaceBecause) : 'its server is replaced';
  if (desired.lifecycle.protect === true) return refused(refusals.protectedFromReplacement(desired, reason));
  if (index.isOnlyNeeded(desired.address)) return refused(refusals.replacementNotTargeted(desired, reason));
  const obstacle = refusals.blockedByChildren(index, desired.address, 'replaced');
  if (obstacle !== undefined) return refused(obstacle);
  const lost = reasons.lostWithReplacement(index, desired);
  return {
    ...act('replace', reason, changes),
    ...taking,
    diagnostics: [...taking.diagnostics, ...lost],
    unverified: asWritten(unverified),
  };
}

/** What is replaced is written as a whole. */
function asWritten(entries: readonly Unverified[]): readonly Unverified[] {
  return entries.map((entry) => ({ ...entry, outcome: 'written' }));
}
