import { kindOf } from '../model/index.js';
import type { Change, DesiredResource, Kinds, StateRecord } from '../model/index.js';

/**
 * Puts changes into the order in which they are done, and writes into each what must be done before it.
 *
 * - What is made or changed comes after what it depends on.
 * - What is destroyed comes after everything that depended on it, as the state remembers it, was destroyed or changed.
 * - Where nothing else decides, destruction comes last, so that a credential's successor is there before it goes.
 *
 * @throws Error on a cycle: the configuration has been checked for them.
 */
export function orderChanges(
  changes: readonly Change[],
  desired: ReadonlyMap<string, DesiredResource>,
  records: ReadonlyMap<string, StateRecord>,
  kinds: Kinds,
): readonly Change[] {
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const before = new Map<string, Set<string>>(changes.map((change) => [change.address, new Set()]));
  const add = (first: string, then: string): void => {
    if (first !== then && byAddress.has(first)) before.get(then)?.add(first);
  };
  for (const change of changes) {
    const { address } = change;
    if (!isRemoval(change)) {
      for (const needed of desired.get(address)?.dependsOn ?? []) {
        const other = byAddress.get(needed);
        if (other !== undefined && !isRemoval(other)) add(needed, address);
      }
    }
    for (const needed of records.get(address)?.dependsOn ?? []) {
      const other = byAddress.get(needed);
      if (other !== undefined && isRemoval(other)) add(address, needed);
      // A child that goes must go before its parent is made anew.
      if (other?.action === 'replace' && isRemoval(change)) add(address, needed);
    }
  }
  return sort(changes, before, kinds).map((change) => ({
    ...change,
    after: [...(before.get(change.address) ?? [])].sort(),
  }));
}

function isRemoval(change: Change): boolean {
  return change.action === 'delete' || change.action === 'forget';
}

/**
 * Visits changes by rank, each after what must be done before it. The path of what is being visited is kept in a list, not
 * on the call stack: chains may be long.
 */
function sort(
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
      // The last one is taken first.
      const needed = [...(before.get(change.address) ?? [])];
      needed.sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0));
      path.push({ change, needed });
    };
    if (!marks.has(start.address)) enter(start);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const next = byAddress.get(at.needed.pop() ?? '');
      if (next !== undefined) {
        const mark = marks.get(next.address);
        if (mark === 'entered') throw new Error('the changes of this plan depend on each other in a circle');
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

/** Destruction last; then by kind, children in the reverse order when they go; then by address. */
function byRank(a: Change, b: Change, table: Kinds): number {
  const removal = Number(isRemoval(a)) - Number(isRemoval(b));
  if (removal !== 0) return removal;
  const ranks = table.rankOf(kindOf(a.address)) - table.rankOf(kindOf(b.address));
  if (ranks !== 0) return isRemoval(a) ? -ranks : ranks;
  return a.address < b.address ? -1 : 1;
}
