import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DiagnosticError, defined, errorCode } from '../model/index.js';
import type { Diagnostic, StateData, StateRecord } from '../model/index.js';
import { decodeState, encodeState, findRecord, moveRecord, removeRecords } from '../state/index.js';
import type { LockInfo, StateStore } from '../state/index.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { kindsOf } from './language.js';
import { load } from './load.js';
import { underLock } from './locking.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { openStore } from './store.js';

/** What the verbs that work on the state alone take. */
export type StateOptions = Pick<RunOptions, 'files' | 'lock' | 'lockTimeoutMs'>;

/** How the one who runs such a verb takes part in it. */
export interface StateHooks {
  /** Told once, when somebody else holds the lock and this run waits. */
  readonly onWait: (holder: LockInfo) => void;
}

/** What was read of a state. */
export interface StateReadResult extends RunResult {
  /** Absent where there is no state yet. */
  readonly state?: StateData;
}

/** One thing that was done to a state. */
export type StateChange =
  | { readonly action: 'moved'; readonly from: string; readonly to: string }
  | { readonly action: 'removed'; readonly address: string }
  | { readonly action: 'imported'; readonly address: string; readonly id: string }
  | { readonly action: 'unlocked'; readonly holder: LockInfo }
  | { readonly action: 'rebound'; readonly provider: string; readonly from: string; readonly to: string }
  | { readonly action: 'pushed'; readonly serial: number; readonly records: number };

/** What was done to a state. */
export interface StateChangeResult extends RunResult {
  readonly changes: readonly StateChange[];
}

/** Reads the state. Takes no lock: what is written is always whole. */
export async function stateRead(files: readonly string[], context: RunContext): Promise<StateReadResult> {
  return withStore(files, openScope(context), async (store, diagnostics) => {
    const state = await store.read().finally(() => store.close());
    return { status: 'ok', diagnostics, ...defined({ state }) };
  });
}

/**
 * One record of the state.
 * @throws DiagnosticError where there is none of that address
 */
export async function stateRecord(
  address: string,
  files: readonly string[],
  context: RunContext,
): Promise<StateReadResult & { readonly record?: StateRecord }> {
  const read = await stateRead(files, context);
  return read.status === 'ok' ? { ...read, record: findRecord(read.state, address) } : read;
}

/** The text of the whole state, as a local one is kept; `undefined` where there is none. */
export async function statePull(
  files: readonly string[],
  context: RunContext,
): Promise<RunResult & { readonly text?: string }> {
  const { state, ...result } = await stateRead(files, context);
  return state === undefined ? result : { ...result, text: encodeState(state) };
}

/** Gives a resource, and what lives in it, another address in the state. */
export async function stateMove(
  from: string,
  to: string,
  options: StateOptions,
  context: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  const scope = openScope(context);
  return editState('state mv', options, scope, hooks, (state) => {
    const moved = moveRecord(state, from, to, kindsOf(scope.extensions));
    return { state: moved.state, changes: moved.moved.map((one) => ({ action: 'moved', ...one })) };
  });
}

/** Takes resources, and what lives in them, out of the state; the systems keep them. */
export async function stateRemove(
  addresses: readonly string[],
  options: StateOptions,
  context: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  const scope = openScope(context);
  return editState('state rm', options, scope, hooks, (state) => {
    const { state: next, removed } = removeRecords(state, addresses, kindsOf(scope.extensions));
    return { state: next, changes: removed.map((address) => ({ action: 'removed', address })) };
  });
}

/** Breaks a lock that somebody left behind. */
export async function stateUnlock(
  id: string,
  files: readonly string[],
  context: RunContext,
): Promise<StateChangeResult> {
  return withStore(files, openScope(context), async (store, diagnostics) => {
    const holder = await store.unlock(id).finally(() => store.close());
    return { status: 'ok', diagnostics, changes: [{ action: 'unlocked', holder }] };
  });
}

