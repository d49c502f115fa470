import { problem } from '../../model/index.js';
import type { Diagnostic, StateData, StateRecord } from '../../model/index.js';
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
export function alsoReadOf({ stored, moved, renames }: RecordedState): readonly StateRecord[] {
  return [
    ...recordsOfIntents(moved),
    ...(stored?.records.filter(({ address }) => renames.has(address)) ?? []),
  ];
}

/** Checks that every record has a provider in the configuration, unless it is to be forgotten. */
export function checkProviders(
  { configuration, kinds }: Loaded,
  state: StateData | undefined,
): readonly Diagnostic[] {
  const known = new Set(configuration.providers.map(({ name }) => name));
  const removed = new Set(configuration.removed.map(({ address }) => address));
  const orphans = (state?.records ?? []).filter(({ address }) => {
    const { provider, kind } = kinds.mustParse(address);
    const isRemoved = removed.has(address) || removed.has(kinds.parentOf(address) ?? '');
    return !known.has(provider) && !isRemoved && !kinds.isList(kind);
  });
  const [first] = orphans;
  if (first === undefined) return [];
  return [
    problem({
      code: 'provider-gone',
      summary: `The state owns ${orphans.length} resource(s) of a provider that the configuration no longer has, ${first.address} among them.`,
      next: 'Restore the provider until they are gone, or list them under `removed`.',
    }),
  ];
}
