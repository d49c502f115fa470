/**
 * Whether a role's secrets can be loaded. Every change of a secret asks, with all secrets of the database, so the question
 * is answered in one statement for the usual case that all is well; only otherwise one secret after the other is made, to
 * find the first that can't be and to say what DuckDB says about it.
 */
export const loadingSql = `
-- True only when duckdb_standin.load would find no problem. Reads all mappings: nobody but the function below may call it.
CREATE FUNCTION duckdb_standin.all_well(role name) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  plain constant text := '^([A-Za-z_]|[^\\x01-\\x7f])([A-Za-z0-9_$]|[^\\x01-\\x7f])*$';
  me oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = role);
BEGIN
  RETURN NOT EXISTS (
    WITH server AS MATERIALIZED (
      SELECT f.oid, f.srvname, f.srvtype, f.srvoptions, m.oid AS mapping, m.umoptions
      FROM pg_foreign_server f
      JOIN pg_foreign_data_wrapper w ON w.oid = f.srvfdw AND w.fdwname = 'duckdb'
      LEFT JOIN pg_user_mapping own ON own.umserver = f.oid AND own.umuser = me
      LEFT JOIN pg_user_mapping m ON m.umserver = f.oid AND m.umuser = CASE WHEN own.oid IS NULL THEN 0 ELSE me END
    ), given AS MATERIALIZED (
      SELECT s.oid, false AS mapped, o.option_name, o.option_value FROM server s, pg_options_to_table(s.srvoptions) o
      UNION ALL
      SELECT s.oid, true, o.option_name, o.option_value FROM server s, pg_options_to_table(s.umoptions) o
    ), special AS MATERIALIZED (
      SELECT g.oid, lower(coalesce(max(g.option_value) FILTER (WHERE g.mapped), max(g.option_value))) AS provider
      FROM given g WHERE g.option_name = 'provider' GROUP BY 1
    ), secret AS MATERIALIZED (
      SELECT s.oid, lower(s.srvtype) AS type, coalesce(nullif(x.provider, ''), t.default_provider) AS provider
      FROM server s LEFT JOIN special x ON x.oid = s.oid LEFT JOIN duckdb_standin.secret_type t ON t.type = lower(s.srvtype)
    ), used AS (
      SELECT DISTINCT c.type, c.provider FROM secret c
    )
    SELECT FROM server s
    WHERE s.srvtype = 'motherduck' OR s.srvname !~ '^([A-Za-z0-9_$]|[^\\x01-\\x7f])+$' OR s.srvtype IS NULL OR s.srvtype !~ plain
    UNION ALL
    SELECT FROM server s GROUP BY lower(s.srvname) HAVING count(*) > 1
    UNION ALL
    SELECT FROM given g WHERE g.option_name !~ plain OR lower(g.option_name) = 'type'
      OR (g.option_name <> 'provider' AND lower(g.option_name) = 'provider')
    UNION ALL
    SELECT FROM given g WHERE lower(g.option_name) NOT IN ('scope', 'provider') GROUP BY g.oid, lower(g.option_name) HAVING count(*) > 1
    UNION ALL
    SELECT FROM used u
    LEFT JOIN duckdb_standin.secret_provider p ON p.type = u.type AND p.provider = u.provider
    WHERE p.type IS NULL OR NOT duckdb_standin.has_extension(p.extension, role)
    UNION ALL
    -- These can fail for what the server's machine lacks: they are made one by one, unless nothing is asked of it.
    SELECT FROM secret c
    WHERE c.type = 'iceberg' OR (c.provider = 'credential_chain' AND c.type IN ('s3', 'gcs', 'r2', 'aws', 'rds') AND (
      NOT EXISTS (SELECT FROM given g WHERE g.oid = c.oid AND lower(g.option_name) = 'validation' AND lower(g.option_value) = 'none')
      OR EXISTS (SELECT FROM given g WHERE g.oid = c.oid AND lower(g.option_name) IN ('chain', 'assume_role_arn'))))
    UNION ALL
    SELECT FROM given g WHERE lower(g.option_name) = 'refresh_info'
    UNION ALL
    SELECT FROM given g JOIN secret c ON c.oid = g.oid
    LEFT JOIN duckdb_standin.secret_option o ON o.type = c.type AND o.provider = c.provider AND o.name = lower(g.option_name)
    WHERE lower(g.option_name) NOT IN ('scope', 'provider') AND (o.name IS NULL
      OR (o."cast" <> 'VARCHAR' AND (duckdb_standin.cast_value(g.option_name, o."cast", g.option_value)).problem IS NOT NULL)));
END
$sql$;
REVOKE ALL ON FUNCTION duckdb_standin.all_well(name) FROM PUBLIC;

-- Why this role's secrets can't be loaded, with DuckDB's class of error; NULL when they can.
CREATE FUNCTION duckdb_standin.load_problem(role name) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  row_without_file text := duckdb_standin.row_without_file();
BEGIN
  PERFORM duckdb_standin.require_own_role(role);
  IF row_without_file IS NOT NULL THEN RETURN 'IO Error: ' || duckdb_standin.extension_missing(row_without_file); END IF;
  IF duckdb_standin.all_well(role) THEN RETURN NULL; END IF;
  RETURN (SELECT l.kind || ': ' || l.problem FROM duckdb_standin.load(role) l WHERE l.problem IS NOT NULL);
END
$sql$;
`;
