import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { lstat, readFile } from 'node:fs/promises';
import { errorCode, formatAddress, problemError } from '../../model/index.js';
import type { ActualResource, SystemIdentity } from '../../model/index.js';
import { UnreachableError } from '../sdk/index.js';
import type { ReadRequest, ResolvedSettings, Session, SessionContext } from '../sdk/index.js';
import { applyAll } from './apply.js';
import { secretPath, stampOf, storedNames, truePath } from './files.js';
import type { Stamp } from './files.js';
import { foldName } from './names.js';
import { prepareAll } from './prepare.js';
import { toResource } from './read.js';
import { findRefusal } from './refused.js';
import { directorySettings } from './settings.js';
import type { DirectorySettings } from './settings.js';
import { readStored } from './stored.js';
import { kinds } from './kinds.js';

/**
 * Finds the directory; DuckDB itself is loaded when something is to be tried, read or written. A directory is known by its path with
 * every link followed and by the machine (its `machine-id`, where it has one): both stay when the directory is made for the first time,
 * and a state that is taken to another machine is refused there.
 * @throws DiagnosticError where the path is not a directory; UnreachableError where it cannot be read
 */
export async function open(settings: ResolvedSettings, context: SessionContext): Promise<Session> {
  const where = directorySettings(settings, context.env);
  await checkDirectory(settings, where);
  const path = await truePath(where.secretDirectory);
  const machine = (await readFile('/etc/machine-id', 'utf8').catch(() => '')).trim();
  const system: SystemIdentity = {
    type: 'duckdb',
    // A machine's id must not be published (machine-id(5)), so it is hashed together with the path.
    id: createHash('sha256').update(`${machine}\0${path}`).digest('hex').slice(0, 32),
    name: `${path} on ${hostname()}`,
    principal: userName(),
  };
  return session(settings.name, where, system, context);
}

async function checkDirectory(
  settings: ResolvedSettings,
  { secretDirectory }: DirectorySettings,
): Promise<void> {
  const path = JSON.stringify(secretDirectory);
  try {
    await storedNames(secretDirectory);
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') {
      throw problemError({
        code: 'secret-directory',
        summary: `The secret_directory ${path} of provider ${settings.name} is not a directory.`,
        next: 'Name a directory, or a path that does not exist yet.',
        at: settings.range,
      });
    }
    throw new UnreachableError(
      `The secret directory ${path} cannot be read (${errorCode(error) ?? 'unknown error'}).`,
      'Run as its owner, or correct its mode.',
    );
  }
  if (!(await isWritableByOthers(secretDirectory))) return;
  throw problemError({
    code: 'secret-directory-mode',
    summary: `Others can write to the secret directory ${path}: they could replace its secrets with their own.`,
    next: `Run chmod go-w ${path}`,
    at: settings.range,
  });
}

async function isWritableByOthers(directory: string): Promise<boolean> {
  const found = await lstat(directory).catch(() => undefined);
  return found?.isDirectory() === true && process.platform !== 'win32' && (found.mode & 0o022) !== 0;
}

/** The name of this user; the number where there is none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function session(
  provider: string,
  where: DirectorySettings,
  system: SystemIdentity,
  context: SessionContext,
): Session {
  const { secretDirectory } = where;
  const addressOf = (name: string): string => formatAddress({ kind: 'duckdb_secret', provider, name });
  return {
    system,
    prepare: (desired) => prepareAll(desired, where, context.sensitive),
    async read(request) {
      const { desired, records } = byName(request);
      const names = new Set([...desired.keys(), ...records.keys()]);
      const existing = (await storedNames(secretDirectory)).filter((name) => names.has(name));
      // Stamps first: a write in between is noticed before anything is written here.
      const stamps = await stampsOf(secretDirectory, existing);
      const stored = await readStored(secretDirectory, existing);
      const resources: ActualResource[] = [];
      for (const [name, stamp] of stamps) {
        if (!stored.has(name)) continue;
        const known = { desired: desired.get(name), record: records.get(name) };
        resources.push(toResource(addressOf(name), stamp, stored.get(name), known, context.sensitive));
      }
      const addresses = [...desired.keys(), ...stamps.keys()].map(addressOf);
      return { system, resources, ...(await findRefusal(secretDirectory, [...new Set(addresses)].sort())) };
    },
    async discover() {
      const names = await storedNames(secretDirectory);
      const stamps = await stampsOf(secretDirectory, names);
      const stored = await readStored(secretDirectory, names);
      return [...stamps]
        .filter(([name]) => stored.has(name))
        .map(([name, stamp]) => toResource(addressOf(name), stamp, stored.get(name), {}));
    },
    apply: (items, onOutcome) => applyAll(where, context, items, onOutcome),
    close: () => Promise.resolve(),
  };
}

/** The stamps of those secrets that exist, by name. */
async function stampsOf(directory: string, names: readonly string[]): Promise<ReadonlyMap<string, Stamp>> {
  const stamps = new Map<string, Stamp>();
  for (const name of names) {
    const stamp = await stampOf(secretPath(directory, name));
    if (stamp !== undefined) stamps.set(name, stamp);
  }
  return stamps;
}

/** What is wanted and what is remembered, by the name of the secret. */
function byName({ desired, records }: ReadRequest): {
  readonly desired: ReadonlyMap<string, ReadRequest['desired'][number]>;
  readonly records: ReadonlyMap<string, ReadRequest['records'][number]>;
} {
  const nameOf = (address: string): string => foldName(kinds.mustParse(address).name);
  return {
    desired: new Map(desired.map((resource) => [nameOf(resource.address), resource])),
    records: new Map(records.map((record) => [nameOf(record.address), record])),
  };
}
