import { literal } from './sql-text.js';

/**
 * The extension's own row. Tools find the wrapper's extension in `pg_extension`, which `CREATE EXTENSION` fills from files
 * in the server's installation; plain SQL can only write the row itself, which a superuser may do with
 * `allow_system_table_mods`. The rest is ordinary: `ALTER EXTENSION … ADD` makes the objects members, so Postgres refuses
 * to drop them one by one, and `DROP EXTENSION` drops all of them together.
 */
export function extensionRowSql(name: string, version: string): string {
  const extension = `"${name.replaceAll('"', '""')}"`;
  return `
DO $do$
DECLARE
  member record;
  extension_oid oid := pg_catalog.pg_nextoid('pg_catalog.pg_extension', 'oid', 'pg_catalog.pg_extension_oid_index');
BEGIN
  SET LOCAL allow_system_table_mods = on;
  INSERT INTO pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion, extconfig, extcondition)
  SELECT extension_oid, ${literal(name)}, r.oid, 'pg_catalog'::regnamespace, false, ${literal(version)}, NULL, NULL
  FROM pg_catalog.pg_roles r WHERE r.rolname = current_user;
  -- The schemas come last: an extension can't be told to add what it already reaches through them.
  FOR member IN
    SELECT 1 AS turn, CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || p.oid::regprocedure AS what
    FROM pg_catalog.pg_proc p WHERE p.pronamespace IN ('duckdb'::regnamespace, 'duckdb_standin'::regnamespace)
    UNION ALL
    SELECT 2, 'TABLE ' || c.oid::regclass FROM pg_catalog.pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace IN ('duckdb'::regnamespace, 'duckdb_standin'::regnamespace)
    UNION ALL SELECT 3, 'TYPE duckdb_standin.secret'
    UNION ALL SELECT 4, 'FOREIGN DATA WRAPPER duckdb'
    UNION ALL SELECT 5, 'EVENT TRIGGER duckdb_standin_secret_trigger'
    UNION ALL SELECT 6, 'SCHEMA duckdb_standin'
    UNION ALL SELECT 7, 'SCHEMA duckdb'
    ORDER BY 1
  LOOP
    EXECUTE 'ALTER EXTENSION ${extension} ADD ' || member.what;
  END LOOP;
END
$do$;
`;
}
