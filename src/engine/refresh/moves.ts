import { own, problem, providerOf } from '../../model/index.js';
import type { ActualResource, DesiredResource, Diagnostic, Kinds, StateData } from '../../model/index.js';
import { fingerprintDomain } from '../../plan/index.js';
import { applyMoves, settleIntents, unfollowedMoves } from '../../state/index.js';
import type { Evidence } from '../../state/index.js';
import type { Fingerprinter } from '../../values/index.js';
import type { Loaded } from '../load.js';
import type { RecordedState } from './state.js';

/** A state, and what there is to say of how it came about. */
export interface SettledState {
  readonly state: StateData | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Takes back the moves that the systems have not followed: such a record keeps its old address. */
export function settleMoves(
  { stored, moved, renames }: RecordedState,
  actual: ReadonlyMap<string, ActualResource>,
  { configuration, kinds }: Loaded,
): SettledState {
  if (stored === undefined) return { state: moved, diagnostics: [] };
  const unmoved = unfollowedMoves(stored, renames, (address) => actual.get(address)?.id, kinds);
  if (unmoved.size === 0) return { state: moved, diagnostics: [] };
  return {
    state: applyMoves(stored, configuration.moved, kinds, unmoved),
    diagnostics: moveProblems(unmoved, renames, kinds),
  };
}

/** One note for each resource that keeps its old address; none for what lives in one. */
function moveProblems(
  unmoved: ReadonlySet<string>,
  renames: ReadonlyMap<string, string>,
  kinds: Kinds,
): readonly Diagnostic[] {
  return [...unmoved]
    .filter((address) => !unmoved.has(kinds.parentOf(address) ?? ''))
    .map((address) =>
      problem({
        severity: 'info',
        code: 'move-not-followed',
        summary: `${address} still has its old name in its system: it will be destroyed, and ${renames.get(address) ?? ''} created.`,
        next: 'To keep the object itself, rename it there first, where the system can do that.',
        address,
      }),
    );
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
