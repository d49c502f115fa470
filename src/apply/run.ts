import type { ApplyItem, Change, DesiredResource, Outcome } from '../model/index.js';
import { makeBatches } from './batches.js';

/** What carries out changes in one system; a provider's session is one. */
export interface Applier {
  apply(
    items: readonly ApplyItem[],
    onOutcome: (outcome: Outcome) => void,
    checkpoint: () => Promise<boolean>,
  ): Promise<void>;
}

/** What a run of a plan needs. */
export interface ApplyRun {
  /** In plan order. */
  readonly changes: readonly Change[];
  readonly desired: ReadonlyMap<string, DesiredResource>;
  readonly applierOf: (provider: string) => Applier | undefined;
  readonly isTransactional: (provider: string) => boolean;
  /** Told about each change, once, when its end is known. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Called between batches, and where a provider asks for it: everything told so far must be kept. @returns whether it is */
  readonly checkpoint: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * Walks a plan. What depends on something that failed is skipped, the rest is done. Answers of providers are checked: an
 * outcome for nothing that was asked, or a second one, is not believed, and what gets no answer has failed.
 */
export async function runChanges(run: ApplyRun): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const tell = (outcome: Outcome): void => {
    outcomes.set(outcome.address, outcome);
    run.onOutcome(outcome);
  };
  for (const batch of makeBatches(run.changes, run.isTransactional)) {
    const doable = batch.changes.filter((change) => {
      const obstacle = obstacleTo(change, outcomes, run.signal);
      if (obstacle !== undefined) tell({ status: 'skipped', address: change.address, message: obstacle });
      return obstacle === undefined;
    });
    const written = doable.filter((change) => !isStateOnly(change));
    // What touches the state alone goes first, unless it comes after something that is still to be written.
    const waiting = new Set(written.map((change) => change.address));
    for (const change of doable.filter(isStateOnly)) {
      if (change.after.some((address) => waiting.has(address))) waiting.add(change.address);
      else tell(stateOnlyOutcome(change));
    }
    if (written.length > 0) await runBatch(run, batch.provider, written, tell);
    for (const change of doable.filter((one) => isStateOnly(one) && waiting.has(one.address))) {
      const obstacle = obstacleIn(change, outcomes);
      if (obstacle === undefined) tell(stateOnlyOutcome(change));
      else tell({ status: 'skipped', address: change.address, message: obstacle });
    }
    await run.checkpoint();
  }
  return run.changes.flatMap((change) => outcomes.get(change.address) ?? []);
}

async function runBatch(
  run: ApplyRun,
  provider: string,
  changes: readonly Change[],
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const waiting = new Map(changes.map((change) => [change.address, change]));
  const applier = run.applierOf(provider);
  let why =
    applier === undefined ? `there is no session with ${provider}` : 'its provider gave no answer about it';
  if (applier !== undefined) {
    try {
      await applier.apply(
        changes.map((change) => {
          const desired = run.desired.get(change.address);
          return desired === undefined || change.action === 'delete' ? { change } : { change, desired };
        }),
        (outcome) => {
          const change = waiting.get(outcome.address);
          if (change === undefined) return;
          waiting.delete(outcome.address);
          tell(believe(change, outcome));
        },
        run.checkpoint,
      );
    } catch (error) {
      why = error instanceof Error ? error.message : 'its provider failed';
    }
  }
  const unanswered = [...waiting.keys()];
  // An answer that comes after the end is not believed.
  waiting.clear();
  for (const address of unanswered) {
    tell({ status: 'failed', address, message: why, mayHaveHappened: applier !== undefined });
  }
}

/** What was made must have an id: without one nobody could ever find it again, so it does not count as done. */
function believe(change: Change, outcome: Outcome): Outcome {
  if (outcome.status !== 'done' || change.action === 'delete') return outcome;
  if (outcome.id !== undefined && outcome.id !== '') return outcome;
  return {
    status: 'failed',
    address: change.address,
    message: 'its provider says that it is done, but not which object it is now',
    mayHaveHappened: true,
  };
}

/** Why a change can't be tried, if so. */
function obstacleTo(
  change: Change,
  outcomes: ReadonlyMap<string, Outcome>,
  signal: AbortSignal,
): string | undefined {
  return signal.aborted ? 'stopped before it was begun' : obstacleIn(change, outcomes);
}

/** What of that which comes before a change was not done, in words. */
function obstacleIn(change: Change, outcomes: ReadonlyMap<string, Outcome>): string | undefined {
  const obstacle = change.after.find((address) => {
    const outcome = outcomes.get(address);
    return outcome !== undefined && outcome.status !== 'done';
  });
  return obstacle === undefined ? undefined : `not tried, since ${obstacle} was not done`;
}

/** Whether a change touches nothing but the state. */
function isStateOnly(change: Change): boolean {
  return change.action === 'forget' || change.action === 'import' || change.action === 'noop';
}

function stateOnlyOutcome(change: Change): Outcome {
  return {
    status: 'done',
    address: change.address,
    ...(change.action === 'forget' || change.id === undefined ? {} : { id: change.id }),
  };
}
