import { KINDS, mustParseAddress } from '../model/index.js';
import type { Change, DesiredResource, StateRecord } from '../model/index.js';

/** A change whose `after` is not known yet. */
export type Unordered = Change;

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
): readonly Change[] {
  const byAddress = new Map(changes.map((one) => [one.address, one]));
  const before = new Map<string, Set<string>>(changes.map((one) => [one.address, new Set()]));
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
  return sort(changes, before).map((change) => ({
    ...change,
    after: [...(before.get(change.address) ?? [])].sort(),
  }));
}

function isRemoval(change: Change): boolean {
  return change.action === 'delete' || change.action === 'forget';
}

/** Kahn's algorithm, always taking the first ready change by rank: linear but for keeping the ready ones sorted. */
function sort(
  changes: readonly Change[],
  before: ReadonlyMap<string, ReadonlySet<string>>,
): readonly Change[] {
  const ranked = [...changes].sort(byRank);
  const rank = new Map(ranked.map((change, index) => [change.address, index]));
  const waiting = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const [address, needed] of before) {
    waiting.set(address, needed.size);
    for (const one of needed) {
      const list = dependents.get(one);
      if (list === undefined) dependents.set(one, [address]);
      else list.push(address);
    }
  }
  const ready = new Heap();
  for (const [address, count] of waiting) if (count === 0) ready.push(rank.get(address) ?? 0);
  const done: Change[] = [];
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    const change = ranked[index];
    if (change === undefined) continue;
    done.push(change);
    for (const one of dependents.get(change.address) ?? []) {
      const left = (waiting.get(one) ?? 0) - 1;
      waiting.set(one, left);
      if (left === 0) ready.push(rank.get(one) ?? 0);
    }
  }
  if (done.length !== changes.length)
    throw new Error('the changes of this plan depend on each other in a circle');
  return done;
}

/** Destruction last; then by kind, children in the reverse order when they go; then by address. */
function byRank(a: Change, b: Change): number {
  const removal = Number(isRemoval(a)) - Number(isRemoval(b));
  if (removal !== 0) return removal;
  const kinds = kindRank(a) - kindRank(b);
  if (kinds !== 0) return isRemoval(a) ? -kinds : kinds;
  return a.address < b.address ? -1 : 1;
}

function kindRank(change: Change): number {
  return KINDS.indexOf(mustParseAddress(change.address).kind);
}

/** A binary heap of numbers, smallest first. */
class Heap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    items.push(item);
    let at = items.length - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if ((items[up] ?? 0) <= (items[at] ?? 0)) break;
      this.#swap(at, up);
      at = up;
    }
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    items[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < items.length && (items[left] ?? 0) < (items[least] ?? 0)) least = left;
      if (right < items.length && (items[right] ?? 0) < (items[least] ?? 0)) least = right;
      if (least === at) return top;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    const first = items[a] ?? 0;
    items[a] = items[b] ?? 0;
    items[b] = first;
  }
}
