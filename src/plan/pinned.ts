import { canonicalJson, compareText, problem, providerOf, own } from '../model/index.js';
import type { Change, DesiredResource, Diagnostic, Kinds, Plan, StateData } from '../model/index.js';
import type { SavedPlan } from './plan-file.js';
import { selfChanges } from './self.js';

const PLAN_AGAIN = 'Plan again, review what is new, and apply that plan.';

/**
 * Checks a saved plan before any system is read: it was applied already, its state is another one or has moved on, or its
 * configuration has changed.
 * @param state the state as it is stored now
 * @param configuration the configuration's digest now
 */
export function checkPinned(
  { id, plan }: SavedPlan,
  state: StateData | undefined,
  configuration: string,
): readonly Diagnostic[] {
  const applied = state?.plans?.find((entry) => entry.id === id);
  if (applied !== undefined) {
    return [
      problem({
        code: 'plan-applied',
        summary: `This plan was already applied, at ${applied.at}.`,
        next: PLAN_AGAIN,
      }),
    ];
  }
  const problems = [...checkState(plan, state)];
  if (configuration !== plan.configuration) {
    problems.push(
      problem({
        code: 'plan-other-configuration',
        summary: 'The configuration has changed since this plan was made.',
        next: 'Check out the commit that was planned, or plan again.',
      }),
    );
  }
  return problems;
}

function checkState(plan: Plan, state: StateData | undefined): readonly Diagnostic[] {
  const lineage = state?.lineage ?? '';
  const serial = state?.serial ?? 0;
  if (lineage !== plan.state.lineage && (plan.state.lineage !== '' || serial === 0)) {
    const current =
      state === undefined ? 'there is no state here' : `the state here has the lineage ${lineage}`;
    return [
      problem({
        code: 'plan-other-state',
        summary: `This plan was made for another state: its lineage is ${plan.state.lineage}, and ${current}.`,
        next: 'Apply it where it was made: same folder, same `state` settings, same stack.',
      }),
    ];
  }
  if (serial === plan.state.serial) return [];
  return [
    problem({
      code: 'plan-stale',
      summary: `This plan is stale: it was made from serial ${plan.state.serial} of the state, which now has serial ${serial}.`,
      next: PLAN_AGAIN,
    }),
  ];
}

/**
 * Compares a saved plan with one that was made now from the same configuration and state. What was approved is what is done, so
 * every difference is refused, object by object.
 * @param fresh the plan as it would be now
 * @param desired what is wanted now, by address
 */
export function comparePinned(
  { plan: saved }: SavedPlan,
  fresh: Plan,
  kinds: Kinds,
  desired: ReadonlyMap<string, DesiredResource>,
): readonly Diagnostic[] {
  const systems = compareSystems(saved, fresh);
  // Objects of another system differ in everything.
  if (systems.length > 0) return systems;
  const changes = compareChanges(saved, fresh);
  return [...comparePrincipals(saved, fresh, { kinds, desired, differences: changes }), ...changes];
}

/** What the principals of two plans are compared with. */
interface PrincipalContext {
  readonly kinds: Kinds;
  readonly desired: ReadonlyMap<string, DesiredResource>;
  /** How the changes differ: another identity is most likely why. */
  readonly differences: readonly Diagnostic[];
}

/** Refuses another identity than the plan was made as, where a change would have another result under it. */
function comparePrincipals(
  saved: Plan,
  fresh: Plan,
  { kinds, desired, differences }: PrincipalContext,
): readonly Diagnostic[] {
  return Object.entries(saved.systems).flatMap(([provider, { principal }]) => {
    const current = own(fresh.systems, provider);
    if (current === undefined || current.principal === principal) return [];
    const principals = [principal, current.principal];
    const [first] = selfChanges(saved.changes, provider, { kinds, desired, principals });
    const different = differences.find(({ address }) => address && providerOf(address) === provider);
    const address = first?.address ?? different?.address;
    if (address === undefined) return [];
    return [
      problem({
        code: 'plan-other-principal',
        summary: `This plan was made as ${principal} (${provider}); this run is ${current.principal}, under whom ${address} would have another result.`,
        next: `Apply it as ${principal}, or plan again as ${current.principal}.`,
        detail: `To plan with one key and apply with another, name the identity that applies in the configuration: self, of the provider ${provider}.`,
        address,
      }),
    ];
  });
}

