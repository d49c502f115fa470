import { problem } from '../model/index.js';
import type { Diagnostic, StateData } from '../model/index.js';
import type { StateStore } from '../state/index.js';

/** Says where no state was found: what a lost one owned would look like somebody else's. */
export function noStateNote({
  location,
}: Pick<StateStore, 'location'>): (stored: StateData | undefined) => readonly Diagnostic[] {
  const note = problem({
    severity: 'info',
    code: 'no-state',
    summary: `No state at ${location}: everything that exists will look unmanaged.`,
    next: 'The first apply makes it. If this stack was applied before, restore its state, or correct `state`.',
  });
  return (stored) => (stored === undefined ? [note] : []);
}

/** The error of a comparison with what was last applied, where nothing says what that was. */
export function noStateToCompare({ location }: Pick<StateStore, 'location'>): Diagnostic {
  return problem({
    code: 'no-state',
    summary: `No state at ${location}: there is nothing to compare the systems with.`,
    next: 'The first apply makes it. If this stack was applied before, restore its state, or correct `state`.',
  });
}
