import { escapeLiteral } from 'pg';
import { EQ, NE } from '../../../net/sql/index.js';
import { MAPPING_VISIBLE, WRAPPER, roleName } from '../sql.js';

/** What the database says about itself, read before anything is planned. */
export interface Preflight {
  /** The extension that provides the wrapper, if one is installed. */
  readonly extension: string | null;
  readonly extensionVersion: string | null;
  readonly wrapper: boolean;
  /** Whether the current role is a superuser. */
  readonly superuser: boolean;
  /** Whether it has USAGE on the wrapper. */
  readonly usage: boolean;
  /** `duckdb.postgres_role`; null where this role may not read it or the library is not loaded, empty: superusers only. */
  readonly duckdbRole: string | null;
  /** `duckdb.disabled_filesystems`; null where it is not known. */
  readonly disabledFilesystems: string | null;
  /** Whether there is a function `duckdb.drop_simple_secret` of a superuser: Postgres Pro AXE 1.1 has it. */
  readonly dropsSimple: boolean;
  /** Whether every function `duckdb.query` belongs to a superuser, and there is one. */
  readonly answersQueries: boolean;
  /** Whether AXE's list of storages is a table of a superuser or of the current role, and may be read. */
  readonly storagesReadable: boolean;
  /** Whether the current role has the rights of that role. */
  readonly inDuckdbRole: boolean;
  /** Whether it owns the wrapper, and so may grant on it. */
  readonly ownsWrapper: boolean;
  /** Whether the list of installed DuckDB extensions is a table of a superuser or of the current role, and may be read. */
  readonly extensionsReadable: boolean;
  readonly servers: readonly FoundServer[];
  readonly mappings: readonly FoundMapping[];
  /** The requested roles that exist. */
  readonly roles: readonly string[];
  /** Those of them that are administrators: superusers, and roles with USAGE on the wrapper. */
  readonly administrators: readonly string[];
  /** All names to choose from, where a requested role does not exist; otherwise empty. */
  readonly allRoles: readonly string[];
}

/** An existing server. */
export interface FoundServer {
  readonly name: string;
  readonly type: string | null;
  readonly owner: string;
  /** Whether the current role has the rights of its owner. */
  readonly owned: boolean;
  /** Whether its owner is a superuser, or has USAGE on the wrapper. */
  readonly administrated: boolean;
  /** Every role can read them. */
  readonly options: Readonly<Record<string, string>>;
}

/** An existing user mapping. */
export interface FoundMapping {
  readonly server: string;
  readonly role: string;
  /** The names of its options; null where the current role may not see them. */
  readonly options: readonly string[] | null;
}

/**
 * One SELECT that returns the {@link Preflight} as `document`.
 * @param roles the roles to look up
 */
