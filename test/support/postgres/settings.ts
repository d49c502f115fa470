import { query } from './client.js';

/**
 * Makes `duckdb.postgres_role` in a database what the extension makes it, where the stand-in has only a free-form setting: to read it by
 * `current_setting` is an error for all but superusers and members of `pg_read_all_settings`, and `pg_settings` has its row for those alone
 * (recorded cases set.role_*).
 */
export async function hideRoleSetting(url: string): Promise<void> {
  await query(
    url,
    `SET allow_system_table_mods = on;
     ALTER FUNCTION pg_catalog.current_setting(text, boolean) RENAME TO current_setting_anyway;
     CREATE FUNCTION pg_catalog.may_examine() RETURNS boolean LANGUAGE sql STABLE AS
       $$ SELECT pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE') $$;
     CREATE FUNCTION pg_catalog.current_setting(name text, missing_ok boolean) RETURNS text LANGUAGE plpgsql STABLE STRICT AS $$
     BEGIN
       IF name = 'duckdb.postgres_role' AND NOT pg_catalog.may_examine() THEN
         RAISE EXCEPTION USING ERRCODE = '42501',
           MESSAGE = 'must be superuser or have privileges of pg_read_all_settings to examine "duckdb.postgres_role"';
       END IF;
       RETURN pg_catalog.current_setting_anyway(name, missing_ok);
     END $$;
     CREATE OR REPLACE VIEW pg_catalog.pg_settings AS
       SELECT * FROM pg_catalog.pg_show_all_settings() AS a
       UNION ALL
       SELECT r.* FROM pg_catalog.jsonb_populate_record(NULL::pg_catalog.pg_settings, pg_catalog.jsonb_build_object(
           'name', 'duckdb.postgres_role', 'setting', pg_catalog.current_setting_anyway('duckdb.postgres_role', true))) AS r
         WHERE pg_catalog.may_examine();
     CREATE OR REPLACE FUNCTION duckdb_standin.postgres_role() RETURNS text LANGUAGE sql STABLE AS
       $$ SELECT coalesce(pg_catalog.current_setting_anyway('duckdb.postgres_role', true), '') $$`,
  );
}
