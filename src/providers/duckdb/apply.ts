import { join } from 'node:path';
import { defined, errorCode, plain, sensitive } from '../../model/index.js';
import type { ApplyItem, DesiredResource, Field, Outcome, Precondition } from '../../model/index.js';
import type { SessionContext } from '../sdk/index.js';
import { createSecret } from './create.js';
import { toProblem } from './errors.js';
import {
  makeDirectory,
  putInPlace,
  removeFile,
  removeLeftovers,
  secretPath,
  stampOf,
  withLock,
  withScratch,
} from './files.js';
import type { Stamp } from './files.js';
import { openDuckdb } from './library.js';
import type { DirectorySettings } from './settings.js';
import { foldName } from './names.js';
import { readStored } from './stored.js';
import { kinds } from './kinds.js';

const PLAN_AGAIN = 'Plan again.';

/**
 * Carries out changes one by one: each secret is a file, and each change of it one step of the file system. DuckDB writes a new
 * secret into a folder that nobody else can read; from there it is moved into place.
 */
export async function applyAll(
  where: DirectorySettings,
  context: SessionContext,
  items: readonly ApplyItem[],
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  await removeLeftovers(where.secretDirectory, context.now);
  for (const item of items) {
    const { address } = item.change;
    if (context.signal.aborted) {
      onOutcome({ status: 'skipped', address, message: 'the run was stopped' });
      continue;
    }
    context.progress(`applying ${address}`);
    onOutcome(await applyOne(where, item, context));
  }
}

async function applyOne(
  where: DirectorySettings,
  item: ApplyItem,
  context: SessionContext,
): Promise<Outcome> {
  const { change, desired } = item;
  const { address } = change;
  try {
    switch (change.action) {
      case 'create':
      case 'update':
      case 'replace':
        return desired === undefined
          ? { status: 'failed', address, message: 'the plan has no new content for it' }
          : await write(where, item, desired, context);
      case 'delete':
        return await remove(where, item, context);
      case 'forget':
      case 'import':
      case 'noop':
        return { status: 'done', address, ...defined({ id: change.id }) };
    }
  } catch (error) {
    const { message, next } = toProblem(error);
    return { status: 'failed', address, message, ...defined({ next }) };
  }
}

async function write(
  { secretDirectory, extensionDirectory }: DirectorySettings,
  { change }: ApplyItem,
  desired: DesiredResource,
  context: SessionContext,
): Promise<Outcome> {
  const { address, precondition } = change;
  const { name } = kinds.mustParse(address);
  const path = secretPath(secretDirectory, name);
  await makeDirectory(secretDirectory);
  return withScratch(secretDirectory, async (scratch) => {
    const fields = {
      ...desired.fields,
      ...(await ignoredFields(secretDirectory, sourceName(change), desired, context)),
    };
    const duckdb = await openDuckdb({ secretDirectory: scratch, extensionDirectory });
    try {
      await createSecret(duckdb, 'PERSISTENT', name, fields);
    } finally {
      duckdb.close();
    }
    return withLock(secretDirectory, context.now, async (): Promise<Outcome> => {
      const refusal = unmet(address, precondition, await stampOf(path));
      if (refusal !== undefined) return refusal;
      try {
        await putInPlace(join(scratch, `${name}.duckdb_secret`), path, precondition.kind === 'absent');
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
        return failed(address, 'it already exists: created after the plan was made');
      }
      const stamp = await stampOf(path);
      return { status: 'done', address, ...(stamp === undefined ? {} : { id: stamp.id }) };
    });
  });
}

async function remove(
  { secretDirectory }: DirectorySettings,
  { change }: ApplyItem,
  context: SessionContext,
): Promise<Outcome> {
  const { address, precondition } = change;
  const path = secretPath(secretDirectory, kinds.mustParse(address).name);
  return withLock(secretDirectory, context.now, async (): Promise<Outcome> => {
    const stamp = await stampOf(path);
    if (stamp === undefined) return { status: 'done', address };
    const refusal = unmet(address, precondition, stamp);
    if (refusal !== undefined) return refusal;
    await removeFile(path);
    return { status: 'done', address };
  });
}

function failed(address: string, message: string): Outcome {
  return { status: 'failed', address, message, next: PLAN_AGAIN };
}

/** Refuses a change that was planned for another file than the present one. */
function unmet(address: string, wanted: Precondition, found: Stamp | undefined): Outcome | undefined {
  switch (wanted.kind) {
    case 'none':
      return undefined;
    case 'absent':
      return found === undefined
        ? undefined
        : failed(address, 'it already exists: created after the plan was made');
    case 'present':
      if (found === undefined) return failed(address, 'it no longer exists');
      return found.id === wanted.id && found.version === wanted.version
        ? undefined
        : failed(address, 'its file was changed after the plan was made');
  }
}

/** The secret that ignored options are taken from: of a copy, its original. */
function sourceName({ address, movedFrom }: ApplyItem['change']): string {
  return foldName(kinds.mustParse(movedFrom ?? address).name);
}

/** A secret is written as a whole: options that the configuration ignores are copied from the present one. */
async function ignoredFields(
  directory: string,
  name: string,
  { lifecycle }: DesiredResource,
  context: SessionContext,
): Promise<Readonly<Record<string, Field>>> {
  const ignore = (lifecycle.ignore ?? []).map((path) => path.replace(/^options\./, ''));
  if (ignore.length === 0) return {};
  const stored = (await readStored(directory, [name])).get(name);
  const kept: Record<string, Field> = {};
  for (const option of ignore) {
    if (option === 'scope' && stored !== undefined) kept['scope'] = plain([...stored.scope]);
    const current = stored?.options?.get(option);
    if (current === undefined) continue;
    kept[`options.${option}`] = current.redacted
      ? sensitive(context.sensitive(current.text))
      : plain(current.text);
  }
  return kept;
}