export function preflightSql(roles: readonly string[]): string {
  const wanted = `ARRAY[${roles.map(escapeLiteral).join(', ')}]::pg_catalog.name[]`;
  const extension = (column: string): string => `(SELECT e.${column} FROM pg_catalog.pg_extension e
    WHERE e.extname ${EQ} ANY (ARRAY['pg_duckdb', 'pgpro_axe', 'pgpro_duckdb']::pg_catalog.name[]) LIMIT 1)`;
  const administrator = (role: string): string =>
    `COALESCE(pg_catalog.has_foreign_data_wrapper_privilege(${role}, w.oid, 'USAGE'), false)`;
  // Anybody who may create a schema can create one of this name, with a view that calls a function.
  const trusted = (owner: string): string => `EXISTS (SELECT FROM pg_catalog.pg_roles o
        WHERE o.oid ${EQ} ${owner} AND (o.rolsuper OR o.rolname ${EQ} current_user))`;
  const readable = (schema: string, table: string): string => `EXISTS (SELECT FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid ${EQ} c.relnamespace
    WHERE n.nspname ${EQ} '${schema}' AND c.relname ${EQ} '${table}' AND c.relkind ${EQ} 'r'
      AND ${trusted('n.nspowner')} AND ${trusted('c.relowner')}
      AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))`;
  const hasFunction = (
    name: string,
  ): string => `COALESCE((SELECT pg_catalog.bool_and(${trusted('n.nspowner')} AND ${trusted('p.proowner')})
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid ${EQ} p.pronamespace
    WHERE n.nspname ${EQ} 'duckdb' AND p.proname ${EQ} '${name}'), false)`;
  return `SELECT pg_catalog.json_build_object(
  'extension', ${extension('extname')},
  'extensionVersion', ${extension('extversion')},
  'wrapper', w.oid IS NOT NULL,
  'superuser', me.rolsuper,
  'usage', COALESCE(pg_catalog.has_foreign_data_wrapper_privilege(w.oid, 'USAGE'), false),
  'ownsWrapper', COALESCE(pg_catalog.pg_has_role(w.fdwowner, 'USAGE'), false),
  'duckdbRole', cfg.postgres_role,
  'inDuckdbRole', EXISTS (SELECT FROM pg_catalog.pg_roles r
    WHERE r.rolname ${EQ} cfg.postgres_role::pg_catalog.name AND pg_catalog.pg_has_role(r.oid, 'MEMBER')),
  'disabledFilesystems', cfg.disabled_filesystems,
  'dropsSimple', ${hasFunction('drop_simple_secret')},
  'answersQueries', ${hasFunction('query')},
  'extensionsReadable', ${readable('duckdb', 'extensions')},
  'storagesReadable', ${readable('metastore', 'pga_storage')},
  'servers', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object('name', f.srvname, 'type', f.srvtype,
    'owner', pg_catalog.pg_get_userbyid(f.srvowner),
    'owned', pg_catalog.pg_has_role(f.srvowner, 'USAGE'), 'administrated', ${administrator('f.srvowner')},
    'options', (SELECT COALESCE(pg_catalog.json_object_agg(o.option_name, o.option_value), '{}')
      FROM pg_catalog.pg_options_to_table(f.srvoptions) o)) ORDER BY f.srvname), '[]')
    FROM pg_catalog.pg_foreign_server f WHERE f.srvfdw ${EQ} w.oid),
  'mappings', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object('server', s.srvname,
    'role', ${roleName('m.umuser')}, 'options', CASE WHEN ${MAPPING_VISIBLE} THEN
      (SELECT COALESCE(pg_catalog.json_agg(o.option_name), '[]') FROM pg_catalog.pg_options_to_table(m.umoptions) o) END)), '[]')
    FROM pg_catalog.pg_user_mappings m JOIN pg_catalog.pg_foreign_server s ON s.oid ${EQ} m.srvid WHERE s.srvfdw ${EQ} w.oid),
  'roles', (SELECT COALESCE(pg_catalog.json_agg(r.rolname), '[]') FROM pg_catalog.pg_roles r
    WHERE r.rolname ${EQ} ANY (${wanted})),
  'administrators', (SELECT COALESCE(pg_catalog.json_agg(r.rolname), '[]') FROM pg_catalog.pg_roles r
    WHERE r.rolname ${EQ} ANY (${wanted}) AND ${administrator('r.oid')}),
  'allRoles', CASE WHEN EXISTS (SELECT FROM pg_catalog.unnest(${wanted}) n (name)
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname ${EQ} n.name))
    THEN (SELECT pg_catalog.json_agg(r.rolname) FROM (SELECT rolname FROM pg_catalog.pg_roles
      WHERE pg_catalog.left(rolname::pg_catalog.text, 3) ${NE} 'pg_' ORDER BY rolname LIMIT 5000) r) ELSE '[]' END
) AS document
FROM pg_catalog.pg_roles me
CROSS JOIN (${settingsSql()}) cfg
LEFT JOIN pg_catalog.pg_foreign_data_wrapper w ON w.fdwname ${EQ} '${WRAPPER}'
WHERE me.rolname ${EQ} current_user`;
}

/** The settings of the extension by their rows: to SHOW or `current_setting` a hidden setting is an error (42501); its row is just absent. */
function settingsSql(): string {
  const setting = (name: string): string =>
    `pg_catalog.max(g.setting) FILTER (WHERE g.name ${EQ} 'duckdb.${name}') AS ${name}`;
  return `SELECT ${setting('postgres_role')}, ${setting('disabled_filesystems')} FROM pg_catalog.pg_settings g
    WHERE pg_catalog.left(g.name, 7) ${EQ} 'duckdb.'`;
}
