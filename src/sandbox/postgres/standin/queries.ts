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
  first_secret text;
BEGIN
  PERFORM duckdb_standin.require_duckdb(current_user);
  IF duckdb_standin.in_subtransaction() THEN
    PERFORM duckdb_standin.refuse('(PGDuckDB/CreatePlan) Not implemented Error: SAVEPOINT and subtransactions are not supported in DuckDB');
  END IF;
  problem := duckdb_standin.load_problem(current_user);
  IF problem IS NOT NULL THEN
    PERFORM duckdb_standin.refuse('(PGDuckDB/CreatePlan) ' || problem);
  END IF;
  IF query ~* 'duckdb_secrets\\s*\\(\\s*redact' THEN
    PERFORM duckdb_standin.refuse('(PGDuckDB/CreatePlan) Prepared query returned an error: Invalid Input Error: Displaying unredacted secrets is disabled'
      || duckdb_standin.excerpt(format('SELECT query.* FROM system.main.query(%L)', query), 20));
  END IF;
  -- This transaction has now loaded its secrets: see duckdb_standin.try_secret.
  IF coalesce(current_setting('duckdb_standin.loaded', true), '') = '' THEN
    SELECT s.name INTO first_secret FROM duckdb_standin.secrets(current_user) s LIMIT 1;
    PERFORM set_config('duckdb_standin.loaded', coalesce(first_secret, ''), true);
    PERFORM set_config('duckdb_standin.stale', '', true);
  END IF;
  IF query ~* '\\mduckdb_secrets\\s*\\(\\s*\\)' THEN
    RETURN QUERY SELECT * FROM duckdb_standin.secrets(current_user);
  ELSIF query ~* '^\\s*SELECT\\s+[0-9]+(\\s+AS\\s+\\w+)?\\s*;?\\s*$' THEN
    name := substring(query FROM '[0-9]+');
    RETURN NEXT;
  ELSE
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'this stand-in for DuckDB runs no queries',
      HINT = 'It answers SELECT … FROM duckdb_secrets(), always with the columns name, type, provider, storage, scope and secret_string.';
  END IF;
END
$sql$;

-- There is no DuckDB to restart. COMMIT makes Postgres refuse the call inside a transaction block (2D000), as the
-- extension does; a procedure with COMMIT can't also fix its search_path.
CREATE PROCEDURE duckdb.recycle_ddb() LANGUAGE plpgsql AS $sql$
BEGIN
  PERFORM duckdb_standin.require_duckdb(current_user);
  COMMIT;
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
