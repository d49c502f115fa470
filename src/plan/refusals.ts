import { compareText, problem, providerOf } from '../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  Diagnostic,
  ProblemWords,
  StateRecord,
} from '../model/index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';
import { byWhomAndWhen, changedNote } from './reasons.js';

/** A refusal about a desired resource, at its place in the files. */
function refusal(desired: DesiredResource, words: ProblemWords): Diagnostic {
  return problem({ ...words, address: desired.address, at: desired.range });
}

/** The object carries another stack's mark. */
export function claimed(desired: DesiredResource, actual: ActualResource): Diagnostic {
  return refusal(desired, {
    code: 'claimed-by-another-stack',
    summary: `${desired.address} belongs to the stack ${actual.claimedBy ?? '?'}: it carries that stack's mark.`,
    next: `Remove it from one of the two configurations. If that stack has let it go, or is no more: \`lifecycle: { adopt: { from: ${actual.claimedBy ?? '?'} } }\`.`,
  });
}

/** The object has another name in its system now. */
export function renamed({ text, desired }: ResourceView, found: ActualResource): Diagnostic {
  return problem({
    code: 'renamed',
    summary: `${text} was renamed outside of this configuration: it is ${found.address} now${changedNote(found)}.`,
    detail: `Both have the id ${found.id}.`,
    next:
      desired === undefined
        ? `To have it destroyed, let the state follow it: secrets state mv ${text} ${found.address}. To keep it: list ${text} under \`removed\`.`
        : `Rename it in the configuration as well, with \`moved: [{ from: ${text}, to: ${found.address} }]\`, or rename it back in its system.`,
    address: text,
    at: desired?.range,
  });
}

/** Another object than the one that the state owns, with this stack's mark on it. */
export function restoredCopy(
  desired: DesiredResource,
  actual: ActualResource,
  record: StateRecord,
): Diagnostic {
  const provider = providerOf(desired.address);
  return refusal(desired, {
    code: 'replaced-by-another',
    summary: `${desired.address} is another object than the one that the state owns, and carries this stack's mark: a restored copy, most likely.`,
    detail: `The state owns the object ${record.id}; the system has ${actual.id}.`,
    next: `If it was restored or moved there: secrets state rebind ${provider}`,
  });
}

/** The state owns an object of this name, but the system has another one now. */
export function replacedByOther(
  desired: DesiredResource,
  actual: ActualResource,
  record: StateRecord,
): Diagnostic {
  return refusal(desired, {
    code: 'replaced-by-another',
    summary: `${desired.address} was recreated outside this stack${createdNote(actual)}; it is no longer managed by it.`,
    detail: `The state owns the object ${record.id}; the system has ${actual.id}.`,
    next: 'Set `lifecycle: { adopt: true }` to take it over, or list it under `removed` to leave it alone.',
  });
}

/** The object carries our own mark, and the state has no record of it. */
export function marked(desired: DesiredResource, { claimedBy = '' }: ActualResource): Diagnostic {
  return refusal(desired, {
    code: 'exists-already',
    summary: `${desired.address} carries this stack's mark (${claimedBy}), and the state has no record of it: the state is lost or elsewhere.`,
    next: `Restore the state. If it is lost for good, take the object in again: secrets import ${desired.address}`,
  });
}

/** Something of this name exists, and the state does not own it. */
export function alreadyExists(desired: DesiredResource, actual: ActualResource): Diagnostic {
  return refusal(desired, {
    code: 'exists-already',
    summary: `${desired.address} already exists${createdNote(actual)}, and is not managed by this stack.`,
    next: 'Set `lifecycle: { adopt: true }` to take it over, or choose another name.',
  });
}

/** `protect` wins over everything. */
export function protectedFromRemoval(record: StateRecord): Diagnostic {
  return problem({
    code: 'protected',
    summary: `${record.address} is protected, and no longer in the configuration.`,
    next: 'Put it back; or apply it once with `protect: false` first; or list it under `removed`, which keeps it.',
    address: record.address,
  });
}

/** A protected resource would have to be replaced. */
export function protectedFromReplacement(desired: DesiredResource, reason: string): Diagnostic {
  return refusal(desired, {
    code: 'protected',
    summary: `${desired.address} is protected, and would have to be destroyed and recreated: ${reason}.`,
    next: 'Undo that change in the configuration, or remove `protect` first.',
  });
}

/** A protected object would have to be copied and destroyed, to have another name. */
export function protectedFromMove({ address }: StateRecord, to: string): Diagnostic {
  return problem({
    code: 'protected',
    summary: `${address} is protected, and its system cannot rename it: to move it to ${to}, it would be copied and then destroyed.`,
    next: 'Undo the move; or remove `protect` and apply once first.',
    address,
  });
}

/** What a target depends on would have to be replaced: that destroys, which a target does only to itself. */
export function replacementNotTargeted(desired: DesiredResource, reason: string): Diagnostic {
  return refusal(desired, {
    code: 'replacement-not-targeted',
    summary: `${desired.address}, which a target depends on, would have to be destroyed and recreated: ${reason}.`,
    next: `If that is intended, target it as well: --target ${desired.address}`,
  });
}

/**
 * Finds children that neither go before their parent nor with it: nothing here cascades.
 * @returns a refusal that names them, or `undefined` where there are none
 */
export function blockedByChildren(
  index: PlanIndex,
  address: string,
  fate: 'replaced' | 'destroyed',
): Diagnostic | undefined {
  const kept = (index.children.get(address) ?? []).filter(
    (child) => !index.policyOf(index.kinds.mustParse(child.address)).cascades && !goesToo(index, child, fate),
  );
  if (kept.length === 0) return undefined;
  const names = kept
    .map((child) => child.address)
    .sort(compareText)
    .join(', ');
  return problem({
    code: 'carries-what-is-not-ours',
    summary: `${address} would be ${fate}, but has children that are not managed here or would remain: ${names}.`,
    next: 'Add them to the configuration with `lifecycle: { adopt: true }`, or remove them by hand first; do not exclude them.',
    address,
  });
}

/** Whether a plan of this scope removes or recreates a child when its parent goes. */
function goesToo(index: PlanIndex, child: ActualResource, fate: 'replaced' | 'destroyed'): boolean {
  const { address, id } = child;
  if (!index.inScope(address)) return false;
  if (fate === 'replaced' && index.desired.has(address)) return true;
  const record = index.records.get(address);
  const isForgotten = record?.onRemove === 'forget' || index.input.removed.includes(address);
  return record?.id === id && !isForgotten;
}

/** ` (by ben@example.com at …)`: who created it, as far as the system knows. */
function createdNote({ createdBy, createdAt }: ActualResource): string {
  const text = byWhomAndWhen({ changedBy: createdBy, changedAt: createdAt });
  return text === '' ? '' : ` (${text.trim()})`;
}
