import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, relative, sep } from 'node:path';
import type { Environment } from '../model/index.js';
import { repositoryOf } from './local-file.js';

/** Where a program runs, and which folders a branch of the repository can fill. */
export interface ProgramContext {
  readonly env: Environment;
  /** The folder of the configuration file and the current one: what is in their repositories is not trusted. */
  readonly folders: readonly string[];
}

/** What came of looking for a program. */
export interface ProgramSearch {
  /** Its absolute path; absent where there is none that may run. */
  readonly path?: string;
  /** Programs of that name that PATH has in a place where a branch or a package can put one. */
  readonly refused: readonly string[];
}

/** What POSIX systems have where PATH is not set. */
const STANDARD_PATH = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);

/**
 * Looks for a program in PATH, but not in the repository of the configuration, nor in a `node_modules`, which `npx` and `npm run` put
 * first: a branch could bring a program of that name.
 * @param mayBeLink whether a link to a program in such a place is accepted, where the link itself is elsewhere
 */
export async function findProgram(
  name: string,
  context: ProgramContext,
  mayBeLink = false,
): Promise<ProgramSearch> {
  const repositories = await repositoriesOf(context.folders);
  const refused: string[] = [];
  for (const folder of absoluteFolders(context.env)) {
    const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
    if (!(await isProgram(path))) continue;
    const isFine = mayBeLink
      ? await isTrusted(folder, repositories)
      : (await isTrusted(folder, repositories)) && (await isTrusted(path, repositories));
    if (isFine) return { path, refused };
    refused.push(path);
  }
  return { refused };
}

/** PATH without what is not absolute, in the repository of the configuration, or in a `node_modules`: for programs that start others. */
export async function trustedPath(context: ProgramContext): Promise<string> {
  const repositories = await repositoriesOf(context.folders);
  const folders = absoluteFolders(context.env);
  const verdicts = await Promise.all(folders.map((folder) => isTrusted(folder, repositories)));
  return folders.filter((_, index) => verdicts[index]).join(delimiter);
}

/** Variables that most programs need: who runs them, where, in which language, and how to get out. */
const COMMON = [
  ...['HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'LC_*', 'TZ', 'TERM', 'TMPDIR', 'XDG_*'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  // Windows.
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE'],
  ...['HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)'],
];

/**
 * The environment of a program of ours: what every program needs, what this one does, and a trusted PATH; no token of anything else.
 * @param names names of variables; one that ends with `*` stands for all that begin so
 */
export async function programEnvironment(
  names: readonly string[],
  context: ProgramContext,
): Promise<Environment> {
  const isNeeded = nameTest([...COMMON, ...names]);
  const needed = Object.entries(context.env).filter(([name]) => isNeeded(name));
  return { ...Object.fromEntries(needed), PATH: await trustedPath(context) };
}

/** Names in any letter case: proxies are often set in small letters. */
function nameTest(names: readonly string[]): (name: string) => boolean {
  const exact = new Set(names);
  const beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => {
    const upper = name.toUpperCase();
    return exact.has(upper) || beginnings.some((beginning) => upper.startsWith(beginning));
  };
}

/** The words of PATH that are absolute: an empty or relative one means the current folder, which is the repository. */
function absoluteFolders(env: Environment): readonly string[] {
  return (env['PATH'] ?? env['Path'] ?? STANDARD_PATH).split(delimiter).filter(isAbsolute);
}

/** The repositories of some folders, as they are named and with links followed. The root of the disk is none. */
async function repositoriesOf(folders: readonly string[]): Promise<readonly string[]> {
  const all = await Promise.all(
    folders.map(async (folder) => {
      const repository = await repositoryOf(folder);
      return [repository, await repositoryOf(await trueName(folder)), await trueName(repository)];
    }),
  );
  return [...new Set(all.flat())].filter((repository) => relative(join(repository, '..'), repository) !== '');
}

async function isTrusted(path: string, repositories: readonly string[]): Promise<boolean> {
  return [path, await trueName(path)].every(
    (name) =>
      !name.split(sep).some((part) => part.toLowerCase() === 'node_modules') &&
      !repositories.some((repository) => isInside(name, repository)),
  );
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** A path with links followed; as it is where it does not exist. */
function trueName(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
