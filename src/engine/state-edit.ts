import { problemError } from '../model/index.js';
import type { Kinds, StateData } from '../model/index.js';
import { moveRecord, removeRecords } from '../state/index.js';
import type { RunContext } from './context.js';
import type { Loaded } from './load.js';
import { withLockedStore } from './locking.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { loadForState } from './state.js';
import type { StateChange, StateChangeResult, StateHooks, StateOptions } from './state.js';
import { takeMarksOff } from './state-unmark.js';

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

/** Removes resources, and what lives in them, from the state; the systems keep them, without this stack's mark. */
export function stateRemove(
  addresses: readonly string[],
  options: StateOptions,
  context: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  const edit = (stored: StateData, kinds: Kinds): Edited => {
    const { state, removed } = removeRecords(stored, addresses, kinds);
    return { state, changes: removed.map((address) => ({ action: 'removed', address })) };
  };
  return editState('state rm', options, context, hooks, edit, async ({ loaded, stored, changes, scope }) => {
    const gone = new Set(changes.flatMap((change) => (change.action === 'removed' ? [change.address] : [])));
    const records = stored.records.filter(({ address }) => gone.has(address));
    // After the state: a mark without an owner can be taken over, an owner without a mark can be robbed.
    const unmarked = await takeMarksOff(records, { loaded, state: stored, options }, scope);
    return {
      diagnostics: unmarked.diagnostics,
      changes: changes.map((change) =>
        change.action === 'removed' && unmarked.addresses.has(change.address)
          ? { ...change, unmarked: true }
          : change,
      ),
    };
  });
}

/** A state after an edit, and what was done to it. */
interface Edited {
  readonly state: StateData;
  readonly changes: readonly StateChange[];
}

/** What follows an edit, once it is written. */
type Afterwards = (done: {
  readonly loaded: Loaded;
  readonly stored: StateData;
  readonly changes: readonly StateChange[];
  readonly scope: EngineScope;
}) => Promise<Pick<StateChangeResult, 'diagnostics' | 'changes'>>;

/** Changes the state under its lock, in one write. */
async function editState(
  operation: string,
  options: StateOptions,
  context: RunContext,
  { onWait }: StateHooks,
  edit: (stored: StateData, kinds: Kinds) => Edited,
  afterwards: Afterwards = ({ changes }) => Promise.resolve({ diagnostics: [], changes }),
): Promise<StateChangeResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await loadForState(options.files, scope);
  return withLockedStore(
    loaded,
    { operation, options, onWait },
    scope,
    async ({ store, lock, scope: inner }) => {
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
      const after = await afterwards({ loaded, stored, changes, scope: inner });
      return { status: 'ok', diagnostics: [...diagnostics, ...after.diagnostics], changes: after.changes };
    },
  );
}
