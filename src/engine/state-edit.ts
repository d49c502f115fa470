import { problemError } from '../model/index.js';
import type { Kinds, StateData } from '../model/index.js';
import { moveRecord, removeRecords } from '../state/index.js';
import type { RunContext } from './context.js';
import { withLockedStore } from './locking.js';
import { openScope } from './run-scope.js';
import { loadForState } from './state.js';
import type { StateChange, StateChangeResult, StateHooks, StateOptions } from './state.js';

/** Gives a resource, and what lives in it, another address in the state. */
export function stateMove(
  from: string,
  to: string,
  options: StateOptions,
  context: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  return editState('state mv', options, context, hooks, (stored, kinds) => {
    const { state, moved } = moveRecord(stored, from, to, kinds);
    return { state, changes: moved.map((move) => ({ action: 'moved', ...move })) };
  });
}

/** Removes resources, and what lives in them, from the state; the systems keep them. */
export function stateRemove(
  addresses: readonly string[],
  options: StateOptions,
  context: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  return editState('state rm', options, context, hooks, (stored, kinds) => {
    const { state, removed } = removeRecords(stored, addresses, kinds);
    return { state, changes: removed.map((address) => ({ action: 'removed', address })) };
  });
}

/** A state after an edit, and what was done to it. */
interface Edited {
  readonly state: StateData;
  readonly changes: readonly StateChange[];
}

/** Changes the state under its lock, in one write. */
async function editState(
  operation: string,
  options: StateOptions,
  context: RunContext,
  { onWait }: StateHooks,
  edit: (stored: StateData, kinds: Kinds) => Edited,
): Promise<StateChangeResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await loadForState(options.files, scope);
  return withLockedStore(loaded, { operation, options, onWait }, scope, async ({ store, lock }) => {
    const stored = await store.read();
    if (stored === undefined) {
      throw problemError({
        code: 'no-state',
        summary: `There is no state yet (${store.location}).`,
        next: 'An apply makes it.',
      });
    }
    const { state, changes } = edit(stored, loaded.kinds);
    await store.write({ ...state, serial: stored.serial + 1 }, stored.serial, lock);
    return { status: 'ok', diagnostics, changes };
  });
}
