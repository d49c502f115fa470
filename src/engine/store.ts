import type { Configuration } from '../model/index.js';
import { localStore } from '../state/index.js';
import type { StateStore } from '../state/index.js';
import type { RunContext } from './context.js';

/** Opens the state's backend that the configuration names. */
export function openStore({ state, stack }: Configuration, context: RunContext): StateStore {
  return localStore({
    path: state.path,
    cwd: context.cwd,
    stack,
    toolVersion: context.toolVersion,
    now: context.now,
  });
}
