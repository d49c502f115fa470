import { DiagnosticError } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import type { Lock, LockInfo, StateStore } from '../state/index.js';
import type { RunOptions, RunResult } from './context.js';
import type { Loaded } from './load.js';
import type { EngineScope } from './run-scope.js';
import { openStore } from './store.js';

/** A store, and the lock on it. */
export interface LockedStore {
  readonly store: StateStore;
  /** Absent where the user wants none. */
  readonly lock: Lock | undefined;
  /** The run's scope, with a signal that is also aborted when the lock is lost. */
  readonly scope: EngineScope;
}

/** How to lock. */
export interface LockOptions {
  /** What is done under the lock, for those who wait for it. */
  readonly operation: string;
  readonly options: Pick<RunOptions, 'lock' | 'lockTimeoutMs'>;
  /** Called once where another run holds the lock and this one waits. */
  readonly onWait: (holder: LockInfo) => void;
}

/** Opens the store of a configuration, hands it over, and closes it, whatever happens. */
export async function withStore<Result>(
  { configuration }: Pick<Loaded, 'configuration'>,
  scope: EngineScope,
  use: (store: StateStore) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(configuration, scope);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/**
 * Opens the store of a configuration, locks it, hands it over; unlocks and closes it, whatever happens.
 * @throws DiagnosticError where another run holds the lock
 */
export function withLockedStore<Result extends RunResult>(
  loaded: Pick<Loaded, 'configuration'>,
  { operation, options, onWait }: LockOptions,
  scope: EngineScope,
  use: (locked: LockedStore) => Promise<Result>,
): Promise<Result> {
  return withStore(loaded, scope, async (store) => {
    if (!options.lock) return use({ store, lock: undefined, scope });
    const { signal } = scope;
    const unreleased: Diagnostic[] = [];
    const onUnreleased = (problem: Diagnostic): void => {
      unreleased.push(problem);
    };
    const timeoutMs = options.lockTimeoutMs;
    const lock = await store.lock({ operation, timeoutMs, onWait, onUnreleased, signal });
    let result: Result;
    try {
      result = await use({ store, lock, scope: { ...scope, signal: AbortSignal.any([signal, lock.lost]) } });
    } catch (error) {
      await lock.release();
      if (unreleased.length === 0 || !(error instanceof DiagnosticError)) throw error;
      throw new DiagnosticError([...error.diagnostics, ...unreleased]);
    }
    await lock.release();
    return unreleased.length === 0
      ? result
      : { ...result, diagnostics: [...result.diagnostics, ...unreleased] };
  });
}
