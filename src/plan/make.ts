import { PLAN_FORMAT, kindOf, accepted, byAddress, defined, formatAddress, problem } from '../model/index.js';
import type {
  Action,
  Change,
  Diagnostic,
  DriftEntry,
  DriftReport,
  Field,
  Kinds,
  Plan,
  PlanSummary,
  Precondition,
  Undecided,
  Unmanaged,
  Unverified,
} from '../model/index.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { driftOf } from './drift.js';
import { fingerprintDomain } from './input.js';
import type { PlanInput } from './input.js';
import { checkDoubts } from './doubts.js';
import { checkDeletes } from './limits.js';
import { checkLostValues } from './lost-values.js';
import { orderChanges } from './order.js';
import { checkOneAddress } from './one-address.js';
import { checkOwners } from './owners.js';
import { indexPlan, viewsOf } from './plan-index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';
import { rotationNotes } from './rotation.js';
import { matchesNothing } from './scope.js';
import { unmanagedIn } from './unmanaged.js';
import { checkWritable } from './writable.js';

/**
 * Makes a plan: compares the desired, actual and recorded side of each resource, decides what is to become of it, in which order,
 * and whether it may. Pure.
 */
export function makePlan(input: PlanInput): Plan {
  const index = indexPlan(input);
  const decided = decideAll(index);
  return {
    ...reportOf(index, decided, decided.unverified),
    changes: orderChanges(decided.changes, index.desired, index.records, index.kinds),
    diagnostics: [
      ...input.diagnostics,
      ...unknownPatterns(index),
      ...checkOneAddress(index),
      ...decided.diagnostics,
      ...checkOwners(index, decided.changes),
      ...checkLostValues(index, decided.changes),
      ...checkWritable(decided.changes, input.actual, 'warning'),
      ...checkDeletes(decided.changes, index.records.values(), input.maxDeletes),
      ...checkDoubts(index, decided.changes),
    ],
    summary: summarize(decided),
  };
}

/**
 * Finds what drifted since it was last applied, without ordering or checking the changes that would repair it: what a plan refuses
 * to repair has drifted all the same. Pure.
 */
export function findDrift(input: PlanInput): DriftReport {
  const index = indexPlan(input);
  const decided = decideAll(index);
  // Errors and warnings are about changes, which drift does not make.
  const notes = decided.diagnostics.filter(({ severity }) => severity === 'info');
  return {
    ...reportOf(index, decided, decided.uncompared),
    diagnostics: [...input.diagnostics, ...unknownPatterns(index), ...notes],
  };
}

/** What was decided of all resources. */
interface Decided {
  /** Not sorted yet. */
  readonly changes: readonly Change[];
  readonly drift: readonly DriftEntry[];
  readonly diagnostics: readonly Diagnostic[];
  /** What could not be compared with what is wanted. */
  readonly unverified: readonly Unverified[];
  /** What could not be compared with what was last applied. */
  readonly uncompared: readonly Unverified[];
  readonly unmanaged: readonly Unmanaged[];
  /** How many desired resources stay as they are. */
  readonly unchanged: number;
}

function decideAll(index: PlanIndex): Decided {
  const decisions = new Map<string, Decision>();
  const changes: Change[] = [];
  const drift: DriftEntry[] = [];
  const diagnostics: Diagnostic[] = [];
  const unverified: Unverified[] = [];
  const uncompared: Unverified[] = [];
  let unchanged = 0;
  const views = viewsOf(index);
  for (const view of views) {
    const parent = index.kinds.parentOf(view.address);
    const decision = decide(index, view, parent === undefined ? undefined : decisions.get(parent));
    decisions.set(view.text, decision);
    diagnostics.push(...decision.diagnostics);
    unverified.push(...(decision.unverified ?? []));
    const drifted = driftOf(index, view, decision);
    if (drifted.entry !== undefined) drift.push(drifted.entry);
    uncompared.push(...drifted.unverified);
    const change = toChange(index, view, decision);
    if (change !== undefined) changes.push(change);
    else if (decision.action === 'noop' && view.desired !== undefined) unchanged += 1;
  }
  const unmanaged = unmanagedIn(index, views, decisions);
  return { changes, drift, diagnostics, unverified, uncompared, unmanaged, unchanged };
}

function reportOf(
  index: PlanIndex,
  { changes, drift, unmanaged }: Decided,
  unverified: readonly Unverified[],
): Omit<DriftReport, 'diagnostics'> {
  const { input } = index;
  const rotated = new Set(changes.filter(changesValue).map((change) => change.address));
  return {
    format: PLAN_FORMAT,
    stack: input.stack,
    createdAt: input.now,
    state: { lineage: input.state?.lineage ?? '', serial: input.state?.serial ?? 0 },
    configuration: input.configuration,
    systems: Object.fromEntries(Object.entries(input.actual).map(([name, { system }]) => [name, system])),
    drift,
    rotation: rotationNotes(index, rotated),
    unreachable: input.unreachable,
    unverified: allUnverified(index, unverified),
    unmanaged,
    undecided: undecidedIn(index),
    leftOut: leftOut(index),
  };
}

