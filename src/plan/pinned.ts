import type { Change, Diagnostic, Plan, StateData } from '../model/index.js';
import type { SavedPlan } from './plan-file.js';

/**
 * What stands against a saved plan before anything is looked at: the state that it was made from has moved on, is another
 * one, or knows the plan already; the configuration is another one.
 * @param state the state as it is stored now
 * @param configuration the configuration's digest now
 */
export function checkPinned(
  { id, plan }: SavedPlan,
  state: StateData | undefined,
  configuration: string,
): readonly Diagnostic[] {
  const applied = state?.plans?.find((one) => one.id === id);
  if (applied !== undefined) {
    return [refuse('plan-applied', `This plan was applied already, at ${applied.at}.`, PLAN_AGAIN)];
  }
  const lineage = state?.lineage ?? '';
  const serial = state?.serial ?? 0;
  const problems: Diagnostic[] = [];
  if (lineage !== plan.state.lineage && (plan.state.lineage !== '' || serial === 0)) {
    const now = state === undefined ? 'there is no state here' : `this one has the lineage ${lineage}`;
    problems.push(
      refuse(
        'plan-other-state',
        `This plan was made for another state: its lineage is ${plan.state.lineage}, and ${now}.`,
        'Apply it where it was made: same folder, same `state` settings, same stack.',
      ),
    );
  } else if (serial !== plan.state.serial) {
    problems.push(
      refuse(
        'plan-stale',
        `This plan is stale: it was made from serial ${plan.state.serial} of the state, which has serial ${serial} by now.`,
        PLAN_AGAIN,
      ),
    );
  }
  if (configuration !== plan.configuration) {
    problems.push(
      refuse(
        'plan-other-configuration',
        'The configuration is not the one that this plan was made from: its files have changed.',
        'Check out the commit that was planned, or plan again.',
      ),
    );
  }
  return problems;
}

/**
 * Compares a saved plan with one that was made right now from the same configuration and state: what was approved is what is
 * done, so any difference is refused, object by object.
 * @param fresh the plan as it would be now; where it is refused by itself, that is said elsewhere
 */
export function comparePinned({ plan: saved }: SavedPlan, fresh: Plan): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  for (const [provider, system] of Object.entries(saved.systems)) {
    const now = fresh.systems[provider];
    if (now === undefined || (now.id === system.id && now.type === system.type)) continue;
    problems.push(
      refuse(
        'plan-other-system',
        `The provider ${provider} points at ${now.name} now; this plan was made for ${system.name}.`,
        'Point it at the system that was planned, or plan again.',
      ),
    );
  }
  // Objects of another system differ in everything.
  if (problems.length > 0) return problems;
  const before = byAddress(saved);
  const now = byAddress(fresh);
  for (const address of [...new Set([...before.keys(), ...now.keys()])].sort()) {
    const problem = compareChange(address, before.get(address), now.get(address));
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

function byAddress(plan: Plan): ReadonlyMap<string, Change> {
  return new Map(plan.changes.map((change) => [change.address, change]));
}

function compareChange(
  address: string,
  saved: Change | undefined,
  fresh: Change | undefined,
): Diagnostic | undefined {
  const changed = (what: string): Diagnostic => ({
    ...refuse('plan-changed-object', `${address} has changed since the plan was made: ${what}.`, PLAN_AGAIN),
    address,
  });
  if (saved === undefined) {
    return fresh === undefined
      ? undefined
      : changed(`${phrase(fresh)} now (${fresh.reason}), and the plan does not say so`);
  }
  if (fresh === undefined)
    return changed(`nothing is to be done any more, where the plan says: ${phrase(saved)}`);
  const values = valuesThatDiffer(saved, fresh);
  if (values.length > 0) {
    return {
      ...refuse(
        'plan-changed-value',
        `The value of ${address} (${values.join(', ')}) is not the one that was planned.`,
        'Set the value as it was, or plan again with the new one.',
      ),
      address,
    };
  }
  if (saved.action !== fresh.action)
    return changed(`${phrase(fresh)} now, where the plan says: ${phrase(saved)}`);
  if (differs(saved.precondition, fresh.precondition)) return changed('it is not as it was seen then');
  const { range: _place, ...rest } = saved;
  const { range: _nowAt, ...restNow } = fresh;
  return differs(rest, restNow) ? changed('what would be done to it is not what was planned') : undefined;
}

/** Paths whose fingerprint is another one. Where one side has none at all, nothing is pinned. */
function valuesThatDiffer(saved: Change, fresh: Change): readonly string[] {
  const paths = new Set([...Object.keys(saved.fingerprints), ...Object.keys(fresh.fingerprints)]);
  return [...paths].filter((path) => saved.fingerprints[path] !== fresh.fingerprints[path]).sort();
}

function phrase({ action }: Change): string {
  const words: Record<Change['action'], string> = {
    create: 'it is to be created',
    update: 'it is to be updated',
    replace: 'it is to be replaced',
    delete: 'it is to be destroyed',
    forget: 'it is to be forgotten',
    import: 'it is to be imported',
    noop: 'it stays as it is',
  };
  return words[action];
}

/** Whether two pieces of plain data differ, whatever order their keys are in. */
function differs(one: unknown, other: unknown): boolean {
  return canonical(one) !== canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

const PLAN_AGAIN = 'Plan again, look at what is new, and apply that plan.';

function refuse(code: string, summary: string, next: string): Diagnostic {
  return { severity: 'error', code, summary, next };
}
