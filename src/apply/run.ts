import { isStateOnly } from '../model/index.js';
import type { ApplyItem, Change, DesiredResource, Outcome } from '../model/index.js';
import { makeBatches } from './batches.js';
import type { Batch } from './batches.js';

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
    await runBatch(run, batch, outcomes, tell);
    await run.checkpoint();
  }
  return run.changes.flatMap(({ address }) => outcomes.get(address) ?? []);
}

/** Takes in the end of a change. */
type Tell = (outcome: Outcome) => void;

async function runBatch(
  run: ApplyRun,
  { provider, changes }: Batch,
  outcomes: ReadonlyMap<string, Outcome>,
  tell: Tell,
): Promise<void> {
  const possible = changes.filter((change) => {
    const obstacle = run.signal.aborted ? 'stopped before it was begun' : obstacleTo(change, outcomes);
    if (obstacle !== undefined) tell({ status: 'skipped', address: change.address, message: obstacle });
    return obstacle === undefined;
  });
  const written = possible.filter((change) => !isStateOnly(change));
  const later = stateOnlyAfter(written, possible);
  // What touches the state alone goes first, unless it comes after something that is still to be written.
  for (const change of possible) {
    if (isStateOnly(change) && !later.includes(change)) tell(stateOnlyOutcome(change));
  }
  if (written.length > 0) await write(run, provider, written, tell);
  for (const change of later) {
    const obstacle = obstacleTo(change, outcomes);
    if (obstacle === undefined) tell(stateOnlyOutcome(change));
    else tell({ status: 'skipped', address: change.address, message: obstacle });
  }
}

/** The changes of the state alone that come after something written, by itself or by another of them. */
function stateOnlyAfter(written: readonly Change[], possible: readonly Change[]): readonly Change[] {
  const waiting = new Set(written.map(({ address }) => address));
  return possible.filter((change) => {
    const isLater = isStateOnly(change) && change.after.some((address) => waiting.has(address));
    if (isLater) waiting.add(change.address);
    return isLater;
  });
}

/** Hands changes to their provider. What gets no answer has failed. */
async function write(run: ApplyRun, provider: string, changes: readonly Change[], tell: Tell): Promise<void> {
  const unanswered = new Map(changes.map((change) => [change.address, change]));
  const applier = run.applierOf(provider);
  const onOutcome = (outcome: Outcome): void => {
    const change = unanswered.get(outcome.address);
    if (change === undefined) return;
    unanswered.delete(outcome.address);
    tell(checked(change, outcome));
  };
  const items = changes.map((change) => itemOf(change, run.desired.get(change.address)));
  const message =
    applier === undefined
      ? `there is no session with ${provider}`
      : await failureOf(() => applier.apply(items, onOutcome, run.checkpoint));
  const addresses = [...unanswered.keys()];
  // An answer that comes after the end is not believed.
  unanswered.clear();
  for (const address of addresses) {
    tell({ status: 'failed', address, message, mayHaveHappened: applier !== undefined });
  }
}

function itemOf(change: Change, desired: DesiredResource | undefined): ApplyItem {
  return desired === undefined || change.action === 'delete' ? { change } : { change, desired };
}

/** Why changes have no answer, once their provider has ended. */
async function failureOf(applying: () => Promise<void>): Promise<string> {
  try {
    await applying();
    return 'its provider gave no answer about it';
  } catch (error) {
    return error instanceof Error ? error.message : 'its provider failed';
  }
}

/** An outcome that can be believed: without an id nobody could ever find again what was made, so it does not count as done. */
function checked(change: Change, outcome: Outcome): Outcome {
  if (outcome.status !== 'done' || change.action === 'delete' || change.action === 'forget') return outcome;
  if (outcome.id !== undefined && outcome.id !== '') return outcome;
  return {
    status: 'failed',
    address: change.address,
    message: 'its provider says that it is done, but not which object it is now',
    mayHaveHappened: true,
  };
}

/** What keeps a change from being tried: a change before it that was not done. */
function obstacleTo(change: Change, outcomes: ReadonlyMap<string, Outcome>): string | undefined {
  const obstacle = change.after.find((address) => {
    const outcome = outcomes.get(address);
    return outcome !== undefined && outcome.status !== 'done';
  });
  return obstacle === undefined ? undefined : `not tried, since ${obstacle} was not done`;
}

function stateOnlyOutcome(change: Change): Outcome {
  return {
    status: 'done',
    address: change.address,
    ...(change.action === 'forget' || change.id === undefined ? {} : { id: change.id }),
  };
}
