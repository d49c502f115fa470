import { compareText, groupBy, kindOf } from '../model/index.js';
import type { Change, DesiredResource, Kinds, StateRecord } from '../model/index.js';

/**
 * Sorts changes into the order in which they are carried out, and sets `after` of each.
 *
 * - What is created or updated comes after what it depends on.
 * - What is destroyed comes after everything that depended on it, as the state remembers it, was destroyed or updated.
 * - What was copied is destroyed after its copy, and access to that, is complete.
 * - Otherwise destruction comes last, so that a credential's successor exists before the credential is removed.
 *
 * @throws Error on a cycle: the configuration was checked for them
 */
export function orderChanges(
  changes: readonly Change[],
  desired: ReadonlyMap<string, DesiredResource>,
  records: ReadonlyMap<string, StateRecord>,
  kinds: Kinds,
): readonly Change[] {
  const before = predecessors(changes, desired, records, kinds);
  return sortTopologically(changes, before, kinds).map((change) => ({
    ...change,
    after: [...(before.get(change.address) ?? [])].sort(compareText),
  }));
}

/** Which changes must be done before each change, by address. */
function predecessors(
  changes: readonly Change[],
  desired: ReadonlyMap<string, DesiredResource>,
  records: ReadonlyMap<string, StateRecord>,
  kinds: Kinds,
): ReadonlyMap<string, ReadonlySet<string>> {
  const children = groupBy(changes, ({ address }) => kinds.parentOf(address));
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const before = new Map<string, Set<string>>(changes.map((change) => [change.address, new Set()]));
  const add = (first: string, then: string): void => {
    if (first !== then) before.get(then)?.add(first);
  };
  for (const change of changes) {
    const { address } = change;
    for (const needed of copyOf(change, children)) if (byAddress.has(needed)) add(needed, address);
    for (const needed of isRemoval(change) ? [] : (desired.get(address)?.dependsOn ?? [])) {
      const other = byAddress.get(needed);
      if (other !== undefined && !isRemoval(other)) add(needed, address);
    }
    for (const needed of records.get(address)?.dependsOn ?? []) {
      const other = byAddress.get(needed);
      if (other !== undefined && goesAfterDependent(other, change)) add(address, needed);
    }
  }
  return before;
}

/** The copy of what is destroyed because it was moved, and what lives in that: it must be complete first. */
function copyOf({ movedTo }: Change, children: ReadonlyMap<string, readonly Change[]>): readonly string[] {
  if (movedTo === undefined) return [];
  return [movedTo.address, ...(children.get(movedTo.address) ?? []).map(({ address }) => address)];
}

/** Whether what a dependent needed is removed, or, where the dependent is removed, replaced: the dependent goes first. */
function goesAfterDependent(needed: Change, dependent: Change): boolean {
  return isRemoval(needed) || (needed.action === 'replace' && isRemoval(dependent));
}

function isRemoval(change: Change): boolean {
  return change.action === 'delete' || change.action === 'forget';
}

/**
 * Visits changes by rank, each after what must be done before it (depth first, with a stack of its own: chains may be long).
 */
function sortTopologically(
  changes: readonly Change[],
  before: ReadonlyMap<string, ReadonlySet<string>>,
  kinds: Kinds,
): readonly Change[] {
  const ranked = [...changes].sort((a, b) => byRank(a, b, kinds));
  const byAddress = new Map(ranked.map((change) => [change.address, change]));
  const rank = new Map(ranked.map((change, index) => [change.address, index]));
  const marks = new Map<string, 'entered' | 'done'>();
  const done: Change[] = [];
  for (const start of ranked) {
    const path: { readonly change: Change; readonly needed: string[] }[] = [];
    const enter = (change: Change): void => {
      marks.set(change.address, 'entered');
      // Taken from the end.
      const needed = [...(before.get(change.address) ?? [])];
      needed.sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0));
      path.push({ change, needed });
    };
    if (!marks.has(start.address)) enter(start);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const next = byAddress.get(at.needed.pop() ?? '');
      if (next !== undefined) {
        const mark = marks.get(next.address);
        if (mark === 'entered') throw new Error('the changes of this plan depend on each other in a cycle');
        if (mark === undefined) enter(next);
        continue;
      }
      marks.set(at.change.address, 'done');
      done.push(at.change);
      path.pop();
    }
  }
  return done;
}

/** Destruction last; then by kind, children first when they are destroyed; then by address. */
function byRank(a: Change, b: Change, kinds: Kinds): number {
  const removal = Number(isRemoval(a)) - Number(isRemoval(b));
  if (removal !== 0) return removal;
  const ranks = kinds.rankOf(kindOf(a.address)) - kinds.rankOf(kindOf(b.address));
  if (ranks !== 0) return isRemoval(a) ? -ranks : ranks;
  return compareText(a.address, b.address);
}
