import { groupBy, type ApplyItem, type Outcome } from '../../model/index.js';
import { applySecret, type Run } from './apply-secret.js';
import { kinds } from './kinds.js';

/** What applying needs of its session. */
export type ApplyContext = Omit<Run, 'onOutcome' | 'checkpoint'>;

/** All changes of one secret and its shares. */
interface Group {
  readonly name: string;
  readonly items: readonly ApplyItem[];
  /** Groups that must be done before, and the address there that says so. */
  readonly after: ReadonlyMap<Group, readonly string[]>;
}

/**
 * Carries out changes: one secret after the other within each chain of `after`, several side by side where nothing says
 * otherwise. Each change gets exactly one outcome.
 */
export async function applyItems(
  context: ApplyContext,
  items: readonly ApplyItem[],
  onOutcome: (outcome: Outcome) => void,
  checkpoint: () => Promise<boolean>,
): Promise<void> {
  const done = new Set<string>();
  const told = new Set<string>();
  const tell = (outcome: Outcome): void => {
    if (told.has(outcome.address)) return;
    told.add(outcome.address);
    if (outcome.status === 'done') done.add(outcome.address);
    onOutcome(outcome);
  };
  const skip = (group: Group, message: string): void => {
    for (const { change } of group.items) tell({ status: 'skipped', address: change.address, message });
  };
  const run: Run = { ...context, onOutcome: tell, checkpoint };
  const { signal, parallelism } = context.context;

  await inFileOrder(groupItems(items), parallelism, async (group) => {
    if (signal.aborted) {
      skip(group, 'stopped before it began');
      return;
    }
    const missing = [...group.after.values()].flat().find((address) => !done.has(address));
    if (missing !== undefined) {
      skip(group, `${missing} must be done first and was not`);
      return;
    }
    context.context.progress(group.name);
    await applySecret(run, group.name, group.items);
    skip(group, 'an earlier change of the same secret was not done');
  });
  for (const { change } of items) {
    tell({ status: 'skipped', address: change.address, message: 'circular dependency between changes' });
  }
}

function groupItems(items: readonly ApplyItem[]): readonly Group[] {
  const byName = groupBy(items, (item) => kinds.mustParse(item.change.address).name);
  const groups = [...byName].map(([name, list]) => ({
    name,
    items: list,
    after: new Map<Group, string[]>(),
  }));
  const home = new Map(
    groups.flatMap((group) => group.items.map((item) => [item.change.address, group] as const)),
  );
  for (const group of groups) {
    for (const address of group.items.flatMap((item) => item.change.after)) {
      const other = home.get(address);
      if (other === undefined || other === group) continue;
      group.after.set(other, [...(group.after.get(other) ?? []), address]);
    }
  }
  return groups;
}

/** Runs groups, at most so many at once, each after those it waits for. Groups in a circle are left out. */
async function inFileOrder(
  groups: readonly Group[],
  parallelism: number,
  work: (group: Group) => Promise<void>,
): Promise<void> {
  const waitsFor = new Map(groups.map((group) => [group, new Set(group.after.keys())]));
  const followers = groupBy(
    groups.flatMap((group) => [...group.after.keys()].map((before) => ({ before, group }))),
    ({ before }) => before,
  );
  const ready = groups.filter((group) => group.after.size === 0);
  const running = new Set<Promise<void>>();
  while (ready.length > 0 || running.size > 0) {
    const group = running.size < Math.max(1, parallelism) ? ready.shift() : undefined;
    if (group === undefined) {
      await Promise.race(running);
      continue;
    }
    const task: Promise<void> = work(group).then(() => {
      running.delete(task);
      for (const { group: follower } of followers.get(group) ?? []) {
        const waiting = waitsFor.get(follower);
        if (waiting?.delete(group) === true && waiting.size === 0) ready.push(follower);
      }
    });
    running.add(task);
  }
}
