import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isSpecial, isTooLarge, readBounded } from '../../files/read.js';
import { nearestWords, own, problem } from '../../model/index.js';
import type { Diagnostic } from '../../model/index.js';
import type { SourceFile } from './source-file.js';

/** The files of a configuration, read, and what is wrong with the way they were named. */
export interface FoundSources {
  readonly sources: readonly SourceFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What is looked for in the current folder where nothing is named. */
const DEFAULT_FILES = ['secrets.yaml', 'secrets.yml'];
/**
 * A configuration names secrets and holds none: 40,000 of them fit into one file of this size. The tree of a file takes some 200 times
 * its size in memory.
 */
const LARGEST_FILE = 2 * 1024 * 1024;
/** The most bytes of all files of a configuration together. */
const LARGEST_CONFIGURATION = 4 * 1024 * 1024;
const YAML_FILE = /\.ya?ml$/i;

/** A path as shown to people: relative to the current folder where it lies inside, with `/` between its parts. */
function shownPath(cwd: string, absolutePath: string): string {
  const inside = relative(cwd, absolutePath);
  const outside = inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return (outside ? absolutePath : inside).split(sep).join('/');
}

/** An error of the operating system, in words. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    ENOTDIR: 'a part of its path is not a folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ELOOP: 'its symbolic links form a loop',
    EMFILE: 'too many files are open',
    ENAMETOOLONG: 'its name is too long',
  };
  return own(reasons, code) ?? `the operating system reports ${code === '' ? 'an error' : code}`;
}

/** The paths that one argument names: itself, the YAML files right in a folder, or what matches a pattern. */
async function expand(
  argument: string,
  cwd: string,
): Promise<{ paths: readonly string[]; problem?: Diagnostic }> {
  const path = resolve(cwd, argument);
  const shown = shownPath(cwd, path);
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    // Loaded where a pattern may be meant: most runs name no pattern.
    const { isDynamicPattern } = await import('tinyglobby');
    return isDynamicPattern(argument)
      ? matching(argument, cwd)
      : { paths: [], problem: await unreadable(path, shown, error) };
  }
  if (!isFolder) return { paths: [path] };
  try {
    const names = (await readdir(path))
      .filter((name) => YAML_FILE.test(name) && !name.startsWith('.'))
      .sort();
    if (names.length > 0) return { paths: names.map((name) => join(path, name)) };
  } catch (error) {
    return {
      paths: [],
      problem: problem({
        code: 'unreadable',
        summary: `The folder ${shown} cannot be read: ${reasonOf(error)}.`,
      }),
    };
  }
  const next =
    'Name a folder that holds *.yaml or *.yml files (folders in it are not looked into), or a file.';
  return {
    paths: [],
    problem: problem({ code: 'empty-folder', summary: `The folder ${shown} contains no YAML file.`, next }),
  };
}

async function matching(
  pattern: string,
  cwd: string,
): Promise<{ paths: readonly string[]; problem?: Diagnostic }> {
  const { glob } = await import('tinyglobby');
  const paths = await glob(pattern, {
    cwd,
    absolute: true,
    onlyFiles: true,
    dot: false,
    expandDirectories: false,
  });
  if (paths.length > 0) return { paths: paths.map((path) => resolve(path)).sort() };
  return {
    paths,
    problem: problem({
      code: 'no-match',
      summary: `No file matches ${pattern}.`,
      next: 'Check the pattern, and the current folder.',
    }),
  };
}

/** Reports a file that cannot be read, with the nearest name that exists. */
async function unreadable(path: string, shown: string, error: unknown): Promise<Diagnostic> {
  const folder = resolve(path, '..');
  const names = await readdir(folder).catch(() => []);
  const others = names.filter((name) => YAML_FILE.test(name) && name !== basename(path));
  const [near] = nearestWords(basename(path), others);
  const next =
    near === undefined
      ? 'Check the path after -f.'
      : `Did you mean ${shownPath(resolve(path, '..'), join(folder, near))}?`;
  return problem({ code: 'unreadable', summary: `${shown} cannot be read: ${reasonOf(error)}.`, next });
}

