import { escapeLiteral } from 'pg';
import { defined, hasErrors, kindOf } from '../../model/index.js';
import type { ActualResource, DesiredResource, SystemIdentity } from '../../model/index.js';
import { UnreachableError } from '../sdk/index.js';
import type { Prepared, ReadRequest, ResolvedSettings, Session, SessionContext } from '../sdk/index.js';
import { connect, endClient, messageOf, sqlState } from '../../net/sql/index.js';
import type { Connection } from '../../net/sql/index.js';
import { applyAll } from './apply.js';
import { askDuckdb } from './ask.js';
import { strandedMappings } from './existing.js';
import { fieldText } from './field-text.js';
import { resolveAll, rolesOf } from './identities.js';
import { EXTENSIONS_SQL, asksForExtensions, extensionDiagnostics } from './extensions.js';
import { preflightDiagnostics } from './preflight.js';
import { preflightSql } from './preflight-document.js';
import type { Preflight } from './preflight-document.js';
import { toResources } from './read.js';
import type { WrapperDocument } from './read.js';
import { readSql } from './read-sql.js';
import { postgresSettings } from './settings.js';
import type { PostgresSettings } from './settings.js';
import { kinds } from './kinds.js';

const READ_TIMEOUT_MS = 60_000;

/** A connection, and what was found out of where it leads. */
interface Place {
  readonly provider: string;
  readonly connection: Connection;
  readonly where: PostgresSettings;
  readonly identity: Identity;
  readonly system: SystemIdentity;
  readonly context: SessionContext;
}

interface Identity {
  readonly system: string | null;
  readonly database: string;
  readonly principal: string;
  readonly version: number;
  readonly catalog: boolean;
}

/**
 * Connects, and finds out which database it is and who we are there.
 *
 * A database is known by the system identifier that initdb drew for its cluster and its name, both of which stay through
 * restarts, upgrades of minor versions and failovers to a physical copy. `pg_control_system()` gives it to every role unless
 * an administrator took that right away; then the OIDs of the database and of the wrapper stand in for it: they differ between
 * databases made apart, and never change while the database lives.
 * @throws UnreachableError where nothing answers; DiagnosticError where it answers and refuses.
 */
export async function open(settings: ResolvedSettings, context: SessionContext): Promise<Session> {
  const where = postgresSettings(settings, context.env);
  context.progress(`connecting to ${where.database}`);
  const connection = await connect(where);
  try {
    const identity = await identify(connection, where);
    const system: SystemIdentity = {
      type: 'postgres',
      id: `${identity.system ?? ''}/${identity.database}`,
      name: `${identity.database} on ${connection.host}:${connection.port}`,
      principal: identity.principal,
    };
    return session({ provider: settings.name, connection, where, identity, system, context });
  } catch (error) {
    await endClient(connection.client);
    throw error;
  }
}

function session({ provider, connection, where, identity, system, context }: Place): Session {
  const { principal, catalog } = identity;
  // What prepare saw of the database; read compares what is there with it.
  let lastFound: Preflight | undefined;
  return {
    system,
    async prepare(desired): Promise<Prepared> {
      const sql = preflightSql(rolesOf(desired, principal));
      const found = await readDocument<Preflight>(connection, where, sql);
      lastFound = found;
      const { resources, diagnostics } = resolveAll(desired, principal, found);
      // The list is asked for only where a type needs an extension: a second round trip, whatever the number of servers.
      const asks = asksForExtensions(resources, found);
      const installed =
        asks && found.extensionsReadable
          ? await readDocument<readonly string[]>(connection, where, EXTENSIONS_SQL)
          : undefined;
      const said = [
        ...diagnostics,
        ...preflightDiagnostics(provider, principal, resources, found),
        ...(asks ? extensionDiagnostics(provider, resources, found, installed) : []),
      ];
      // What is refused anyway needs no second opinion.
      const opinion = hasErrors(said) ? [] : await askDuckdb(resources, found, where.extensionDirectory);
      return { resources, diagnostics: [...said, ...opinion] };
    },
    async read(request) {
      const addresses = new Set([...request.desired, ...request.records].map((one) => one.address));
      const names = `ARRAY[${serverNames(request).map(escapeLiteral).join(', ')}]::name[]`;
      const document = await readDocument<WrapperDocument>(
        connection,
        where,
        readSql({ names, values: true, catalog }),
      );
      const wrapperUsage =
        request.authoritative.some((list) => list.kind === 'fdw_usage') ||
        [...addresses].some((address) => kindOf(address) === 'fdw_usage');
      const asked = (address: string): boolean => addresses.has(address);
      const nextOwners = ownersWanted(request.desired);
      const handsOver = (server: string, owner: string): boolean =>
        (nextOwners.get(server) ?? owner) !== owner;
      return {
        system,
        resources: toResources(document, {
          provider,
          principal,
          values: true,
          asked,
          handsOver,
          wrapperUsage,
        }),
        diagnostics: strandedMappings(request, lastFound),
      };
    },
    async discover(): Promise<readonly ActualResource[]> {
      const sql = readSql({ names: undefined, values: false, catalog });
      const document = await readDocument<WrapperDocument>(connection, where, sql);
      const asked = (): boolean => false;
      const handsOver = asked;
      return toResources(document, {
        provider,
        principal,
        values: false,
        asked,
        handsOver,
        wrapperUsage: true,
      });
    },
    async apply(items, onOutcome) {
      const { client } = connection;
      const { allowServerLog, statementTimeoutMs } = where;
      await applyAll(
        {
          client,
          serverVersion: identity.version,
          principal,
          context,
          allowServerLog,
          ...defined({ statementTimeoutMs }),
        },
        items,
        onOutcome,
      );
    },
    async close() {
      await endClient(connection.client);
    },
  };
}

