import type { Lock, LockInfo, StateStore } from '../state/index.js';
import type { RunOptions } from './context.js';
import type { EngineScope } from './run-scope.js';

/** What a verb does under the state's lock. */
export interface Locked {
  /** Absent where the user wants none. */
  readonly lock: Lock | undefined;
  /** The context, with a signal that also says when the lock is lost. */
  readonly context: EngineScope;
}

/**
 * Does something under the state's lock, gives that back and closes the store, whatever happens.
 * @throws DiagnosticError where somebody else holds it
 */
export async function underLock<Result>(
  store: StateStore,
  operation: string,
  options: Pick<RunOptions, 'lock' | 'lockTimeoutMs'>,
  context: EngineScope,
  onWait: (holder: LockInfo) => void,
  work: (locked: Locked) => Promise<Result>,
): Promise<Result> {
  let lock: Lock | undefined;
  try {
    if (options.lock) {
      const { lockTimeoutMs: timeoutMs } = options;
      lock = await store.lock({ operation, timeoutMs, onWait, signal: context.signal });
    }
    const signal = lock === undefined ? context.signal : AbortSignal.any([context.signal, lock.lost]);
    return await work({ lock, context: { ...context, signal } });
  } finally {
    await lock?.release();
    await store.close();
  }
}
