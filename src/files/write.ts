import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../model/index.js';

/**
 * Puts a text into a file as a whole: it is written to a draft beside the file (mode 0600), forced to disk, and renamed. A link
 * of that name is replaced, never followed. Where this fails, the file is as before, and no draft is left.
 * @throws Node's error
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  await fromDraft(path, text, (draft) => rename(draft, path));
}

/**
 * The same for a file that must not exist yet, nor a link of its name: of several that create it at once, one succeeds.
 * @throws Node's error; EEXIST where the name is taken
 */
export async function createFile(path: string, text: string): Promise<void> {
  await fromDraft(path, text, (draft) => link(draft, path));
}

/** Whether a name is that of a link, wherever it leads. */
export async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

/** Forces the names in a folder to disk, so that a rename survives a power cut. Not every platform can: never throws. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Makes the folder of a file, for its owner alone, unless it exists; see `keepOutOfGit`. */
export async function makeFolderOf(path: string): Promise<void> {
  const folder = dirname(path);
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await keepOutOfGit(folder);
}

/**
 * Puts a `.gitignore` that ignores everything into a folder `.secrets`, unless it has one: `git add .` would commit the state and the
 * key. Folders of other names were chosen by somebody, and are left alone. Never throws: what is to be kept there counts more.
 */
export async function keepOutOfGit(folder: string): Promise<void> {
  if (basename(folder) !== '.secrets') return;
  await createFile(join(folder, '.gitignore'), '*\n').catch(() => undefined);
}

/** How often a draft is written that somebody removed, taking it for one of a dead run. */
const TRIES = 3;

async function fromDraft(path: string, text: string, place: (draft: string) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const draft = `${path}.${randomUUID()}.draft`;
    try {
      await writeDraft(draft, text);
      await place(draft);
      return;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || tries === TRIES) throw error;
    } finally {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }
}

async function writeDraft(draft: string, text: string): Promise<void> {
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
