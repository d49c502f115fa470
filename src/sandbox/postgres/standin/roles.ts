/** Who may use DuckDB, and how a refusal is raised. */
export const rolesSql = `
-- Every error of the extension is XX000 unless Postgres itself refuses.
CREATE FUNCTION duckdb_standin.refuse(problem text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = problem;
END
$sql$;

CREATE FUNCTION duckdb_standin.is_superuser(role name) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT coalesce((SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = role), false);
$sql$;

-- duckdb.postgres_role, for the extension itself: nothing is hidden from it.
CREATE FUNCTION duckdb_standin.postgres_role() RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT duckdb_standin.setting('duckdb.postgres_role');
$sql$;

-- Superusers, and members of the role that duckdb.postgres_role names (unset: superusers only).
CREATE FUNCTION duckdb_standin.may_use_duckdb(role name) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT r.rolsuper OR EXISTS (
    SELECT FROM pg_roles g
    WHERE g.rolname = duckdb_standin.postgres_role() AND pg_has_role(r.oid, g.oid, 'MEMBER'))
  FROM pg_roles r WHERE r.rolname = role;
$sql$;

CREATE FUNCTION duckdb_standin.require_duckdb(role name) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  IF NOT duckdb_standin.may_use_duckdb(role) THEN
    PERFORM duckdb_standin.refuse('DuckDB execution is not allowed because you have not been granted the duckdb.postgres_role');
  END IF;
END
$sql$;

-- A SECURITY DEFINER function acts for a role that its caller names; that must be one the session could act as anyway.
CREATE FUNCTION duckdb_standin.require_own_role(role name) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  IF NOT pg_has_role(session_user, role, 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('permission denied to act for role "%s"', role);
  END IF;
END
$sql$;
`;