/**
 * Puts a state into the backend: one that could not be saved there, or one of another backend.
 * @param options.force even where the backend has a later one, or one of another lineage
 * @throws DiagnosticError where the file is no state of this stack, or would take something back
 */
export async function statePush(
  file: string,
  options: StateOptions & { readonly force: boolean },
  given: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  const context = openScope(given);
  let text: string;
  try {
    text = await readFile(resolve(context.cwd, file), 'utf8');
  } catch (error) {
    throw refuse(
      'push-file',
      `${file} cannot be read (${errorCode(error) ?? 'unknown error'}).`,
      'Check the path.',
    );
  }
  return withStore(options.files, context, (store, diagnostics, stack) =>
    underLock(store, 'state push', options, context, hooks.onWait, async ({ lock }) => {
      const pushed = decodeState(text, file, stack);
      const stored = await store.read();
      // The write that seemed to fail may have arrived.
      if (stored !== undefined && encodeState(stored) === encodeState(pushed)) {
        return { status: 'ok', diagnostics: [...diagnostics, STORED_ALREADY], changes: [] };
      }
      const obstacle = options.force || stored === undefined ? undefined : obstacleTo(pushed, stored, file);
      if (obstacle !== undefined) throw obstacle;
      const serial = (stored?.serial ?? 0) + 1;
      // A store takes no other lineage; by force the records come over, and the lineage stays.
      const lineage = stored?.lineage ?? pushed.lineage;
      await store.write({ ...pushed, lineage, serial }, serial - 1, lock);
      return {
        status: 'ok',
        diagnostics,
        changes: [{ action: 'pushed', serial, records: pushed.records.length }],
      };
    }),
  );
}

const STORED_ALREADY: Diagnostic = {
  severity: 'info',
  code: 'push-stored-already',
  summary: 'This very state is stored already: nothing was to be done.',
};

function obstacleTo(pushed: StateData, stored: StateData, file: string): DiagnosticError | undefined {
  if (pushed.lineage !== stored.lineage) {
    return refuse(
      'push-other-lineage',
      `${file} has the lineage ${pushed.lineage}; the state that is stored has ${stored.lineage}.`,
      'They are two states of one name. Give --force only if you know that the stored one is wrong.',
    );
  }
  if (pushed.serial > stored.serial) return undefined;
  return refuse(
    'push-stale',
    `${file} has serial ${pushed.serial}; the state that is stored has ${stored.serial} already.`,
    'Another run has written since, and found again what this one had made: push nothing, and run `secrets plan`.',
  );
}

/** Changes the state under its lock, in one write. */
async function editState(
  operation: string,
  options: StateOptions,
  context: EngineScope,
  hooks: StateHooks,
  edit: (state: StateData) => { readonly state: StateData; readonly changes: readonly StateChange[] },
): Promise<StateChangeResult> {
  return withStore(options.files, context, (store, diagnostics) =>
    underLock(store, operation, options, context, hooks.onWait, async ({ lock }) => {
      const stored = await store.read();
      if (stored === undefined) {
        throw refuse('no-state', `There is no state yet (${store.location}).`, 'An apply makes it.');
      }
      const { state, changes } = edit(stored);
      await store.write({ ...state, serial: stored.serial + 1 }, stored.serial, lock);
      return { status: 'ok', diagnostics, changes };
    }),
  );
}

/** Opens the store of a configuration, and hands it over to be closed. */
async function withStore<Result extends RunResult>(
  files: readonly string[],
  context: EngineScope,
  work: (store: StateStore, diagnostics: readonly Diagnostic[], stack: string) => Promise<Result>,
): Promise<Result> {
  const { loaded, diagnostics } = await load(files, context);
  // A configuration that is not sound does not say for certain where its state is.
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  const { configuration } = loaded;
  return work(await openStore(configuration, context), diagnostics, configuration.stack);
}

function refuse(code: string, summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code, summary, next }]);
}
