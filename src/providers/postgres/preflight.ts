import { escapeLiteral } from 'pg';
import { mustParseAddress } from '../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../model/index.js';
import { breaksDuckdb } from './names.js';
import { WRAPPER } from './sql.js';
import { fieldText } from './field-text.js';

/** What the database says of itself before anything is planned. */
export interface Preflight {
  /** The extension that brings the wrapper, if one is installed. */
  readonly extension: string | null;
  readonly wrapper: boolean;
  /** Whether we are a superuser. */
  readonly superuser: boolean;
  /** Whether we hold USAGE on the wrapper. */
  readonly usage: boolean;
  /** `duckdb.postgres_role`; null where the setting does not exist, empty where only superusers may use DuckDB. */
  readonly duckdbRole: string | null;
  /** Whether we have that role's rights. */
  readonly inDuckdbRole: boolean;
  /** Whether we own the wrapper (and so may grant on it). */
  readonly ownsWrapper: boolean;
  readonly servers: readonly {
    readonly name: string;
    readonly type: string | null;
    /** Whether we have the rights of its owner. */
    readonly owned: boolean;
  }[];
  /** Those of the roles asked for that exist. */
  readonly roles: readonly string[];
  /** Names to choose from where one of them does not exist; empty where all do. */
  readonly allRoles: readonly string[];
}

/** One SELECT that gives the {@link Preflight} as `document`, looking for these roles. */
export function preflightSql(roles: readonly string[]): string {
  const wanted = `ARRAY[${roles.map(escapeLiteral).join(', ')}]::name[]`;
  const setting = "pg_catalog.current_setting('duckdb.postgres_role', true)";
  return `SELECT pg_catalog.json_build_object(
  'extension', (SELECT e.extname FROM pg_catalog.pg_extension e
    WHERE e.extname IN ('pg_duckdb', 'pgpro_axe', 'pgpro_duckdb') LIMIT 1),
  'wrapper', w.oid IS NOT NULL,
  'superuser', me.rolsuper,
  'usage', COALESCE(pg_catalog.has_foreign_data_wrapper_privilege(w.oid, 'USAGE'), false),
  'ownsWrapper', COALESCE(pg_catalog.pg_has_role(w.fdwowner, 'USAGE'), false),
  'duckdbRole', ${setting},
  'inDuckdbRole', EXISTS (SELECT FROM pg_catalog.pg_roles r
    WHERE r.rolname = ${setting} AND pg_catalog.pg_has_role(r.oid, 'MEMBER')),
  'servers', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object('name', f.srvname, 'type', f.srvtype,
    'owned', pg_catalog.pg_has_role(f.srvowner, 'USAGE')) ORDER BY f.srvname), '[]')
    FROM pg_catalog.pg_foreign_server f WHERE f.srvfdw = w.oid),
  'roles', (SELECT COALESCE(pg_catalog.json_agg(r.rolname), '[]') FROM pg_catalog.pg_roles r
    WHERE r.rolname = ANY (${wanted})),
  'allRoles', CASE WHEN EXISTS (SELECT FROM pg_catalog.unnest(${wanted}) n (name)
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = n.name))
    THEN (SELECT pg_catalog.json_agg(r.rolname) FROM (SELECT rolname FROM pg_catalog.pg_roles
      WHERE rolname NOT LIKE 'pg\\_%' ORDER BY rolname LIMIT 5000) r) ELSE '[]' END
) AS document
FROM pg_catalog.pg_roles me
LEFT JOIN pg_catalog.pg_foreign_data_wrapper w ON w.fdwname = '${WRAPPER}'
WHERE me.rolname = current_user`;
}

/** What cannot work in this database, at the resources that ask for it. */
export function preflightDiagnostics(
  provider: string,
  principal: string,
  desired: readonly DesiredResource[],
  found: Preflight,
): readonly Diagnostic[] {
  const first = desired[0];
  if (!found.wrapper) return first === undefined ? [] : [missingWrapper(provider, found, first)];
  const diagnostics: Diagnostic[] = [...brokenServers(provider, found)];
  const names = new Set(found.servers.map((one) => one.name));
  const wanted = new Set<string>();
  for (const resource of desired) {
    const { kind, name } = mustParseAddress(resource.address);
    if (kind === 'fdw_usage' && !found.superuser && !found.ownsWrapper) {
      diagnostics.push({
        severity: 'warning',
        code: 'cannot-grant-wrapper',
        summary: `The role ${principal} cannot grant or revoke USAGE on the ${WRAPPER} wrapper.`,
        next: 'Apply as a superuser.',
        ...place(resource),
      });
    }
    if (kind !== 'duckdb_server') continue;
    wanted.add(name);
    const clash = found.servers.find((one) => one.name !== name && one.name.toLowerCase() === name);
    if (clash !== undefined) {
      diagnostics.push({
        severity: 'error',
        code: 'clashing-server-names',
        summary: `The database has a server ${JSON.stringify(clash.name)}, which is the same name to DuckDB as ${name}: both together break it.`,
        next: `Rename one of them: ALTER SERVER "${clash.name}" RENAME TO …`,
        ...place(resource),
      });
    }
    const rights = names.has(name) ? undefined : missingRights(principal, found);
    if (rights !== undefined) diagnostics.push({ ...rights, ...place(resource) });
    if (found.servers.some((one) => one.name === name && !one.owned)) {
      diagnostics.push({
        severity: 'info',
        code: 'not-owner',
        summary: `The role ${principal} does not own the server ${name}: it can be compared, not changed.`,
        ...place(resource),
      });
    }
  }
  return [...diagnostics, ...secondMotherduck(desired, found, wanted)];
}

