import { kindOf, problem, providerOf } from '../../model/index.js';
import type { Diagnostic, Intent, StateData, StateRecord } from '../../model/index.js';
import { applyMoves, recordsOfIntents, renamesOf } from '../../state/index.js';
import type { Loaded } from '../load.js';

/** The state as it is stored, and as the configuration's moves make it. */
export interface RecordedState {
  /** Absent where there is none yet. */
  readonly stored: StateData | undefined;
  /** With `moved:` followed. */
  readonly moved: StateData | undefined;
  /** The new address of every record that is moved, by its old one. */
  readonly renames: ReadonlyMap<string, string>;
}

/** Lets the state follow the moves of the configuration. */
export function followMoves(stored: StateData | undefined, { configuration, kinds }: Loaded): RecordedState {
  if (stored === undefined) return { stored, moved: undefined, renames: new Map() };
  return {
    stored,
    moved: applyMoves(stored, configuration.moved, kinds),
    renames: renamesOf(stored, configuration.moved, kinds),
  };
}

/**
 * Records to look for besides those of the state: what an interrupted run was about to make, and moved ones under their old
 * addresses.
 */
export function alsoReadOf(
  { stored, moved, renames }: RecordedState,
  { kinds }: Loaded,
): readonly StateRecord[] {
  return [
    ...recordsOfIntents(moved, kinds),
    ...(stored?.records.filter(({ address }) => renames.has(address)) ?? []),
  ];
}

/**
 * Checks that everything of the state has a provider in the configuration, unless it is to be forgotten: records, and what an
 * interrupted run was about to make, which may exist.
 */
export function checkProviders(loaded: Loaded, state: StateData | undefined): readonly Diagnostic[] {
  const isOrphan = orphanTest(loaded);
  const orphans = (state?.records ?? []).filter(
    ({ address }) => isOrphan(address) && !loaded.kinds.isList(kindOf(address)),
  );
  const intents = (state?.intents ?? []).filter(({ address }) => isOrphan(address));
  return [...(isFilled(orphans) ? [providerGone(orphans)] : []), ...intents.map(intentGone)];
}

/** Whether the configuration has no provider of an address, and does not list it under `removed` either. */
function orphanTest({ configuration, kinds }: Loaded): (address: string) => boolean {
  const known = new Set(configuration.providers.map(({ name }) => name));
  const removed = new Set(configuration.removed.map(({ address }) => address));
  return (address) =>
    !known.has(providerOf(address)) && !removed.has(address) && !removed.has(kinds.parentOf(address) ?? '');
}

function isFilled<Item>(items: readonly Item[]): items is readonly [Item, ...Item[]] {
  return items.length > 0;
}

function providerGone(orphans: readonly [StateRecord, ...StateRecord[]]): Diagnostic {
  return problem({
    code: 'provider-gone',
    summary: `The state owns ${orphans.length} resource(s) of a provider that the configuration no longer has, ${orphans[0].address} among them.`,
    next: 'Restore the provider until they are gone; or list them under `removed`; or, where it was renamed, list each under `moved`.',
  });
}

function intentGone({ address, at }: Intent): Diagnostic {
  return problem({
    code: 'intent-provider-gone',
    summary: `${address} was to be created by an earlier run (${at}) that was interrupted, and may exist; the configuration no longer has its provider.`,
    next: 'Restore the provider and apply; or list it under `removed`, and remove it by hand if it exists.',
    address,
  });
}
