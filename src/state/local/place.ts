import { lstat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { DOCUMENT_FILE, readTextBounded } from '../../files/read.js';
import { fieldText, problemError } from '../../model/index.js';
import type { BackendFields, BackendPlace } from '../../model/index.js';
import { isObject } from '../damaged.js';
import { localKeyFile } from './settings.js';

/**
 * Refuses where the state is missing in its place, and the current folder has one of this stack: earlier versions took paths from
 * there. To go on without it would mean to know nothing of what the stack owns.
 * @throws DiagnosticError that says how to move it
 */
export async function checkPlace(
  fields: BackendFields,
  { stack, folder, cwd }: BackendPlace & { readonly cwd: string },
): Promise<void> {
  const file = fieldText(fields['path']);
  if (file === undefined || folder === cwd || (await exists(file))) return;
  const here = resolve(cwd, relative(folder, file));
  if (here === file || !(await isStateOf(here, stack))) return;
  const names = await existing([here, `${here}.backup`, localKeyFile(here)]);
  const target = dirname(file);
  const moves = names.map(quoted).join(' ');
  throw problemError({
    code: 'state-elsewhere',
    summary: `There is no state at ${file}, but the current folder has one of the stack ${stack}: ${here}.`,
    detail:
      'A path of the state starts at the folder of the file that says `stack:`, wherever the command is run.',
    next: `If it is the state of this configuration, move it: mkdir -p ${quoted(target)} && mv ${moves} ${quoted(`${target}/`)}`,
  });
}

/** Whether a file is a state of a stack, as far as can be told: one that cannot be read may be. */
async function isStateOf(path: string, stack: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  try {
    const json: unknown = JSON.parse(await readTextBounded(path, DOCUMENT_FILE));
    return isObject(json) && json['stack'] === stack;
  } catch {
    return basename(path).includes(stack);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function existing(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(exists));
  return paths.filter((_, at) => found[at]);
}

/** A path as a word of a shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
