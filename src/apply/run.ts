import type { ApplyItem, Change, DesiredResource, Outcome } from '../model/index.js';
import { makeBatches } from './batches.js';

/** What carries out changes in one system; a provider's session is one. */
export interface Applier {
  apply(items: readonly ApplyItem[], onOutcome: (outcome: Outcome) => void): Promise<void>;
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
  /** Called between batches, when everything told so far must be kept. */
  readonly checkpoint: () => Promise<void>;
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
    for (const change of doable) {
      if (isStateOnly(change)) tell(stateOnlyOutcome(change));
    }
    if (written.length > 0) await runBatch(run, batch.provider, written, tell);
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
  const waiting = new Set(changes.map((change) => change.address));
  const applier = run.applierOf(provider);
  let why = 'its provider gave no answer about it';
  if (applier !== undefined) {
    try {
      await applier.apply(
        changes.map((change) => {
          const desired = run.desired.get(change.address);
          return desired === undefined || change.action === 'delete' ? { change } : { change, desired };
        }),
        (outcome) => {
          if (waiting.delete(outcome.address)) tell(outcome);
        },
      );
    } catch (error) {
      why = error instanceof Error ? error.message : 'its provider failed';
    }
  }
  for (const address of waiting) {
    tell({ status: 'failed', address, message: why, mayHaveHappened: applier !== undefined });
  }
}

/** Why a change can't be tried, if so. */
function obstacleTo(
  change: Change,
  outcomes: ReadonlyMap<string, Outcome>,
  signal: AbortSignal,
): string | undefined {
  if (signal.aborted) return 'stopped before it was begun';
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
