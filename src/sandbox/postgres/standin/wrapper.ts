/**
 * The wrapper itself. Its validator sees only options, as in the real extension; it marks the statement for the event
 * trigger at the statement's end, which sees the server's type and the merged options. So RENAME, OWNER TO and VERSION,
 * for which Postgres calls no validator, are not checked, exactly as in the real extension.
 */
export const wrapperSql = `
CREATE FUNCTION duckdb.fdw_handler() RETURNS fdw_handler LANGUAGE internal STRICT AS 'fdw_handler_in';

CREATE FUNCTION duckdb.fdw_validator(options text[], catalog oid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  IF catalog NOT IN ('pg_foreign_server'::regclass, 'pg_user_mapping'::regclass) THEN
    IF catalog = 'pg_foreign_data_wrapper'::regclass AND cardinality(options) = 0 THEN RETURN; END IF;
    PERFORM duckdb_standin.refuse('pgduckdb FDW only support ''SERVER'' and ''USER MAPPING'' objects.');
  END IF;
  -- Checked now, before the catalog changes: DuckDB loads the secrets as they were. MotherDuck's servers need no DuckDB.
  PERFORM set_config('duckdb_standin.load_problem',
    CASE WHEN duckdb_standin.is_current() OR NOT duckdb_standin.may_use_duckdb(current_user) THEN '' ELSE coalesce(duckdb_standin.load_problem(current_user), '') END, true);
  -- The name under which a secret is tried may be taken by a server's.
  PERFORM set_config('duckdb_standin.validation_taken', CASE WHEN EXISTS (
    SELECT FROM pg_foreign_server f JOIN pg_foreign_data_wrapper w ON w.oid = f.srvfdw
    WHERE w.fdwname = 'duckdb' AND lower(f.srvname) = 'validation') THEN 'on' ELSE '' END, true);
  PERFORM set_config('duckdb_standin.validating', 'on', true);
END
$sql$;

CREATE FOREIGN DATA WRAPPER duckdb HANDLER duckdb.fdw_handler VALIDATOR duckdb.fdw_validator;

-- The checks that need DuckDB, after those that need only the options.
CREATE FUNCTION duckdb_standin.try_secret(role name, server_type text, server_options text[], mapping_options text[], of_server boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  s duckdb_standin.secret;
  misplaced text[];
  before text := nullif(current_setting('duckdb_standin.load_problem', true), '');
  loaded text := nullif(current_setting('duckdb_standin.loaded', true), '');
BEGIN
  IF before IS NOT NULL THEN
    PERFORM duckdb_standin.refuse('(PGDuckDB/GetQueryError) ' || before);
  END IF;
  -- A DuckDB query earlier in this transaction holds the secrets; the second change after it reloads them, and collides.
  IF loaded IS NOT NULL AND current_setting('duckdb_standin.stale', true) = 'on' THEN
    PERFORM duckdb_standin.refuse(format('(PGDuckDB/GetQueryError) TransactionContext Error: Catalog write-write conflict on create with "%s"', loaded));
  END IF;
  SELECT (duckdb_standin.make(role, 'validation', server_type, m.names, m.vals, 'BEGIN; ')).* INTO s
  FROM duckdb_standin.merged(server_options, mapping_options) m;
  IF s.problem IS NULL AND current_setting('duckdb_standin.validation_taken', true) = 'on' THEN
    s.problem := 'Temporary secret with name ''pgduckdb_secret_validation'' already exists!';
  END IF;
  IF s.problem IS NOT NULL THEN
    PERFORM duckdb_standin.refuse(s.problem);
  END IF;
  IF of_server THEN
    SELECT array_agg(format('''%s''', o.name) ORDER BY o.ordinal DESC) INTO misplaced
    FROM duckdb_standin.secret_option o
    WHERE o.type = s.type AND o.provider = s.provider AND o.sensitive
      AND o.name IN (SELECT option_name FROM pg_options_to_table(server_options));
    IF misplaced IS NOT NULL THEN
      PERFORM duckdb_standin.refuse(format('Option%s %s cannot be used in the SERVER''s OPTIONS, please move it to the USER MAPPING',
        CASE WHEN cardinality(misplaced) > 1 THEN 's' ELSE '' END, array_to_string(misplaced, ', ')));
    END IF;
  END IF;
  IF loaded IS NOT NULL THEN
    PERFORM set_config('duckdb_standin.stale', 'on', true);
  END IF;
END
$sql$;

CREATE FUNCTION duckdb_standin.check_motherduck_server(server oid, options text[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  other text;
  odd text;
BEGIN
  SELECT f.srvname INTO other FROM pg_foreign_server f JOIN pg_foreign_data_wrapper w ON w.oid = f.srvfdw
  WHERE w.fdwname = 'duckdb' AND f.srvtype = 'motherduck' AND (f.oid <> server OR current_setting('duckdb_standin.altering', true) = 'on')
  ORDER BY f.oid LIMIT 1;
  IF other IS NOT NULL THEN
    PERFORM duckdb_standin.refuse(format('MotherDuck FDW already exists (''%s'')', other));
  END IF;
  SELECT o.option_name INTO odd FROM pg_options_to_table(options) o
  WHERE o.option_name NOT IN ('default_database', 'tables_owner_role', 'background_catalog_refresh_inactivity_timeout') LIMIT 1;
  IF odd IS NOT NULL THEN
    PERFORM duckdb_standin.refuse(format('Unknown option: ''%s''', odd));
  END IF;
END
$sql$;

CREATE FUNCTION duckdb_standin.check_motherduck_mapping(options text[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  odd text;
BEGIN
  SELECT o.option_name INTO odd FROM pg_options_to_table(options) o WHERE o.option_name <> 'token' LIMIT 1;
  IF odd IS NOT NULL THEN
    PERFORM duckdb_standin.refuse(format('Unknown option: ''%s''', odd));
  END IF;
  IF NOT EXISTS (SELECT FROM pg_options_to_table(options) o WHERE o.option_name = 'token') THEN
    PERFORM duckdb_standin.refuse('Missing required option: ''token''');
  END IF;
END
$sql$;

CREATE FUNCTION duckdb_standin.check_server(server oid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  f pg_foreign_server;
BEGIN
  SELECT * INTO STRICT f FROM pg_foreign_server WHERE oid = server;
  IF f.srvtype = 'motherduck' THEN
    PERFORM duckdb_standin.check_motherduck_server(server, f.srvoptions);
    RETURN;
  END IF;
  PERFORM duckdb_standin.require_duckdb(current_user);
  IF f.srvtype IS NULL THEN
    PERFORM duckdb_standin.refuse('Missing required option: ''type''');
  ELSE
    PERFORM duckdb_standin.try_secret(current_user, f.srvtype, f.srvoptions, NULL, true);
  END IF;
END
$sql$;

-- Mappings are hidden from most roles, so this one reads them with the rights of the wrapper's owner.
CREATE FUNCTION duckdb_standin.check_mapping(role name, mapping oid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  f record;
BEGIN
  SELECT s.srvtype, s.srvoptions, u.umoptions INTO STRICT f
  FROM pg_user_mapping u JOIN pg_foreign_server s ON s.oid = u.umserver WHERE u.oid = mapping;
  IF f.srvtype = 'motherduck' THEN
    PERFORM duckdb_standin.check_motherduck_mapping(f.umoptions);
  ELSE
    PERFORM duckdb_standin.require_duckdb(role);
    PERFORM duckdb_standin.try_secret(role, f.srvtype, f.srvoptions, f.umoptions, false);
  END IF;
END
$sql$;

CREATE FUNCTION duckdb_standin.on_secret_ddl() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  change record;
BEGIN
  -- What a transaction has loaded stays, unless it changes it itself.
  PERFORM set_config('duckdb_standin.pinned', '', true);
  IF coalesce(current_setting('duckdb_standin.validating', true), '') <> 'on' THEN RETURN; END IF;
  PERFORM set_config('duckdb_standin.validating', '', true);
  PERFORM set_config('duckdb_standin.altering', CASE WHEN tg_tag LIKE 'ALTER%' THEN 'on' ELSE '' END, true);
  FOR change IN SELECT c.classid, c.objid FROM pg_event_trigger_ddl_commands() c LOOP
    IF change.classid = 'pg_foreign_server'::regclass THEN
      PERFORM duckdb_standin.check_server(change.objid);
    ELSIF change.classid = 'pg_user_mapping'::regclass THEN
      PERFORM duckdb_standin.check_mapping(current_user, change.objid);
    END IF;
  END LOOP;
  PERFORM set_config('duckdb_standin.load_problem', '', true);
END
$sql$;

CREATE EVENT TRIGGER duckdb_standin_secret_trigger ON ddl_command_end
  WHEN TAG IN ('CREATE SERVER', 'ALTER SERVER', 'DROP SERVER', 'CREATE USER MAPPING', 'ALTER USER MAPPING', 'DROP USER MAPPING')
  EXECUTE FUNCTION duckdb_standin.on_secret_ddl();
`;
