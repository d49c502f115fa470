import { defined, kindOf, problem } from '../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  Diagnostic,
  Kinds,
  MarkChange,
  StateRecord,
} from '../model/index.js';
import { act } from './decision.js';
import type { Decision } from './decision.js';
import { directActual } from './plan-index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';
import { renamedTo } from './renamed.js';

/** What becomes of a mark, and what there is to say of it. */
export interface MarkDecision {
  readonly mark?: MarkChange;
  readonly diagnostics: readonly Diagnostic[];
}

const NO_CHANGE: MarkDecision = { diagnostics: [] };

/** The stack from which the configuration takes an object over, by itself or by what it lives in. */
export function adoptedFrom(index: PlanIndex, desired: DesiredResource): string | undefined {
  const parent = index.kinds.parentOf(desired.address);
  return desired.lifecycle.adoptFrom ?? index.desired.get(parent ?? '')?.lifecycle.adoptFrom;
}

/** An object that is taken over gets this stack's mark, so that a second stack is refused. */
export function markToSet(actual: ActualResource, stack: string, kinds: Kinds): MarkDecision {
  const { address, claimedBy, mayMark } = actual;
  if (kinds.policyOf(kindOf(address)).isMarked !== true || claimedBy === stack) return NO_CHANGE;
  if (mayMark === false) return { diagnostics: [notMarked(address)] };
  return { mark: { action: 'set', ...defined({ from: claimedBy }) }, diagnostics: [] };
}

/** Forgets a resource, and takes the mark off its object. */
export function forget(index: PlanIndex, view: ResourceView, reason: string): Decision {
  const decision = act('forget', reason);
  const { record, address } = view;
  if (record === undefined || index.policyOf(address).isMarked !== true) return decision;
  if (!index.isVisible(address)) return { ...decision, diagnostics: [markRemains(index, view, record)] };
  const actual = directActual(view);
  if (actual?.id !== record.id) {
    const elsewhere = renamedTo(index, view);
    return elsewhere === undefined
      ? decision
      : { ...decision, diagnostics: [markRemains(index, view, elsewhere)] };
  }
  if (actual.claimedBy !== index.input.stack) return decision;
  if (actual.mayMark === false) return { ...decision, diagnostics: [markRemains(index, view, actual)] };
  return { ...decision, mark: { action: 'remove' } };
}

function notMarked(address: string): Diagnostic {
  return problem({
    severity: 'warning',
    code: 'not-marked',
    summary: `${address} cannot be marked as this stack's: this identity does not own it. Another stack could adopt it as well.`,
    next: 'Apply as its owner, or give it to this identity.',
    address,
  });
}

function markRemains(
  { input }: PlanIndex,
  { text }: ResourceView,
  { address }: { readonly address: string },
): Diagnostic {
  const where = address === text ? text : `${text} (now ${address})`;
  return problem({
    severity: 'warning',
    code: 'mark-remains',
    summary: `${where} is forgotten, but may keep the mark of this stack: it cannot be taken off in this run.`,
    next: `Another stack takes it over with \`lifecycle: { adopt: { from: ${input.stack} } }\`.`,
    address: text,
  });
}

/** Whether the state owns an object that carries this stack's mark under another id: what a restored copy looks like. */
export function isMarkedCopy(index: PlanIndex, actual: ActualResource, record: StateRecord): boolean {
  return actual.id !== record.id && actual.claimedBy === index.input.stack;
}
