import { DiagnosticError, defined } from '../model/index.js';
import type { Diagnostic, StateData, StateRecord } from '../model/index.js';
import { encodeState, findRecord } from '../state/index.js';
import type { LockInfo, StateStore } from '../state/index.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { withStore } from './locking.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';

/** What the verbs that work on the state alone take. */
export type StateOptions = Pick<RunOptions, 'files' | 'lock' | 'lockTimeoutMs'>;

/** How the caller takes part in a verb that writes the state. */
export interface StateHooks {
  /** Called once where another run holds the lock and this one waits. */
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
  /** `unmarked`: this stack's mark was taken off the object. */
  | { readonly action: 'removed'; readonly address: string; readonly unmarked?: true }
  /** `marked`: this stack's mark was set on the object. */
  | { readonly action: 'imported'; readonly address: string; readonly id: string; readonly marked?: true }
  /** The object of a record was found in a restored or moved system, by its mark and name. */
  | { readonly action: 'matched'; readonly address: string; readonly from: string; readonly to: string }
  | { readonly action: 'unlocked'; readonly holder: LockInfo }
  | { readonly action: 'rebound'; readonly provider: string; readonly from: string; readonly to: string }
  | { readonly action: 'rekeyed'; readonly kept: number; readonly dropped: readonly string[] }
  | { readonly action: 'pushed'; readonly serial: number; readonly records: number };

/** What was done to a state. */
export interface StateChangeResult extends RunResult {
  readonly changes: readonly StateChange[];
}

/** Reads the state. Takes no lock: what is written is always whole. */
export function stateRead(files: readonly string[], context: RunContext): Promise<StateReadResult> {
  return withStateOf(files, openScope(context), async ({ store, diagnostics }) => ({
    status: 'ok',
    diagnostics,
    ...defined({ state: await store.read() }),
  }));
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

/** Breaks a lock that an interrupted run has not released. */
export function stateUnlock(
  id: string,
  files: readonly string[],
  context: RunContext,
): Promise<StateChangeResult> {
  return withStateOf(files, openScope(context), async ({ store, diagnostics }) => ({
    status: 'ok',
    diagnostics,
    changes: [{ action: 'unlocked', holder: await store.unlock(id) }],
  }));
}

/** A store that was opened, and what there is to say of its configuration. */
interface OpenState {
  readonly store: StateStore;
  readonly diagnostics: readonly Diagnostic[];
}

async function withStateOf<Result extends RunResult>(
  files: readonly string[],
  scope: EngineScope,
  use: (state: OpenState) => Promise<Result>,
): Promise<Result> {
  const { loaded, diagnostics } = await loadForState(files, scope);
  return withStore(loaded, scope, (store) => use({ store, diagnostics }));
}

/**
 * The configuration that a state belongs to.
 * @throws DiagnosticError where it is not sound: then it does not say for certain where its state is
 */
export async function loadForState(
  files: readonly string[],
  scope: EngineScope,
): Promise<{ readonly loaded: Loaded; readonly diagnostics: readonly Diagnostic[] }> {
  const { loaded, diagnostics } = await load(files, scope);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  return { loaded, diagnostics };
}
