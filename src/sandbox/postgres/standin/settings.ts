import { literal } from './sql-text.js';

/** A setting that the extension's library would define: name, type, who may set it, its value, and the library's own default if that differs. */
type Setting = readonly [
  name: string,
  type: 'bool' | 'integer' | 'string',
  context: 'postmaster' | 'superuser' | 'user',
  value: string,
  boot?: string,
];

/** As recorded. */
const SETTINGS: readonly Setting[] = [
  ['allow_community_extensions', 'bool', 'superuser', 'off'],
  ['allow_unsigned_extensions', 'bool', 'superuser', 'on', 'off'],
  ['allowed_directories', 'string', 'superuser', ''],
  ['autoinstall_known_extensions', 'bool', 'superuser', 'off', 'on'],
  ['autoload_known_extensions', 'bool', 'superuser', 'on'],
  ['azure_transport_option_type', 'string', 'superuser', ''],
  ['convert_unsupported_numeric_to_double', 'bool', 'user', 'off'],
  ['custom_user_agent', 'string', 'superuser', ''],
  ['default_collation', 'string', 'superuser', ''],
  ['disabled_filesystems', 'string', 'superuser', ''],
  ['enable_external_access', 'bool', 'superuser', 'on'],
  ['extension_directory', 'string', 'superuser', '<extension-dir>', '<data-dir>/pg_duckdb/extensions'],
  ['force_execution', 'bool', 'user', 'off'],
  ['force_motherduck_views', 'bool', 'user', 'off'],
  ['log_pg_explain', 'bool', 'user', 'off'],
  ['max_memory', 'integer', 'superuser', '4096'],
  ['max_temp_directory_size', 'string', 'superuser', ''],
  ['max_workers_per_postgres_scan', 'integer', 'user', '2'],
  ['memory_limit', 'integer', 'superuser', '4096'],
  ['motherduck_session_hint', 'string', 'user', ''],
  ['postgres_role', 'string', 'postmaster', ''],
  ['temporary_directory', 'string', 'superuser', '<data-dir>/pg_duckdb/temp'],
  ['threads', 'integer', 'superuser', '-1'],
  ['threads_for_postgres_scan', 'integer', 'user', '2'],
  ['unsafe_allow_execution_inside_functions', 'bool', 'superuser', 'off'],
  ['unsafe_allow_mixed_transactions', 'bool', 'user', 'off'],
  ['worker_threads', 'integer', 'superuser', '-1'],
];

/** The settings' columns as pg_settings has them, in its order. */
const ROW = `s.name, duckdb_standin.setting(s.name), NULL::text, 'Customized Options', s.name, NULL::text, s.context, s.type,
      'default', NULL::text, NULL::text, NULL::text[], s.boot, s.value, NULL::text, NULL::int, false`;

/**
 * The extension's settings. Without its library Postgres takes `duckdb.*` for settings that anybody may read and set, and lists them
 * nowhere. SQL cannot change SHOW and SET; the functions and the view through which programs read settings it can replace, so that
 * `duckdb.postgres_role` is hidden from all but superusers and `pg_read_all_settings`, in the words of PostgreSQL 15.
 *
 * The replacements look the stand-in up when they are called, so that they outlive it.
 */
