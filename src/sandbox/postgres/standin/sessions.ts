/**
 * A session's loaded secrets. DuckDB loads them inside the transaction of a query, and notes outside of it that it did: after a query that
 * fails, or a transaction that rolls back, the session has the secrets of before and takes them for those of now.
 *
 * What is loaded is a setting of the session, which a rollback takes back. That it was tried is a session-level advisory lock, which a
 * rollback leaves; its key is a hash of the catalogs as they were.
 */
export const sessionsSql = `
-- What the catalogs of servers and mappings look like. Anybody's change of a server, mapping, owner or grant makes it another.
CREATE FUNCTION duckdb_standin.catalog_state() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT hashtext(coalesce(string_agg(r.row, ' ' ORDER BY r.row COLLATE "C"), '')) FROM (
    SELECT format('s%s.%s', f.oid, f.xmin) AS row FROM pg_foreign_server f
    UNION ALL SELECT format('m%s.%s', m.oid, m.xmin) FROM pg_user_mapping m) r;
$sql$;

-- Whether this session is one client's: a Postgres that all clients share has no sessions to speak of.
CREATE FUNCTION duckdb_standin.has_session() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT NOT EXISTS (SELECT FROM duckdb_standin.host h WHERE h.fact = 'shared_session');
$sql$;

-- The keys of the lock: the first says that it is ours.
CREATE FUNCTION duckdb_standin.tried_states() RETURNS SETOF int LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT (l.objid::bigint - CASE WHEN l.objid::bigint > 2147483647 THEN 4294967296 ELSE 0 END)::int FROM pg_locks l
  WHERE l.locktype = 'advisory' AND l.pid = pg_backend_pid() AND l.objsubid = 2 AND l.classid = 1146438770::oid AND l.mode = 'ShareLock'
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
$sql$;

-- Whether this session takes what it has for the secrets of now.
CREATE FUNCTION duckdb_standin.is_current() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  -- In this order: the hash is of all servers.
  SELECT CASE WHEN NOT duckdb_standin.has_session() OR NOT EXISTS (SELECT FROM duckdb_standin.tried_states()) THEN false
    ELSE duckdb_standin.catalog_state() IN (SELECT duckdb_standin.tried_states()) END;
$sql$;

-- Loads the secrets of the role for this session. The problem, if there is one, in DuckDB's words.
CREATE FUNCTION duckdb_standin.load_session() RETURNS text LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  problem text := duckdb_standin.load_problem(current_user);
BEGIN
  IF problem IS NOT NULL THEN RETURN problem; END IF;
  PERFORM set_config('duckdb_standin.secrets',
    (SELECT coalesce(json_agg(l ORDER BY l.name COLLATE "C"), '[]')::text FROM duckdb_standin.secrets(current_user) l), false);
  IF duckdb_standin.has_session() THEN
    PERFORM pg_advisory_unlock_shared(1146438770, t) FROM duckdb_standin.tried_states() t;
    PERFORM pg_advisory_lock_shared(1146438770, duckdb_standin.catalog_state());
  END IF;
  RETURN NULL;
END
$sql$;

-- What this session has loaded.
CREATE FUNCTION duckdb_standin.loaded_secrets()
RETURNS TABLE (name text, type text, provider text, storage text, scope text[], secret_string text) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT * FROM json_to_recordset(coalesce(nullif(current_setting('duckdb_standin.secrets', true), ''), '[]')::json)
    AS l(name text, type text, provider text, storage text, scope text[], secret_string text);
$sql$;
`;