function compareChanges(saved: Plan, fresh: Plan): readonly Diagnostic[] {
  const before = changesByAddress(saved);
  const now = changesByAddress(fresh);
  const addresses = [...new Set([...before.keys(), ...now.keys()])].sort(compareText);
  return addresses.flatMap((address) => compareChange(address, before.get(address), now.get(address)) ?? []);
}

function compareSystems(saved: Plan, fresh: Plan): readonly Diagnostic[] {
  return Object.entries(saved.systems).flatMap(([provider, system]) => {
    const current = own(fresh.systems, provider);
    if (current === undefined || (current.id === system.id && current.type === system.type)) return [];
    return [
      problem({
        code: 'plan-other-system',
        summary: `The provider ${provider} now points at ${current.name}; this plan was made for ${system.name}.`,
        next: 'Point it at the system that was planned, or plan again.',
      }),
    ];
  });
}

function changesByAddress(plan: Plan): ReadonlyMap<string, Change> {
  return new Map(plan.changes.map((change) => [change.address, change]));
}

function compareChange(
  address: string,
  saved: Change | undefined,
  fresh: Change | undefined,
): Diagnostic | undefined {
  const values = saved === undefined || fresh === undefined ? [] : valuesThatDiffer(saved, fresh);
  if (values.length > 0) {
    return problem({
      code: 'plan-changed-value',
      summary: `The value of ${address} (${values.join(', ')}) is not the planned one.`,
      next: 'Restore the planned value, or plan again with the new one.',
      address,
    });
  }
  const difference = differenceOf(saved, fresh);
  if (difference === undefined) return undefined;
  return problem({
    code: 'plan-changed-object',
    summary: `${address} has changed since the plan was made: ${difference}.`,
    next: PLAN_AGAIN,
    address,
  });
}

/** How two changes of one resource differ, in words; `undefined` where they are the same. */
function differenceOf(saved: Change | undefined, fresh: Change | undefined): string | undefined {
  if (saved === undefined) {
    return fresh === undefined
      ? undefined
      : `${phrase(fresh)} now (${fresh.reason}), which is not in the plan`;
  }
  if (fresh === undefined) return `no change is needed any more, but in the plan ${phrase(saved)}`;
  if (saved.action !== fresh.action) return `${phrase(fresh)} now, but in the plan ${phrase(saved)}`;
  if (differs(saved.precondition, fresh.precondition)) return 'the object was modified';
  const { range: _savedRange, ...savedRest } = saved;
  const { range: _freshRange, ...freshRest } = fresh;
  return differs(savedRest, freshRest) ? 'the planned change is another one' : undefined;
}

/** Paths whose fingerprints differ. Where neither side has any, nothing is pinned. */
function valuesThatDiffer(saved: Change, fresh: Change): readonly string[] {
  const paths = new Set([...Object.keys(saved.fingerprints), ...Object.keys(fresh.fingerprints)]);
  return [...paths].filter((path) => saved.fingerprints[path] !== fresh.fingerprints[path]).sort(compareText);
}

const PHRASES: Readonly<Record<Change['action'], string>> = {
  create: 'it would be created',
  update: 'it would be updated',
  replace: 'it would be replaced',
  delete: 'it would be destroyed',
  forget: 'it would be forgotten',
  import: 'it would be imported',
  noop: 'it would not change',
};

function phrase({ action }: Change): string {
  return PHRASES[action];
}

function differs(left: unknown, right: unknown): boolean {
  return canonicalJson(left) !== canonicalJson(right);
}