export const settingsSql = `
CREATE TABLE duckdb_standin.known_setting (name text PRIMARY KEY, type text NOT NULL, context text NOT NULL, value text NOT NULL, boot text NOT NULL);
INSERT INTO duckdb_standin.known_setting VALUES
  ${SETTINGS.map(([name, type, context, value, boot = value]) => `(${[`duckdb.${name}`, type, context, value, boot].map(literal).join(', ')})`).join(',\n  ')};
GRANT SELECT ON duckdb_standin.known_setting TO PUBLIC;

SET LOCAL allow_system_table_mods = on;
-- A second installation in this database finds them renamed.
DO $do$ BEGIN
  IF to_regprocedure('pg_catalog.duckdb_standin_setting(text, boolean)') IS NULL THEN
    ALTER FUNCTION pg_catalog.current_setting(text, boolean) RENAME TO duckdb_standin_setting;
    ALTER FUNCTION pg_catalog.current_setting(text) RENAME TO duckdb_standin_setting;
  END IF;
END $do$;

-- The value of a known setting: of this session, or as the database has it for new sessions, or the library's own.
CREATE FUNCTION duckdb_standin.setting(name text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT CASE WHEN v.val IN ('true', 'yes', '1') AND k.type = 'bool' THEN 'on' WHEN v.val IN ('false', 'no', '0') AND k.type = 'bool' THEN 'off' ELSE v.val END
  FROM duckdb_standin.known_setting k, LATERAL (SELECT coalesce(nullif(duckdb_standin_setting(k.name, true), ''), (
    SELECT substring(c FROM '=(.*)$') FROM pg_db_role_setting s, unnest(s.setconfig) c
    WHERE s.setrole = 0 AND s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND starts_with(c, k.name || '=')), k.value) AS val) v
  WHERE k.name = lower(setting.name);
$sql$;

CREATE FUNCTION duckdb_standin.may_read_settings() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT pg_has_role(current_user, 'pg_read_all_settings', 'USAGE');
$sql$;

-- What a program reads: refused where the setting is hidden, NULL where there is no such setting.
CREATE FUNCTION duckdb_standin.read_setting(name text) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  IF lower(name) = 'duckdb.postgres_role' AND NOT duckdb_standin.may_read_settings() THEN
    RAISE EXCEPTION USING ERRCODE = '42501',
      MESSAGE = 'must be superuser or have privileges of pg_read_all_settings to examine "duckdb.postgres_role"';
  END IF;
  RETURN duckdb_standin.setting(name);
END
$sql$;

CREATE OR REPLACE FUNCTION pg_catalog.current_setting(text, boolean) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $sql$
BEGIN
  IF pg_catalog.starts_with(pg_catalog.lower($1), 'duckdb.') AND pg_catalog.to_regproc('duckdb_standin.read_setting') IS NOT NULL THEN
    RETURN coalesce(duckdb_standin.read_setting($1), pg_catalog.duckdb_standin_setting($1, $2));
  END IF;
  RETURN pg_catalog.duckdb_standin_setting($1, $2);
END
$sql$;
CREATE OR REPLACE FUNCTION pg_catalog.current_setting(text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $sql$
BEGIN
  RETURN pg_catalog.current_setting($1, false);
END
$sql$;

CREATE OR REPLACE FUNCTION pg_catalog.duckdb_standin_settings() RETURNS SETOF record LANGUAGE plpgsql STABLE AS $sql$
BEGIN
  IF pg_catalog.to_regclass('duckdb_standin.known_setting') IS NULL THEN RETURN; END IF;
  RETURN QUERY SELECT ${ROW}
  FROM duckdb_standin.known_setting s WHERE s.name <> 'duckdb.postgres_role' OR duckdb_standin.may_read_settings();
END
$sql$;
CREATE OR REPLACE VIEW pg_catalog.pg_settings AS
  SELECT * FROM pg_catalog.pg_show_all_settings() a
  UNION ALL
  SELECT * FROM pg_catalog.duckdb_standin_settings() b (name text, setting text, unit text, category text, short_desc text, extra_desc text,
    context text, vartype text, source text, min_val text, max_val text, enumvals text[], boot_val text, reset_val text, sourcefile text,
    sourceline int, pending_restart boolean);
SET LOCAL allow_system_table_mods = off;
`;

/** SQL that makes the settings known to SHOW in later sessions of this database, but for `duckdb.postgres_role`, which has no default. */
export const settingDefaultsSql = `
DO $do$
DECLARE
  setting record;
BEGIN
  FOR setting IN SELECT k.name, k.value FROM duckdb_standin.known_setting k WHERE k.value <> '' AND NOT EXISTS (
    SELECT FROM pg_db_role_setting s, unnest(s.setconfig) c
    WHERE s.setrole = 0 AND s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) AND starts_with(c, k.name || '='))
  LOOP
    EXECUTE format('ALTER DATABASE %I SET %s = %L', current_database(), setting.name, setting.value);
  END LOOP;
END
$do$;
`;