/** What could not be compared, of resources and of whole objects; marked where the configuration accepts it. */
function allUnverified(
  { unseen, inScope, kinds, input }: PlanIndex,
  ofResources: readonly Unverified[],
): readonly Unverified[] {
  return [...ofResources, ...unseen.ofObjects.filter(({ address }) => inScope(address))]
    .map((entry) => {
      const { provider } = kinds.mustParse(entry.address);
      return accepted(entry, input.acceptsUnverifiable?.includes(provider) === true);
    })
    .sort(byAddress);
}

/** Generated values that were changed outside of this stack, and about which nobody has decided. */
function undecidedIn({ desired, actual, inScope }: PlanIndex): readonly Undecided[] {
  return [...desired.values()]
    .filter(({ address }) => inScope(address))
    .flatMap(({ address, changedOutside = {} }) => {
      const { changedAt, changedBy } = actual.get(address) ?? {};
      return Object.entries(changedOutside)
        .filter(([, state]) => state === 'undecided')
        .map(([path]) => ({ address, path, ...defined({ changedAt, changedBy }) }));
    })
    .sort(byAddress);
}

/** How many resources of the configuration the run is not about. */
function leftOut({ input, desired, inScope }: PlanIndex): number {
  return [...(input.configured ?? desired.keys())].filter((address) => !inScope(address)).length;
}

/** How many resources each thing is done to. */
function summarize({ changes, unchanged }: Decided): PlanSummary {
  const count = (...actions: readonly Action[]): number =>
    changes.filter((change) => actions.includes(change.action)).length;
  return {
    add: count('create', 'replace'),
    change: count('update'),
    destroy: count('delete', 'replace'),
    import: count('import'),
    forget: count('forget'),
    unchanged,
  };
}

/** The change that a decision makes; `undefined` where it makes none. */
function toChange(index: PlanIndex, view: ResourceView, decision: Decision): Change | undefined {
  const { action, reason, fields } = decision;
  if (action === 'refused' || action === 'blocked' || action === 'unseen' || action === 'noop') {
    return undefined;
  }
  return {
    action,
    address: view.text,
    reason,
    fields,
    precondition: preconditionOf(view, decision),
    after: [],
    fingerprints: fingerprintsOf(index, view),
    ...defined({
      range: view.desired?.range,
      id: action === 'create' ? undefined : view.actual?.id,
      mark: decision.mark,
    }),
    ...moveOf(index, view.text, action),
  };
}

/** Where a change leads from or to, where the configuration moved its resource. */
function moveOf(index: PlanIndex, text: string, action: Action): Pick<Change, 'movedFrom' | 'movedTo'> {
  const { kinds } = index;
  if (action === 'delete') {
    const to = index.copiesOf.get(text)?.to;
    if (to === undefined) return {};
    const kind = listKindOf(to, kinds);
    const isListed = kind !== undefined && index.isListed({ ...kinds.mustParse(to), kind, member: '' });
    return { movedTo: { address: to, isListed } };
  }
  const move = index.movesTo.get(text);
  if (move === undefined || action === 'import' || action === 'forget') return {};
  return move.mode === 'copy' && action !== 'create' ? {} : { movedFrom: move.from };
}

/** The kind of the grants on an object. */
function listKindOf(address: string, kinds: Kinds): string | undefined {
  return kinds.all.find(({ parent, ownership }) => parent === kindOf(address) && ownership !== undefined)
    ?.kind;
}

function preconditionOf({ actual }: ResourceView, { action, mark }: Decision): Precondition {
  if (action === 'forget' && mark === undefined) return { kind: 'none' };
  if (actual === undefined || action === 'create') return { kind: 'absent' };
  return { kind: 'present', id: actual.id, version: actual.version };
}

function fingerprintsOf(index: PlanIndex, { desired }: ResourceView): Readonly<Record<string, string>> {
  const { fingerprint } = index.input;
  if (fingerprint === undefined || desired === undefined) return {};
  const pinned: Record<string, string> = {};
  for (const [path, field] of Object.entries<Field>(desired.fields)) {
    if (field.kind !== 'sensitive' || desired.unpinned?.includes(path) === true) continue;
    pinned[path] = fingerprint(fingerprintDomain(desired.address, path), field.value);
  }
  return pinned;
}

function changesValue(change: Change): boolean {
  return change.action === 'create' || change.fields.some((field) => field.path === 'value');
}

/** Targets and exclusions that match nothing: most likely typing errors. */
function unknownPatterns(index: PlanIndex): readonly Diagnostic[] {
  const { scope, configured = [] } = index.input;
  const known = [...configured, ...index.desired.keys(), ...index.records.keys(), ...index.actual.keys()];
  const check = (flag: string, pattern: string): readonly Diagnostic[] =>
    matchesNothing(pattern, known) ? [unknownPattern(flag, pattern)] : [];
  return [
    ...scope.targets.flatMap((target) => check('--target', target)),
    ...scope.excludes.flatMap((exclude) => check('--exclude', exclude)),
  ];
}

function unknownPattern(flag: string, pattern: string): Diagnostic {
  const example = formatAddress({ kind: 'secret', provider: 'helios', name: 'HF_TOKEN' });
  return problem({
    code: 'unknown-target',
    summary: `${flag} ${pattern} matches no resource of the configuration, the state or the systems.`,
    next: `Addresses look like ${example}; \`*\` matches any text.`,
  });
}