/** Whether a path is a link to a file outside its folder. Kubernetes mounts files as links within theirs. */
async function leadsElsewhere(path: string): Promise<boolean> {
  const [file, folder] = await Promise.all([realpath(path), realpath(dirname(path))]);
  const inside = relative(folder, file);
  // The folders of Kubernetes have names such as `..data`.
  return inside.startsWith(`..${sep}`) || isAbsolute(inside);
}

/** Reads one file, after a look at what it is and how large. */
async function read(path: string, cwd: string): Promise<SourceFile | Diagnostic> {
  const shown = shownPath(cwd, path);
  try {
    const { bytes } = await readBounded(path, LARGEST_FILE);
    return { path: shown, absolutePath: path, bytes, isElsewhere: await leadsElsewhere(path) };
  } catch (error) {
    if (isTooLarge(error)) return tooLarge(shown);
    if (isSpecial(error)) {
      return problem({
        code: 'no-file',
        summary: `${shown} is not a regular file.`,
        next: 'Name a file, a folder or a pattern after -f.',
      });
    }
    return problem({
      code: 'unreadable',
      summary: `${shown} cannot be read: ${reasonOf(error)}.`,
      next: 'Check its path and its permissions.',
    });
  }
}

const ALL_TOO_LARGE = problem({
  code: 'too-large',
  summary: `The files of a configuration may have at most ${LARGEST_CONFIGURATION / 1024 / 1024} MiB together.`,
  next: 'Check that -f names the right files, or split the configuration into several stacks.',
});

function tooLarge(shown: string): Diagnostic {
  return problem({
    code: 'too-large',
    summary: `${shown} is too large: a configuration file may have at most ${LARGEST_FILE / 1024 / 1024} MiB.`,
    next: 'Check that it is the right file; a long configuration can be split over several files.',
  });
}

/** The default file of a folder, or what to do without one. */
async function defaults(cwd: string): Promise<{ paths: readonly string[]; problem?: Diagnostic }> {
  for (const name of DEFAULT_FILES) {
    const path = join(cwd, name);
    if (
      await stat(path).then(
        () => true,
        () => false,
      )
    )
      return { paths: [path] };
  }
  const summary = `No configuration here: looked for ${DEFAULT_FILES.join(' and ')} in ${cwd}.`;
  const next = 'Name a file or folder with -f, or write a first configuration with `secrets init`.';
  return { paths: [], problem: problem({ code: 'no-configuration', summary, next }) };
}

/**
 * Finds and reads the configuration files.
 * @param args the argument of each `-f`: files, folders (all *.yaml and *.yml right in it, by name) and patterns; none:
 *   `secrets.yaml` or `secrets.yml` of the current folder
 * @param options.cwd the current folder, absolute
 * @returns every file once, in the order in which they were named; a file that cannot be read is a diagnostic instead
 */
export async function findSources(
  args: readonly string[],
  options: { readonly cwd: string },
): Promise<FoundSources> {
  const { cwd } = options;
  const diagnostics: Diagnostic[] = [];
  const paths = new Set<string>();
  const found =
    args.length === 0 ? [await defaults(cwd)] : await Promise.all(args.map((arg) => expand(arg, cwd)));
  for (const named of found) {
    if (named.problem !== undefined) diagnostics.push(named.problem);
    for (const path of named.paths) paths.add(path);
  }
  const sources: SourceFile[] = [];
  let total = 0;
  for (const path of paths) {
    const source = await read(path, cwd);
    if ('bytes' in source) sources.push(source);
    else diagnostics.push(source);
    total += 'bytes' in source ? source.bytes.length : 0;
    if (total > LARGEST_CONFIGURATION) return { sources: [], diagnostics: [...diagnostics, ALL_TOO_LARGE] };
  }
  return { sources, diagnostics };
}
