import { EQ } from '../../net/sql/index.js';
import { MAPPING_VISIBLE, roleName, usageGrants, WRAPPER } from './sql.js';

/** What to read. */
interface ReadSql {
  /** SQL for a text array of the servers' names, or `undefined` for all servers. */
  readonly names: string | undefined;
  /** SQL for an array of OIDs of servers to read besides, whatever their names are by now. */
  readonly ids?: string;
  /** Whether to read the values of mappings, or only the names of their options. */
  readonly values: boolean;
  /** Whether the catalog `pg_user_mapping` may be read (superusers): it has the versions of mappings. */
  readonly catalog: boolean;
}

const OPTIONS = (options: string, value: string): string =>
  `(SELECT pg_catalog.json_object_agg(o.option_name, ${value}) FROM pg_catalog.pg_options_to_table(${options}) o)`;

/**
 * One SELECT that returns one JSON document: the wrapper's servers, their mappings, and who has USAGE. The server itself splits the
 * options (`pg_options_to_table`), since values may contain any character.
 */
export function readSql({ names, ids, values, catalog }: ReadSql): string {
  const byId = ids === undefined ? '' : ` OR f.oid ${EQ} ANY (${ids})`;
  const wanted = names === undefined ? 'true' : `(f.srvname ${EQ} ANY (${names})${byId})`;
  const version = catalog
    ? `(SELECT u.xmin::pg_catalog.text FROM pg_catalog.pg_user_mapping u WHERE u.oid ${EQ} m.umid)`
    : 'NULL::pg_catalog.text';
  return `WITH w AS (
  SELECT oid, fdwowner, fdwacl FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwname ${EQ} '${WRAPPER}'
), s AS (
  SELECT f.oid, f.xmin AS version, f.srvname, f.srvtype, f.srvowner, f.srvacl, f.srvoptions
  FROM pg_catalog.pg_foreign_server f JOIN w ON w.oid ${EQ} f.srvfdw WHERE ${wanted}
)
SELECT pg_catalog.json_build_object(
  'servers', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(
    'id', s.oid::pg_catalog.text, 'version', s.version::pg_catalog.text, 'name', s.srvname, 'type', s.srvtype,
    'owner', pg_catalog.pg_get_userbyid(s.srvowner), 'owned', pg_catalog.pg_has_role(s.srvowner, 'USAGE'),
    'comment', pg_catalog.obj_description(s.oid, 'pg_foreign_server'),
    'options', ${OPTIONS('s.srvoptions', 'o.option_value')}) ORDER BY s.srvname), '[]') FROM s),
  'mappings', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(
    'id', m.umid::pg_catalog.text, 'version', ${version}, 'server', s.srvname, 'role', ${roleName('m.umuser')},
    'visible', ${MAPPING_VISIBLE},
    'options', ${OPTIONS('m.umoptions', values ? 'o.option_value' : 'NULL::pg_catalog.text')}) ORDER BY m.umid), '[]')
    FROM pg_catalog.pg_user_mappings m JOIN s ON s.oid ${EQ} m.srvid),
  'serverUsage', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(
    'id', pg_catalog.concat(g.srv, '/', g.grantee), 'server', g.srvname, 'role', ${roleName('g.grantee')},
    'implied', g.grantee ${EQ} g.srvowner)), '[]')
    FROM (SELECT DISTINCT s.oid AS srv, s.srvname, s.srvowner, a.grantee FROM s,
      ${usageGrants('s.srvacl', 'S', 's.srvowner')} a WHERE a.privilege_type ${EQ} 'USAGE') g),
  'wrapperUsage', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(
    'id', pg_catalog.concat(g.fdw, '/', g.grantee), 'role', ${roleName('g.grantee')},
    'implied', g.grantee ${EQ} g.fdwowner OR COALESCE(
      (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.oid ${EQ} g.grantee), false))), '[]')
    FROM (SELECT DISTINCT w.oid AS fdw, w.fdwowner, a.grantee FROM w,
      ${usageGrants('w.fdwacl', 'F', 'w.fdwowner')} a WHERE a.privilege_type ${EQ} 'USAGE') g)
) AS document`;
}
