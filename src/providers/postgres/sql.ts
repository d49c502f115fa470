import { EQ, NE } from '../../net/sql/index.js';

/** The name of the foreign data wrapper that pg_duckdb and its relatives create (DuckDB wrapper contract). */
export const WRAPPER = 'duckdb';

/**
 * SQL for whether the current role may see the options of the mapping `m` on the server `s`: the condition of the view
 * `pg_user_mappings` (PostgreSQL source, system_views.sql). Where it is false, NULL means hidden, not empty.
 */
export const MAPPING_VISIBLE = `(
  (m.umuser ${NE} 0::pg_catalog.oid AND m.usename ${EQ} current_user
    AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE') OR pg_catalog.has_server_privilege(s.oid, 'USAGE')))
  OR (m.umuser ${EQ} 0::pg_catalog.oid AND pg_catalog.pg_has_role(s.srvowner, 'USAGE'))
  OR (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname ${EQ} current_user))`;

/** SQL for a role's name; `public` for the pseudo-role with OID 0. */
export function roleName(oid: string): string {
  return `CASE WHEN ${oid} ${EQ} 0::pg_catalog.oid THEN 'public' ELSE pg_catalog.pg_get_userbyid(${oid}) END`;
}

/** SQL for an object's grants. A NULL ACL means the default, in which only the owner has USAGE. */
export function usageGrants(acl: string, kind: 'F' | 'S', owner: string): string {
  return `pg_catalog.aclexplode(COALESCE(${acl}, pg_catalog.acldefault('${kind}', ${owner})))`;
}
