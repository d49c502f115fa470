import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { lstat, readFile } from 'node:fs/promises';
import { DiagnosticError, defined, errorCode, formatAddress } from '../../model/index.js';
import type { ActualResource, SystemIdentity } from '../../model/index.js';
import { UnreachableError } from '../sdk/index.js';
import type { ReadRequest, ResolvedSettings, Session, SessionContext } from '../sdk/index.js';
import { applyAll } from './apply.js';
import { secretPath, stampOf, storedNames, truePath } from './files.js';
import type { Stamp } from './files.js';
import { foldName } from './names.js';
import { prepareAll } from './prepare.js';
import { toResource } from './read.js';
import { directorySettings } from './settings.js';
import type { DirectorySettings } from './settings.js';
import { readStored } from './stored.js';
import { kinds } from './kinds.js';

/**
 * Finds the directory; DuckDB itself is loaded when something is to be tried, read or written. A directory is known by its path with
 * every link followed and by the machine (its `machine-id`, where it has one): both stay when the directory is made for the first time,
 * and a state that is taken to another machine is refused there.
 * @throws DiagnosticError where the path is no directory; UnreachableError where it cannot be looked into
 */
export async function open(settings: ResolvedSettings, context: SessionContext): Promise<Session> {
  const where = directorySettings(settings, context.env);
  await checkDirectory(settings, where);
  const path = await truePath(where.secretDirectory);
  const machine = (await readFile('/etc/machine-id', 'utf8').catch(() => '')).trim();
  const system: SystemIdentity = {
    type: 'duckdb',
    // A machine's id is not for the world to see (machine-id(5)), so it is hashed together with the path.
    id: createHash('sha256').update(`${machine}\0${path}`).digest('hex').slice(0, 32),
    name: `${path} on ${hostname()}`,
    principal: userInfo().username,
  };
  return session(settings.name, where, system, context);
}

async function checkDirectory(
  settings: ResolvedSettings,
  { secretDirectory }: DirectorySettings,
): Promise<void> {
  try {
    await storedNames(secretDirectory);
    const found = await lstat(secretDirectory).catch(() => undefined);
    if (
      found !== undefined &&
      (found.mode & 0o022) !== 0 &&
      process.platform !== 'win32' &&
      found.isDirectory()
    ) {
      throw new DiagnosticError([
        {
          severity: 'error',
          code: 'secret-directory-mode',
          summary: `Others may write into the secret directory ${JSON.stringify(secretDirectory)}: they could put secrets of their own in place.`,
          next: `Run chmod go-w ${JSON.stringify(secretDirectory)}`,
          ...defined({ range: settings.range }),
        },
      ]);
    }
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    if (errorCode(error) === 'ENOTDIR') {
      throw new DiagnosticError([
        {
          severity: 'error',
          code: 'secret-directory',
          summary: `The secret_directory ${JSON.stringify(secretDirectory)} of provider ${settings.name} is no directory.`,
          next: 'Name a directory, or one that does not exist yet.',
          ...defined({ range: settings.range }),
        },
      ]);
    }
    throw new UnreachableError(
      `The secret directory ${JSON.stringify(secretDirectory)} cannot be looked into (${errorCode(error) ?? 'unknown error'}).`,
      'Run as its owner, or correct its mode.',
    );
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
      const there = (await storedNames(secretDirectory)).filter((one) => names.has(one));
      // Stamps first: who writes in between is found out before anything is written here.
      const stamps = await stampsOf(secretDirectory, there);
      const stored = await readStored(secretDirectory, there);
      const resources: ActualResource[] = [];
      for (const [name, stamp] of stamps) {
        if (!stored.has(name)) continue;
        const known = { desired: desired.get(name), record: records.get(name) };
        resources.push(toResource(addressOf(name), stamp, stored.get(name), known, context.sensitive));
      }
      return { system, resources };
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

/** The stamps of some secrets, by name, of those that are there. */
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
