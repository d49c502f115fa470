/**
 * The little of DuckDB's queries that the stand-in can answer: the list of secrets, and whether DuckDB is up at all. A real
 * `duckdb.query` gives whatever columns its query has, by a hook in Postgres' parser; a function of SQL has fixed ones.
 */
export const queriesSql = `
-- What duckdb_secrets() lists for a role.
CREATE FUNCTION duckdb_standin.secrets(role name)
RETURNS TABLE (name text, type text, provider text, storage text, scope text[], secret_string text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  PERFORM duckdb_standin.require_own_role(role);
  RETURN QUERY SELECT l.name, l.type, l.provider, 'memory', l.scope, duckdb_standin.shown(l)
  FROM duckdb_standin.load(role) l ORDER BY l.name COLLATE "C";
END
$sql$;

-- Is this a subtransaction? A row written in one carries an id that is not the transaction's own.
CREATE TABLE duckdb_standin.probe (nothing int);
CREATE FUNCTION duckdb_standin.in_subtransaction() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  writer text;
BEGIN
  IF current_setting('transaction_read_only') = 'on' THEN RETURN false; END IF;
  INSERT INTO duckdb_standin.probe VALUES (NULL) RETURNING xmin::text INTO writer;
  DELETE FROM duckdb_standin.probe WHERE xmin::text = writer;
  RETURN writer <> pg_current_xact_id()::xid::text;
END
$sql$;

CREATE FUNCTION duckdb.query(query text)
RETURNS TABLE (name text, type text, provider text, storage text, scope text[], secret_string text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  problem text;
  unknown text;
BEGIN
  PERFORM duckdb_standin.require_duckdb(current_user);
  IF duckdb_standin.in_subtransaction() THEN
    PERFORM duckdb_standin.refuse('(PGDuckDB/CreatePlan) Not implemented Error: SAVEPOINT and subtransactions are not supported in DuckDB');
  END IF;
  IF NOT duckdb_standin.is_current() AND coalesce(current_setting('duckdb_standin.pinned', true), '') = '' THEN
    problem := duckdb_standin.load_session();
    IF problem IS NOT NULL THEN
      PERFORM duckdb_standin.refuse('(PGDuckDB/CreatePlan) ' || problem);
    END IF;
  END IF;
  IF query ~* 'duckdb_secrets\\s*\\(\\s*redact' THEN
    PERFORM duckdb_standin.refuse('(PGDuckDB/CreatePlan) Prepared query returned an error: Invalid Input Error: Displaying unredacted secrets is disabled'
      || duckdb_standin.excerpt(format('SELECT query.* FROM system.main.query(%L)', query), 20));
  END IF;
  unknown := substring(query FROM '(?i)^\\s*SELECT\\s+"?([a-z_][a-z0-9_]*)"?\\s*;?\\s*$');
  IF lower(unknown) NOT IN ('true', 'false', 'null', 'current_date', 'current_timestamp', 'current_user') THEN
    PERFORM duckdb_standin.refuse(format('(PGDuckDB/CreatePlan) Prepared query returned an error: Binder Error: Referenced column "%s" was not found because the FROM clause is missing', unknown)
      || duckdb_standin.excerpt(format('SELECT query.* FROM system.main.query(%L::text) query', query), 20));
  END IF;
  PERFORM set_config('duckdb_standin.pinned', 'on', true);
  -- This transaction has now loaded its secrets: see duckdb_standin.try_secret.
  IF coalesce(current_setting('duckdb_standin.queried', true), '') = '' THEN
    PERFORM set_config('duckdb_standin.queried', 'on', true);
    PERFORM set_config('duckdb_standin.loaded', coalesce((SELECT min(s.name COLLATE "C") FROM duckdb_standin.loaded_secrets() s), ''), true);
    PERFORM set_config('duckdb_standin.stale', '', true);
  END IF;
  IF query ~* '\\mduckdb_secrets\\s*\\(\\s*\\)' THEN
    RETURN QUERY SELECT * FROM duckdb_standin.loaded_secrets();
  ELSIF query ~* '\\mduckdb_secret_types\\s*\\(\\s*\\)' THEN
    RETURN QUERY SELECT NULL::text, t.type, t.default_provider, NULL::text, NULL::text[], NULL::text
    FROM duckdb_standin.secret_type t JOIN duckdb_standin.secret_provider p ON p.type = t.type AND p.provider = t.default_provider
    WHERE p.extension = 'httpfs' ORDER BY t.type COLLATE "C";
  ELSIF query ~* '^\\s*SELECT\\s+[0-9]+(\\s+AS\\s+\\w+)?\\s*;?\\s*$' THEN
    name := substring(query FROM '[0-9]+');
    RETURN NEXT;
  ELSE
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'this stand-in for DuckDB runs no queries',
      HINT = 'It answers SELECT … FROM duckdb_secrets(), always with the columns name, type, provider, storage, scope and secret_string.';
  END IF;
END
$sql$;

-- A DuckDB that starts anew has no secrets, and does not load any until the next change. COMMIT makes Postgres refuse the call inside a
-- transaction block (2D000), as the extension does; a procedure with COMMIT can't also fix its search_path.
CREATE PROCEDURE duckdb.recycle_ddb() LANGUAGE plpgsql AS $sql$
BEGIN
  PERFORM duckdb_standin.require_duckdb(current_user);
  COMMIT;
  PERFORM pg_catalog.set_config('duckdb_standin.secrets', '', false);
END
$sql$;
REVOKE ALL ON PROCEDURE duckdb.recycle_ddb() FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE duckdb.recycle_ddb() TO PUBLIC;

-- A MotherDuck server counts only for those who have a token.
CREATE FUNCTION duckdb.is_motherduck_enabled() RETURNS boolean LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT EXISTS (
    SELECT FROM pg_user_mappings u JOIN pg_foreign_server f ON f.oid = u.srvid
    JOIN pg_foreign_data_wrapper w ON w.oid = f.srvfdw AND w.fdwname = 'duckdb'
    WHERE f.srvtype = 'motherduck' AND u.usename IN (current_user, 'public'));
$sql$;
REVOKE ALL ON FUNCTION duckdb.is_motherduck_enabled() FROM PUBLIC;
`;
