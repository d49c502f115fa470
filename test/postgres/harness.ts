import { Sensitive, plain, sensitive } from '../../src/model/index.js';
import type {
  ActualResource,
  ApplyItem,
  Change,
  DesiredResource,
  AuthoritativeList,
  Fields,
  Outcome,
  StateRecord,
} from '../../src/model/index.js';
import { postgres } from '../../src/providers/postgres/index.js';
import type { Session, SessionContext } from '../../src/providers/sdk/index.js';
import { onEachPostgres } from '../support/postgres/block.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { kinds } from '../core/kinds.js';
import { runScope } from '../scope.js';

/**
 * Runs the same tests on each PostgreSQL there is.
 * @param settings of each database; where one can only be a server's, the block has a server of its own
 * @param versions all where absent; one where nothing depends on the version
 */
export function onRealPostgres(
  title: string,
  settings: Readonly<Record<string, string>>,
  tests: (server: () => RealPostgres) => void,
  versions?: readonly (15 | 18)[],
): void {
  onEachPostgres(title, { settings, ...(versions === undefined ? {} : { versions }) }, tests);
}

/** A session's context with nothing in the environment. */
function contextOf(overrides: Partial<SessionContext> = {}): SessionContext {
  return { ...runScope(), stack: 'test', parallelism: 10, lockTimeoutMs: 30_000, ...overrides };
}

/** Opens a session of the provider `pg`. */
export async function openSession(
  url: string,
  overrides: Partial<SessionContext> = {},
  more: Fields = {},
): Promise<Session> {
  return postgres.open(
    { name: 'pg', fields: { url: sensitive(new Sensitive(url)), ...more } },
    contextOf(overrides),
  );
}

/** The same URL as another role. */
export function asRole(url: string, role: string): string {
  const parsed = new URL(url);
  parsed.username = role;
  return parsed.href;
}

/** A wanted resource; options of a mapping are sensitive, all else is plain. */
export function wanted(
  address: string,
  fields: Readonly<Record<string, string>> = {},
  more: Partial<DesiredResource> = {},
): DesiredResource {
  const isMapping = address.startsWith('user_mapping');
  const parent = kinds.parentOf(address);
  return {
    address,
    dependsOn: parent === undefined ? [] : [parent],
    lifecycle: {},
    fields: Object.fromEntries(
      Object.entries(fields).map(([path, value]) => [
        path,
        isMapping ? sensitive(new Sensitive(value)) : plain(value),
      ]),
    ),
    ...more,
  };
}

/** What the database has of these and of what hangs on them. */
export async function readAll(
  session: Session,
  desired: readonly DesiredResource[],
  authoritative: readonly AuthoritativeList[] = [],
): Promise<readonly ActualResource[]> {
  const records: readonly StateRecord[] = [];
  return (await session.read({ desired, records, authoritative })).resources;
}

/** One change, with the precondition that what was read gives. */
export function item(
  action: 'create' | 'update' | 'replace' | 'delete',
  desired: DesiredResource,
  actual?: ActualResource,
  paths?: readonly string[],
): ApplyItem {
  const all = new Set([...Object.keys(desired.fields), ...Object.keys(actual?.fields ?? {})]);
  const change: Change = {
    action,
    address: desired.address,
    reason: 'test',
    fields: (paths ?? [...all]).map((path) => ({
      path,
      action:
        desired.fields[path] === undefined ? 'remove' : actual?.fields[path] === undefined ? 'add' : 'change',
      sensitive: true,
    })),
    precondition:
      actual === undefined ? { kind: 'absent' } : { kind: 'present', id: actual.id, version: actual.version },
    after: [],
    fingerprints: {},
    ...(actual === undefined ? {} : { id: actual.id }),
  };
  return action === 'delete' ? { change } : { change, desired };
}

/** Applies, and gives every outcome. */
export async function applyItems(session: Session, items: readonly ApplyItem[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  await session.apply(
    items,
    (outcome) => outcomes.push(outcome),
    () => Promise.resolve(true),
  );
  return outcomes;
}

/** Makes all of these, and raises where one fails. */
export async function create(session: Session, desired: readonly DesiredResource[]): Promise<void> {
  const outcomes = await applyItems(
    session,
    desired.map((resource) => item('create', resource)),
  );
  const failed = outcomes.find((outcome) => outcome.status !== 'done');
  if (failed !== undefined) throw new Error(JSON.stringify(failed));
}

/** The fields of a resource as text, for comparing. */
export function fieldsOf(actual: ActualResource | undefined): Record<string, unknown> | undefined {
  return actual === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(actual.fields).map(([path, field]) => [
          path,
          field.kind === 'hidden'
            ? `hidden: ${field.reason}`
            : field.kind === 'plain'
              ? field.value
              : field.value.reveal(),
        ]),
      );
}

/** A resource of a list by address. */
export function byAddress(all: readonly ActualResource[], address: string): ActualResource | undefined {
  return all.find((resource) => resource.address === address);
}
