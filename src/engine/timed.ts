import type { StateStore } from '../state/index.js';
import type { EngineScope } from './run-scope.js';

/** Does something, and notes how long it took and how it ended. */
export async function timed<Result>(
  context: Pick<EngineScope, 'log'>,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const { log } = context;
  if (log === undefined) return work();
  const start = performance.now();
  const note = (how: string): void => {
    log(`${what}: ${how} (${Math.round(performance.now() - start)} ms)`);
  };
  try {
    const result = await work();
    note('done');
    return result;
  } catch (error) {
    note(error instanceof Error ? `failed, ${error.message}` : 'failed');
    throw error;
  }
}

/** A store that notes what is asked of it. */
export function timedStore(store: StateStore, context: EngineScope): StateStore {
  if (context.log === undefined) return store;
  const at = `state ${store.location}`;
  return {
    ...store,
    read: () => timed(context, `${at}: read`, () => store.read()),
    write: (next, expected, lock) =>
      timed(context, `${at}: write of serial ${next.serial}`, () => store.write(next, expected, lock)),
    lock: (request) => timed(context, `${at}: lock`, () => store.lock(request)),
    unlock: (id) => timed(context, `${at}: unlock`, () => store.unlock(id)),
  };
}
