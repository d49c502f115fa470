import { storeOptions } from '../backend.js';
import type { BackendDefinition } from '../backend.js';
import { settings } from './schema.js';
import { complete, keyFile, shownPath } from './settings.js';

/** A state in a file of this machine. */
export const local: BackendDefinition = {
  name: 'local',
  description: 'A file on this machine.',
  settings,
  excerpt: { shown: ['path'] },
  credentials: [],
  complete,
  keyFile,
  checkPlace: async (fields, place) => (await import('./place.js')).checkPlace(fields, place),
  async open(given, run) {
    const { localStore } = await import('./store.js');
    return localStore({ ...storeOptions(given, run), path: shownPath(given, run.cwd), cwd: run.cwd });
  },
};
