import { formatAddress, kindOf, own, problem, providerOf } from '../../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  Diagnostic,
  Kinds,
  SourceRange,
  StateData,
  StateRecord,
} from '../../model/index.js';
import { fingerprintDomain } from '../../plan/index.js';
import type { PendingMove } from '../../plan/index.js';
import { applyMoves, renamesOf, settleIntents } from '../../state/index.js';
import type { Evidence, Move } from '../../state/index.js';
import type { Fingerprinter } from '../../values/index.js';
import type { Loaded } from '../load.js';
import type { SystemsSnapshot } from './systems.js';

/** A state, and what there is to say of how it came about. */
export interface SettledState {
  readonly state: StateData | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** A state whose records follow the moves that the systems have followed or can follow, and the moves that are still to be done. */
export interface SettledMoves extends SettledState {
  readonly pending: readonly PendingMove[];
  /** The addresses of renamed records, by their new ones: until the system has followed, the state keeps the old ones. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Finds out what is to be done for each move. Where the object has its new name already, or is gone, the state follows. Where its system
 * can rename, it is to be renamed; where not, it is to be copied, and to be destroyed after that: also where an interrupted run has made
 * the copy.
 * @param state as the systems were read
 * @param actual what they have, by address
 */
export function settleMoves(
  state: StateData | undefined,
  moves: readonly Move[],
  actual: ReadonlyMap<string, ActualResource>,
  { configuration, kinds }: Loaded,
): SettledMoves {
  if (state === undefined) return { state, diagnostics: [], pending: [], renamed: new Map() };
  const renames = renamesOf(state, moves, kinds);
  const records = new Map(state.records.map((record) => [record.address, record]));
  const stays = new Set<string>();
  const pending: PendingMove[] = [...unfinishedCopies(state, actual)];
  const renamed = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const [from, to] of renames) {
    const parent = kinds.parentOf(from);
    if (parent !== undefined && renames.has(parent) && isSameMember(from, to, kinds)) {
      if (stays.has(parent)) stays.add(from);
      if (renamed.has(renames.get(parent) ?? '')) renamed.set(to, from);
      continue;
    }
    const fate = fateOf(from, to, { actual, record: records.get(from), kinds });
    if (fate === 'follow') continue;
    if (fate === 'rename') renamed.set(to, from);
    else stays.add(from);
    if (fate === 'taken') {
      diagnostics.push(nameTaken(from, to, configuration.moved.find((move) => move.to === to)?.range));
    }
    if (fate === 'rename' || fate === 'copy') pending.push({ from, to, mode: fate });
  }
  return { state: applyMoves(state, moves, kinds, stays), diagnostics, pending, renamed };
}

/** What becomes of one moved resource; members of lists stay: their lists say who is in them. */
function fateOf(
  from: string,
  to: string,
  {
    actual,
    record,
    kinds,
  }: {
    readonly actual: ReadonlyMap<string, ActualResource>;
    readonly record: StateRecord | undefined;
    readonly kinds: Kinds;
  },
): 'follow' | 'stay' | 'taken' | PendingMove['mode'] {
  if (!isThere(actual.get(from), record) || actual.get(to)?.id === record?.id) return 'follow';
  const { isList, renames } = kinds.policyOf(kindOf(from));
  if (isList) return 'stay';
  if (actual.has(to)) return 'taken';
  return renames === true ? 'rename' : 'copy';
}

function isThere(actual: ActualResource | undefined, record: StateRecord | undefined): boolean {
  return actual !== undefined && actual.id === record?.id;
}

function isSameMember(from: string, to: string, kinds: Kinds): boolean {
  return kinds.mustParse(from).member === kinds.mustParse(to).member;
}

/** Copies that an interrupted run has made, and whose originals are still there. */
function unfinishedCopies(
  { records }: StateData,
  actual: ReadonlyMap<string, ActualResource>,
): readonly PendingMove[] {
  const copies = records.filter(({ copiedFrom }) => copiedFrom !== undefined);
  if (copies.length === 0) return [];
  const byId = new Map(records.map((record) => [`${kindOf(record.address)} ${record.id}`, record]));
  return copies.flatMap(({ address: to, copiedFrom = '' }) => {
    const original = byId.get(`${kindOf(to)} ${copiedFrom}`);
    if (original === undefined || !isThere(actual.get(original.address), original)) return [];
    return [{ from: original.address, to, mode: 'copy' as const }];
  });
}

function nameTaken(from: string, to: string, range: SourceRange | undefined): Diagnostic {
  return problem({
    code: 'moved-to-existing',
    summary: `${from} cannot be moved to ${to}: something else has that name already.`,
    next: 'Remove or rename that; or move to another name.',
    address: to,
    at: range,
  });
}

/** What the systems have, with the new names of what is to be renamed: its record has that name, and so does what lives in it. */
export function withNewNames(
  systems: SystemsSnapshot,
  { pending }: SettledMoves,
  kinds: Kinds,
): SystemsSnapshot {
  const names = new Map(pending.filter(({ mode }) => mode === 'rename').map(({ from, to }) => [from, to]));
  if (names.size === 0) return systems;
  const rename = (resource: ActualResource): ActualResource => {
    const parent = kinds.parentOf(resource.address);
    const to = names.get(parent ?? resource.address);
    if (to === undefined) return resource;
    const { name } = kinds.mustParse(to);
    return { ...resource, address: formatAddress({ ...kinds.mustParse(resource.address), name }) };
  };
  const actual = Object.entries(systems.actual).map(([provider, result]) => [
    provider,
    { ...result, resources: result.resources.map(rename) },
  ]);
  return { ...systems, actual: Object.fromEntries(actual) as SystemsSnapshot['actual'] };
}

/** What the systems have, where a value that a copy takes over is looked for under the copy's address. */
export function withCopies(
  actual: ReadonlyMap<string, ActualResource>,
  { pending }: SettledMoves,
): ReadonlyMap<string, ActualResource> {
  const copied = new Map(actual);
  for (const { from, to, mode } of pending) {
    const original = actual.get(from);
    if (mode === 'copy' && original !== undefined && !actual.has(to))
      copied.set(to, { ...original, address: to });
  }
  return copied;
}

/** Finds out what became of what an interrupted run was about to make. */
export function settleInterrupted(
  state: StateData | undefined,
  evidence: Evidence,
  { configuration }: Loaded,
): SettledState {
  if (state?.intents === undefined) return { state, diagnostics: [] };
  const forgotten = new Set(configuration.removed.map(({ address }) => address));
  const known = new Set(configuration.providers.map(({ name }) => name));
  // Where its provider left the configuration, only the user can know what became of it.
  const intents = state.intents.filter(
    ({ address }) => known.has(providerOf(address)) || !forgotten.has(address),
  );
  return settleIntents({ ...state, intents }, evidence);
}

/**
 * Tells whether an object has the values that an intent was to make it with: by its fingerprints; without them by what is wanted now. A
 * value that cannot be read, or of which neither is known, is not the same.
 */
export function valueTest(
  fingerprint: Fingerprinter | undefined,
  desired: readonly DesiredResource[],
): Evidence['isSameValue'] {
  const byAddress = new Map(desired.map((resource) => [resource.address, resource]));
  return ({ address, fingerprints }, { fields }) =>
    Object.entries(fields).every(([path, field]) => {
      if (field.kind === 'plain') return true;
      if (field.kind === 'hidden') return false;
      const made = own(fingerprints, path);
      if (made !== undefined && fingerprint !== undefined) {
        return fingerprint(fingerprintDomain(address, path), field.value, made) === made;
      }
      const wanted = byAddress.get(address)?.fields[path];
      return wanted?.kind === 'sensitive' && wanted.value.equals(field.value);
    });
}
