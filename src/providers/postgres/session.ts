import { join } from 'node:path';
import { escapeLiteral } from 'pg';
import { defined, kindOf } from '../../model/index.js';
import type { ActualResource, ReadResult, SystemIdentity } from '../../model/index.js';
import { connect, endClient } from '../../net/sql/index.js';
import type { Connection } from '../../net/sql/index.js';
import type { ReadRequest, ResolvedSettings, Session, SessionContext } from '../sdk/index.js';
import { applyAll } from './apply.js';
import { readDocument } from './document.js';
import type { Reader } from './document.js';
import { identify } from './identity.js';
import type { Identity } from './identity.js';
import { kinds } from './kinds.js';
import { prepareAll } from './prepare.js';
import type { Preflight } from './preflight/document.js';
import { needyServers } from './preflight/existing.js';
import { strandedMappings } from './preflight/stranded.js';
import { ownersOf, toResources } from './read.js';
import type { WrapperDocument } from './read.js';
import { readSql } from './read-sql.js';
import { postgresSettings } from './settings.js';
import type { PostgresSettings } from './settings.js';

/** A connection, and what is known about its database. */
interface Place extends Reader {
  readonly provider: string;
  readonly connection: Connection;
  readonly settings: PostgresSettings;
  readonly identity: Identity;
  readonly context: SessionContext;
}

/**
 * Connects, and finds out which database it is, and which role.
 * @throws UnreachableError where the server does not answer; DiagnosticError where it refuses
 */
export async function open(entry: ResolvedSettings, context: SessionContext): Promise<Session> {
  const settings = postgresSettings(entry, context.env);
  context.progress(`connecting to ${settings.database}`);
  const connection = await connect(settings);
  const { outside } = context;
  const limit = { outside, ...defined({ statementTimeoutMs: settings.statementTimeoutMs }) };
  try {
    const identity = await identify({ connection, ...limit });
    return session({ provider: entry.name, connection, ...limit, settings, identity, context });
  } catch (error) {
    await endClient(connection.client);
    throw error;
  }
}

function session(place: Place): Session {
  // Read compares what exists with what prepare found.
  let preflight: Preflight | undefined;
  return {
    system: systemOf(place),
    async prepare(desired) {
      const { provider, settings, identity, context } = place;
      const prepared = await prepareAll(
        {
          ...place,
          provider,
          principal: identity.principal,
          self: settings.self ?? identity.principal,
          extensionDirectory: settings.extensionDirectory ?? defaultExtensions(context),
          once: context.once,
          comparesOnly: context.comparesOnly === true,
        },
        desired,
      );
      ({ preflight } = prepared);
      return { resources: prepared.resources, diagnostics: prepared.diagnostics };
    },
    read: (request) => read(place, request, preflight),
    discover: () => discover(place),
    async apply(items, onOutcome) {
      const { connection, settings, identity, context } = place;
      const { allowServerLog, statementTimeoutMs } = settings;
      await applyAll(
        {
          client: connection.client,
          serverVersion: identity.version,
          principal: identity.principal,
          context,
          allowServerLog,
          needyServers: preflight === undefined ? [] : needyServers(preflight),
          ...defined({ statementTimeoutMs }),
        },
        items,
        onOutcome,
      );
    },
    close: () => endClient(place.connection.client),
  };
}

function systemOf({ connection, identity, settings }: Place): SystemIdentity {
  const { system, database, principal } = identity;
  const { self = principal } = settings;
  return {
    type: 'postgres',
    id: `${system ?? ''}/${database}`,
    name: `${database} on ${connection.host}:${connection.port}`,
    principal: self,
    ...defined({ actor: self === principal ? undefined : principal }),
  };
}

/** Why an apply would fail here, or should not be tried. */
function readOnlyOf({ connection: { host, port }, identity }: Place): ReadResult['readOnly'] {
  if (identity.isStandby) {
    return {
      message: `PostgreSQL at ${host}:${port} is a standby, which takes no writes`,
      next: 'Connect to the primary: name all servers of the cluster as hosts, with target_session_attrs: read-write.',
    };
  }
  if (!identity.isReadOnly) return undefined;
  return {
    message: `the database ${identity.database} is read-only for ${identity.principal} (default_transaction_read_only is on)`,
    next: `Find out who set it and why. To let this role write: ALTER ROLE ${identity.principal} SET default_transaction_read_only = off`,
  };
}

/** The folder where DuckDB installs extensions, unless it is told otherwise. */
function defaultExtensions({ home }: SessionContext): string | undefined {
  return home === undefined ? undefined : join(home, '.duckdb/extensions');
}

async function read(
  place: Place,
  request: ReadRequest,
  preflight: Preflight | undefined,
): Promise<ReadResult> {
  const { provider, identity, context } = place;
  const addresses = new Set([...request.desired, ...request.records].map(({ address }) => address));
  const names = `ARRAY[${serverNames(request).map(escapeLiteral).join(', ')}]::pg_catalog.name[]`;
  const ids = `ARRAY[${serverIds(request).join(', ')}]::pg_catalog.oid[]`;
  const sql = readSql({ names, ids, values: true, catalog: identity.catalog });
  const document = await readDocument<WrapperDocument>(place, sql);
  const owners = ownersOf(request.desired);
  const resources = toResources(document, {
    provider,
    principal: identity.principal,
    sensitive: context.sensitive,
    isRequested: (address) => addresses.has(address),
    isNamed: namedFields(request),
    handsOver: (server, owner) => (owners.get(server) ?? owner) !== owner,
    wrapperUsage:
      request.authoritative.some((list) => list.kind === 'fdw_usage') ||
      [...addresses].some((address) => kindOf(address) === 'fdw_usage'),
  });
  const readOnly = readOnlyOf(place);
  return {
    ...defined({ readOnly }),
    system: systemOf(place),
    resources,
    diagnostics: strandedMappings(request, preflight),
  };
}

/** Whether a request names a field of an object in the open. */
function namedFields({ desired, records }: ReadRequest): (address: string, path: string) => boolean {
  const named = new Set<string>();
  for (const { address, fields } of records) {
    for (const path of Object.keys(fields)) named.add(`${address} ${path}`);
  }
  for (const { address, fields } of desired) {
    for (const [path, field] of Object.entries(fields)) {
      if (field.kind === 'plain') named.add(`${address} ${path}`);
      else named.delete(`${address} ${path}`);
    }
  }
  return (address, path) => named.has(`${address} ${path}`);
}

async function discover(place: Place): Promise<readonly ActualResource[]> {
  const { provider, identity } = place;
  const sql = readSql({ names: undefined, values: false, catalog: identity.catalog });
  const document = await readDocument<WrapperDocument>(place, sql);
  return toResources(document, {
    provider,
    principal: identity.principal,
    isRequested: () => false,
    isNamed: () => false,
    handsOver: () => false,
    wrapperUsage: true,
  });
}

/** The servers that a request is about: those it names, and the parents of what it names. */
function serverNames({ desired, records, authoritative }: ReadRequest): readonly string[] {
  const addresses = [
    ...[...desired, ...records].map(({ address }) => address),
    ...authoritative.flatMap(({ parent }) => parent ?? []),
  ].map((address) => kinds.mustParse(address));
  return [...new Set(addresses.filter(({ kind }) => kind !== 'fdw_usage').map(({ name }) => name))];
}

/** The OIDs of the servers that the state owns: by them a server is found that was renamed. */
function serverIds({ records }: ReadRequest): readonly string[] {
  return records
    .filter(({ address, id }) => kindOf(address) === 'duckdb_server' && /^\d{1,10}$/.test(id))
    .map(({ id }) => id);
}
