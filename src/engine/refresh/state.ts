import { formatAddress, kindOf, own, problem, providerOf } from '../../model/index.js';
import type { Diagnostic, Intent, Kinds, StateData, StateRecord, SystemIdentity } from '../../model/index.js';
import { applyMoves, recordsOfIntents, renamesOf } from '../../state/index.js';
import type { Move } from '../../state/index.js';
import type { Loaded } from '../load.js';

/** The state as it is stored, and as the configuration's moves make it. */
export interface RecordedState {
  /** With moves from one provider to another followed, and no change of name: where to look for the objects. */
  readonly asRead: StateData | undefined;
  /** The moves, from where `asRead` has the records. */
  readonly moves: readonly Move[];
  /** Absent where there is none yet. */
  readonly stored: StateData | undefined;
  /** With `moved:` followed. */
  readonly moved: StateData | undefined;
  /** The new address of every record that is moved, by its old one. */
  readonly renames: ReadonlyMap<string, string>;
}

/** Lets the state follow the moves of the configuration. */
export function followMoves(stored: StateData | undefined, { configuration, kinds }: Loaded): RecordedState {
  if (stored === undefined) {
    return { stored, asRead: undefined, moves: [], moved: undefined, renames: new Map() };
  }
  const moved = withConfigured(stored, configuration.moved);
  const toProvider = moved.map(({ from, to }) => ({ from, to: inProvider(from, providerOf(to), kinds) }));
  const moves = moved.map(({ from, to }, index) => ({ from: toProvider[index]?.to ?? from, to }));
  const asRead = applyMoves(
    stored,
    toProvider.filter(({ from, to }) => from !== to),
    kinds,
  );
  return {
    stored,
    asRead,
    moves: moves.filter(({ from, to }) => from !== to),
    moved: applyMoves(stored, moved, kinds),
    renames: renamesOf(stored, moved, kinds),
  };
}

/** The moves, from the addresses that the state has: of a role that was written otherwise, the one that its database has. */
function withConfigured({ records }: StateData, moves: readonly Move[]): readonly Move[] {
  const written = new Map(
    records.flatMap(({ address, configuredAs }) =>
      configuredAs === undefined ? [] : [[configuredAs, address] as const],
    ),
  );
  return moves.map(({ from, to }) => ({ from: written.get(from) ?? from, to }));
}

function inProvider(address: string, provider: string, kinds: Kinds): string {
  return formatAddress({ ...kinds.mustParse(address), provider });
}

/**
 * Records to look for besides those of the state: what an interrupted run was about to make, and whatever has the names that moves lead
 * to.
 */
export function alsoReadOf({ asRead, moves }: RecordedState, { kinds }: Loaded): readonly StateRecord[] {
  const known = new Set(asRead?.records.map(({ address }) => address));
  const targets = moves.filter(
    ({ from, to }) => known.has(from) && !known.has(to) && !kinds.isList(kindOf(to)),
  );
  return [...recordsOfIntents(asRead, kinds), ...targets.map(({ to }) => unknownRecord(to))];
}

/** A record under which a read finds what has a name now. */
function unknownRecord(address: string): StateRecord {
  return {
    address,
    id: 'unknown',
    appliedAt: '',
    fields: {},
    fingerprints: {},
    sensitiveFields: [],
    dependsOn: [],
  };
}

/** Moves from a provider to one that leads to another system: the object is not there. */
export function checkMovedSystems(
  stored: StateData | undefined,
  systems: Readonly<Record<string, { readonly system: SystemIdentity }>>,
  { configuration }: Loaded,
): readonly Diagnostic[] {
  const known = new Set(stored?.records.map(({ address }) => address));
  return configuration.moved.flatMap(({ from, to, range }) => {
    const source = own(stored?.systems, providerOf(from));
    const target = own(systems, providerOf(to))?.system;
    if (!known.has(from) || source === undefined || target === undefined) return [];
    if (source.type === target.type && source.id === target.id) return [];
    return [
      problem({
        code: 'moved-between-systems',
        summary: `${from} is in ${source.name}, and ${to} would be in ${target.name}: an object cannot move from one to the other.`,
        next: 'Remove this move: then the one is destroyed, or kept where it is listed under `removed`, and the other created.',
        at: range,
        address: to,
      }),
    ];
  });
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
