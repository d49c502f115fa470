import { relative } from 'node:path';
import type { Configuration } from '../model/index.js';
import { localStore } from '../state/index.js';
import type { StateStore } from '../state/index.js';
import type { RunContext } from './context.js';

/** Opens the state's backend that the configuration names. */
export function openStore({ state, stack }: Configuration, context: RunContext): StateStore {
  const inside = relative(context.cwd, state.path);
  return localStore({
    // Messages name the file as people do: from where they are, if it is below.
    path: inside.startsWith('..') ? state.path : inside,
    cwd: context.cwd,
    stack,
    toolVersion: context.toolVersion,
    now: context.now,
  });
}
