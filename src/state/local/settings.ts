import { basename, dirname, join, relative, resolve } from 'node:path';
import { fieldText } from '../../model/index.js';
import type { BackendFields, BackendPlace } from '../../model/index.js';
import type { BackendSettings } from '../backend.js';

/** Fills in the path of the state file, and makes it absolute: it does not depend on where a command is run. */
export function complete(fields: BackendFields, { stack, folder }: BackendPlace): BackendFields {
  const path = fieldText(fields['path']) ?? `.secrets/${stack}.state.json`;
  return { ...fields, path: { kind: 'plain', value: resolve(folder, path) } };
}

/** The path of the state file for messages: relative where it is inside the current folder. */
export function shownPath({ fields }: BackendSettings, cwd: string): string {
  const path = fieldText(fields['path']) ?? '';
  const inside = relative(cwd, path);
  return inside.startsWith('..') ? path : inside;
}

/** Where the fingerprint key of the stack is kept whose state is this file: beside it. */
export function localKeyFile(file: string): string {
  return join(dirname(file), `${basename(file).replace(/\.state\.json$|\.json$/, '')}.key`);
}

/** The same, from the settings. */
export function keyFile(fields: BackendFields): string | undefined {
  const path = fieldText(fields['path']);
  return path === undefined ? undefined : localKeyFile(path);
}