function place(resource: DesiredResource): Pick<Diagnostic, 'address' | 'range'> {
  return { address: resource.address, ...(resource.range === undefined ? {} : { range: resource.range }) };
}

function missingWrapper(provider: string, found: Preflight, first: DesiredResource): Diagnostic {
  return {
    severity: 'error',
    code: 'wrapper-missing',
    summary: `The database of provider ${provider} has no foreign data wrapper ${WRAPPER}.`,
    next:
      found.extension === null
        ? 'Let a superuser run CREATE EXTENSION pg_duckdb (in Postgres Pro AXE: pgpro_axe) in that database.'
        : `The extension ${found.extension} is there without its wrapper: let a superuser update or reinstall it.`,
    ...place(first),
  };
}

function missingRights(
  principal: string,
  found: Preflight,
): Omit<Diagnostic, 'address' | 'range'> | undefined {
  if (found.superuser) return undefined;
  if (!found.usage) {
    return {
      severity: 'error',
      code: 'no-usage-on-wrapper',
      summary: `The role ${principal} has no USAGE on the ${WRAPPER} wrapper, which creating a server needs.`,
      next: `Let a superuser run GRANT USAGE ON FOREIGN DATA WRAPPER ${WRAPPER} TO it (administrators only), or apply as a superuser.`,
    };
  }
  // Where the library is not loaded yet, the setting is not known; the wrapper will say.
  if (found.duckdbRole === null || found.inDuckdbRole) return undefined;
  return {
    severity: 'error',
    code: 'not-in-duckdb-role',
    summary:
      found.duckdbRole === ''
        ? `Only superusers may use DuckDB here (duckdb.postgres_role is empty), and ${principal} is none.`
        : `The role ${principal} is not a member of ${found.duckdbRole}, the role that duckdb.postgres_role names.`,
    next:
      found.duckdbRole === ''
        ? 'Apply as a superuser, or set duckdb.postgres_role and restart the server.'
        : `Let an administrator GRANT ${found.duckdbRole} to it.`,
  };
}

/** Servers that are there already and break DuckDB for everyone. */
function brokenServers(provider: string, found: Preflight): readonly Diagnostic[] {
  const byFolded = new Map<string, string>();
  return found.servers.flatMap(({ name }): Diagnostic[] => {
    const address = `duckdb_server.${provider}.${name}`;
    const twin = byFolded.get(name.toLowerCase());
    byFolded.set(name.toLowerCase(), name);
    if (twin === undefined && !breaksDuckdb(name)) return [];
    return [
      {
        severity: 'warning',
        code: 'server-breaks-duckdb',
        summary:
          twin === undefined
            ? `The server ${JSON.stringify(name)} has a name that breaks DuckDB for the whole database.`
            : `The servers ${JSON.stringify(twin)} and ${JSON.stringify(name)} are one name to DuckDB, which breaks it for the whole database.`,
        next: `Rename it (ALTER SERVER … RENAME TO …) or drop it.`,
        address,
      },
    ];
  });
}

function secondMotherduck(
  desired: readonly DesiredResource[],
  found: Preflight,
  wanted: ReadonlySet<string>,
): readonly Diagnostic[] {
  const other = found.servers.find(
    (one) => one.type?.toLowerCase() === 'motherduck' && !wanted.has(one.name),
  );
  if (other === undefined) return [];
  return desired
    .filter((one) => fieldText(one.fields['type'])?.toLowerCase() === 'motherduck')
    .map((one) => ({
      severity: 'warning',
      code: 'second-motherduck-server',
      summary: `The database has another motherduck server, ${other.name}, and can have one only.`,
      next: 'Remove that one in the same run, or take it over under its name.',
      ...place(one),
    }));
}
