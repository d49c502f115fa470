import { PLAN_FORMAT, defined, formatAddress } from '../model/index.js';
import type {
  Action,
  Change,
  Diagnostic,
  DriftEntry,
  Field,
  Plan,
  PlanSummary,
  Precondition,
} from '../model/index.js';
import { decide } from './decide.js';
import type { Decision, Sides } from './decide.js';
import { driftOf } from './drift.js';
import { fingerprintDomain } from './input.js';
import type { PlanInput } from './input.js';
import { showChange } from './diff.js';
import { checkDeletes } from './limits.js';
import { orderChanges } from './order.js';
import { checkOwners } from './owners.js';
import { rotationNotes } from './rotation.js';
import { matchesNothing } from './scope.js';
import { makeWorld } from './world.js';
import type { World } from './world.js';

/**
 * Makes a plan: compares what is wanted, what is there and what was last applied, and decides for each resource what is to
 * become of it, in which order, and whether it may. Pure.
 */
export function makePlan(input: PlanInput): Plan {
  const world = makeWorld(input);
  const decisions = new Map<string, Decision>();
  const changes: Change[] = [];
  const drift: DriftEntry[] = [];
  const diagnostics: Diagnostic[] = [...input.diagnostics, ...unknownPatterns(world)];
  let unchanged = 0;
  for (const sides of allSides(world)) {
    const parentAt = world.kinds.parentOf(sides.address);
    const decision = decide(world, sides, parentAt === undefined ? undefined : decisions.get(parentAt));
    decisions.set(sides.text, decision);
    diagnostics.push(...decision.diagnostics);
    const drifted = driftEntry(world, sides, decision);
    if (drifted !== undefined) drift.push(drifted);
    if (decision.action === 'refused' || decision.action === 'blocked' || decision.action === 'unseen')
      continue;
    if (decision.action !== 'noop') changes.push(toChange(world, sides, decision.action, decision));
    else if (sides.desired !== undefined) unchanged += 1;
  }
  diagnostics.push(...checkOwners(world, changes));
  diagnostics.push(...checkDeletes(changes, world.records.values(), input.maxDeletes));
  const rotated = new Set(changes.filter(changesValue).map((change) => change.address));
  return {
    format: PLAN_FORMAT,
    stack: input.stack,
    createdAt: input.now,
    state: { lineage: input.state?.lineage ?? '', serial: input.state?.serial ?? 0 },
    configuration: input.configuration,
    systems: Object.fromEntries(Object.entries(input.actual).map(([name, one]) => [name, one.system])),
    changes: orderChanges(changes, world.desired, world.records, world.kinds),
    drift,
    rotation: rotationNotes(world, rotated),
    unreachable: input.unreachable,
    diagnostics,
    summary: summarize(changes, unchanged),
  };
}

/** How many resources each thing is done to. */
function summarize(changes: readonly Change[], unchanged: number): PlanSummary {
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

/** All resources in scope whose system was seen, parents before what lives in them. */
function allSides(world: World): readonly Sides[] {
  // What is only to be forgotten needs no system: its provider may be gone from the configuration.
  const isForgettable = (text: string): boolean =>
    world.records.has(text) &&
    [text, world.kinds.parentOf(text) ?? ''].some((one) => world.input.removed.includes(one)) &&
    world.inScope(text);
  const texts = new Set([...world.desired.keys(), ...world.records.keys(), ...world.actual.keys()]);
  return [...texts]
    .map((text) => ({ text, address: world.kinds.mustParse(text) }))
    .filter(({ text, address }) => isForgettable(text) || (world.isVisible(address) && world.inScope(text)))
    .sort(
      (a, b) =>
        world.kinds.rankOf(a.address.kind) - world.kinds.rankOf(b.address.kind) || (a.text < b.text ? -1 : 1),
    )
    .map(({ text, address }) => ({
      text,
      address,
      desired: world.desired.get(text),
      record: world.records.get(text),
      actual: world.actual.get(text),
    }));
}

/** What drifted of a resource; a member that somebody added to a list of ours drifted too. */
function driftEntry(world: World, sides: Sides, decision: Decision): DriftEntry | undefined {
  const { record, actual, desired } = sides;
  if (decision.action === 'unseen') return undefined;
  if (record !== undefined) {
    const direct = actual?.inherited === true ? undefined : actual;
    return driftOf(record, direct, desired, world.input.fingerprint);
  }
  // Without a state there was no last apply, so nothing can have changed since.
  const wasApplied =
    world.records.has(world.kinds.parentOf(sides.address) ?? '') || world.input.state !== undefined;
  if (actual === undefined || decision.action !== 'delete' || !wasApplied) return undefined;
  const parent = world.kinds.parentOf(sides.address);
  const lastAppliedAt = parent === undefined ? undefined : world.records.get(parent)?.appliedAt;
  return {
    address: sides.text,
    kind: 'added',
    fields: Object.entries(actual.fields).map(([path, field]) => showChange(path, undefined, field)),
    ...defined({ changedAt: actual.changedAt, changedBy: actual.changedBy, lastAppliedAt }),
  };
}

function toChange(world: World, sides: Sides, action: Action, decision: Decision): Change {
  const { desired, actual } = sides;
  return {
    action,
    address: sides.text,
    reason: decision.reason,
    fields: decision.fields,
    precondition: preconditionOf(sides, action),
    after: [],
    fingerprints: fingerprintsOf(world, sides),
    ...(desired?.range === undefined ? {} : { range: desired.range }),
    ...(actual === undefined || action === 'create' ? {} : { id: actual.id }),
  };
}

function preconditionOf({ actual }: Sides, action: Action): Precondition {
  if (action === 'forget') return { kind: 'none' };
  if (actual === undefined || action === 'create') return { kind: 'absent' };
  return { kind: 'present', id: actual.id, version: actual.version };
}

function fingerprintsOf(world: World, { desired }: Sides): Readonly<Record<string, string>> {
  const { fingerprint } = world.input;
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

/** A target or an exclusion that names nothing is most likely a typing error. */
function unknownPatterns(world: World): readonly Diagnostic[] {
  const { scope } = world.input;
  const { configured = [] } = world.input;
  const known = [...configured, ...world.desired.keys(), ...world.records.keys(), ...world.actual.keys()];
  const check = (flag: string, pattern: string): readonly Diagnostic[] =>
    matchesNothing(pattern, known)
      ? [
          {
            severity: 'error',
            code: 'unknown-target',
            summary: `${flag} ${pattern} names no resource of the configuration, the state or the systems.`,
            next: `Addresses look like ${formatAddress({ kind: 'secret', provider: 'helios', name: 'HF_TOKEN' })}; \`*\` stands for any run of characters.`,
          },
        ]
      : [];
  return [
    ...scope.targets.flatMap((target) => check('--target', target)),
    ...scope.excludes.flatMap((exclude) => check('--exclude', exclude)),
  ];
}
