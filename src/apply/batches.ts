import { groupBy, providerOf } from '../model/index.js';
import type { Change } from '../model/index.js';

/** Changes that are handed to one provider at once. */
export interface Batch {
  readonly provider: string;
  readonly changes: readonly Change[];
}

/**
 * Cuts a plan into batches, each of one provider, in an order in which every change comes after what its `after` names. A
 * transactional provider gets as few batches as can be, since each is a transaction of its own: it waits while others can
 * go on.
 * @param changes in plan order
 * @param isTransactional whether all changes of one batch of this provider succeed or fail together
 */
export function makeBatches(
  changes: readonly Change[],
  isTransactional: (provider: string) => boolean,
): readonly Batch[] {
  const left = new Map(groupBy(changes, (change) => providerOf(change.address)));
  // What is no change of this plan needs no waiting for.
  const planned = new Set(changes.map((change) => change.address));
  const done = new Set(changes.flatMap((change) => change.after).filter((one) => !planned.has(one)));
  const batches: Batch[] = [];
  while (left.size > 0) {
    const candidates = [...left].map(([provider, waiting]) => ({
      provider,
      waiting,
      ready: closedUnder(waiting, done),
    }));
    const next = choose(candidates, isTransactional);
    if (next === undefined) throw new Error('the changes of this plan depend on each other in a circle');
    const ready = new Set(next.ready);
    for (const change of next.ready) done.add(change.address);
    const rest = next.waiting.filter((change) => !ready.has(change));
    if (rest.length === 0) left.delete(next.provider);
    else left.set(next.provider, rest);
    batches.push({ provider: next.provider, changes: next.ready });
  }
  return batches;
}

interface Candidate {
  readonly provider: string;
  readonly waiting: readonly Change[];
  readonly ready: readonly Change[];
}

/** The changes that can be done now, one after the other, without any other provider. They come in plan order. */
function closedUnder(waiting: readonly Change[], done: ReadonlySet<string>): readonly Change[] {
  const within = new Set<string>();
  return waiting.filter((change) => {
    const isReady = change.after.every((address) => done.has(address) || within.has(address));
    if (isReady) within.add(change.address);
    return isReady;
  });
}

/** Whoever can finish goes first; then those that need not wait; a transaction is only cut where nothing else moves. */
function choose(
  candidates: readonly Candidate[],
  isTransactional: (provider: string) => boolean,
): Candidate | undefined {
  const moving = candidates.filter((candidate) => candidate.ready.length > 0);
  return (
    moving.find((one) => !isTransactional(one.provider) && one.ready.length < one.waiting.length) ??
    moving.find((one) => one.ready.length === one.waiting.length) ??
    moving[0]
  );
}