/** The owners that the configuration names, by server. */
function ownersWanted(desired: readonly DesiredResource[]): ReadonlyMap<string, string> {
  return new Map(
    desired.flatMap(({ address, fields }) => {
      const { kind, name } = kinds.mustParse(address);
      const owner = fieldText(fields['owner']);
      return kind === 'duckdb_server' && owner !== undefined ? [[name, owner] as const] : [];
    }),
  );
}

/** The servers that a request is about: those it names, and those that what it names lives on. */
function serverNames({ desired, records, authoritative }: ReadRequest): readonly string[] {
  const addresses = [
    ...[...desired, ...records].map((one) => one.address),
    ...authoritative.flatMap((list) => (list.parent === undefined ? [] : [list.parent])),
  ].map((address) => kinds.mustParse(address));
  return [
    ...new Set(addresses.filter((address) => address.kind !== 'fdw_usage').map((address) => address.name)),
  ];
}

/**
 * Runs one SELECT in a read-only transaction with a time limit, all in one round trip, and gives its only value. Nothing of it
 * outlives the transaction, so that it works behind a pooler.
 */
async function readDocument<T>(
  { client, host, port }: Connection,
  where: PostgresSettings,
  sql: string,
): Promise<T> {
  try {
    const results: unknown = await client.query(
      `BEGIN READ ONLY; SET LOCAL statement_timeout = ${where.statementTimeoutMs ?? READ_TIMEOUT_MS}; ${sql}; COMMIT`,
    );
    const rows = (results as readonly { readonly rows: readonly { readonly document: T }[] }[])[2]?.rows;
    if (rows?.[0] === undefined) throw new Error('the server gave no answer');
    return rows[0].document;
  } catch (error) {
    if (sqlState(error) !== undefined) await client.query('ROLLBACK').catch(() => undefined);
    const state = sqlState(error);
    throw new UnreachableError(
      `PostgreSQL at ${host}:${port} could not be read${state === undefined ? '' : ` (SQLSTATE ${state})`}: ${messageOf(error)}`,
      state === '57014'
        ? 'It took too long: try again when the server has less to do, or raise `statement_timeout`.'
        : 'Try again.',
    );
  }
}

async function identify(connection: Connection, where: PostgresSettings): Promise<Identity> {
  const sql = (system: string): string => `SELECT pg_catalog.json_build_object(
  'system', (${system})::text,
  'database', current_database(),
  'principal', current_user,
  'version', pg_catalog.current_setting('server_version_num')::int,
  'catalog', pg_catalog.has_table_privilege('pg_catalog.pg_user_mapping', 'SELECT')) AS document`;
  const { client } = connection;
  try {
    const result = await client.query<{ document: Identity }>(
      sql('SELECT c.system_identifier FROM pg_catalog.pg_control_system() c'),
    );
    if (result.rows[0] !== undefined) return result.rows[0].document;
  } catch (error) {
    // 42501: an administrator has taken the function away from PUBLIC.
    if (sqlState(error) !== '42501') {
      throw new UnreachableError(
        `PostgreSQL at ${connection.host}:${connection.port} could not be asked who it is: ${messageOf(error)}`,
      );
    }
  }
  return readDocument<Identity>(
    connection,
    where,
    sql(`SELECT 'oid-' || d.oid || '-' || COALESCE(w.oid, 0) FROM pg_catalog.pg_database d
      LEFT JOIN pg_catalog.pg_foreign_data_wrapper w ON w.fdwname = 'duckdb' WHERE d.datname = current_database()`),
  );
}
