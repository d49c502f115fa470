import { groupBy, providerOf } from '../model/index.js';
import type { Change } from '../model/index.js';

/** Changes that are handed to one provider at once. */
export interface Batch {
  readonly provider: string;
  readonly changes: readonly Change[];
}

/**
 * Cuts a plan into batches, each of one provider, in an order in which every change comes after what its `after` names. A
 * transactional provider gets as few batches as possible, since each is a transaction of its own: it waits while others can
 * go on.
 * @param changes in plan order
 * @param isTransactional whether all changes of one batch of this provider succeed or fail together
 */
export function makeBatches(
  changes: readonly Change[],
  isTransactional: (provider: string) => boolean,
): readonly Batch[] {
  const waiting = new Map(groupBy(changes, ({ address }) => providerOf(address)));
  const planned = new Set(changes.map(({ address }) => address));
  // What the plan does not change needs no waiting for.
  const done = new Set(changes.flatMap(({ after }) => after).filter((address) => !planned.has(address)));
  const batches: Batch[] = [];
  while (waiting.size > 0) {
    const next = pickBatch(waiting, done, isTransactional);
    if (next === undefined) throw new Error('the changes of this plan depend on each other in a circle');
    for (const { address } of next.changes) done.add(address);
    const ready = new Set(next.changes);
    const rest = waiting.get(next.provider)?.filter((change) => !ready.has(change)) ?? [];
    if (rest.length === 0) waiting.delete(next.provider);
    else waiting.set(next.provider, rest);
    batches.push(next);
  }
  return batches;
}

/** The changes that can be done now, one after the other, without any other provider. They come in plan order. */
function readyChanges(waiting: readonly Change[], done: ReadonlySet<string>): readonly Change[] {
  const ready = new Set<string>();
  return waiting.filter((change) => {
    const isReady = change.after.every((address) => done.has(address) || ready.has(address));
    if (isReady) ready.add(change.address);
    return isReady;
  });
}

/**
 * The batch to do next: first of a provider without transactions that has to wait for others later, then of one that can finish; a
 * transaction is cut only where nothing else can go on.
 */
function pickBatch(
  waiting: ReadonlyMap<string, readonly Change[]>,
  done: ReadonlySet<string>,
  isTransactional: (provider: string) => boolean,
): Batch | undefined {
  const candidates = [...waiting]
    .map(([provider, changes]) => {
      const ready = readyChanges(changes, done);
      return { provider, changes: ready, isWhole: ready.length === changes.length };
    })
    .filter(({ changes }) => changes.length > 0);
  const picked =
    candidates.find(({ provider, isWhole }) => !isTransactional(provider) && !isWhole) ??
    candidates.find(({ isWhole }) => isWhole) ??
    candidates[0];
  return picked && { provider: picked.provider, changes: picked.changes };
}
