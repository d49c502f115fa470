/** What the functions for secrets share, and the one for Azure. */
export const helpersSql = `
-- base, base_1, base_2 …: the first name that is free.
CREATE FUNCTION duckdb_standin.free_name(base text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT n.name FROM (
    SELECT i, base || CASE i WHEN 0 THEN '' ELSE '_' || i END AS name
    FROM generate_series(0, (SELECT count(*) FROM pg_foreign_server)) i) n
  WHERE NOT EXISTS (SELECT FROM pg_foreign_server f WHERE f.srvname = n.name)
  ORDER BY n.i LIMIT 1;
$sql$;

CREATE FUNCTION duckdb_standin.refuse_null(function_name text, arguments text[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  IF array_position(arguments, NULL) IS NOT NULL THEN
    PERFORM duckdb_standin.refuse(format('(PGDuckDB/%s) Invalid Input Error: argument %s cannot be NULL', function_name, array_position(arguments, NULL) - 1));
  END IF;
END
$sql$;

-- OPTIONS (…) of those that are not empty, or nothing.
CREATE FUNCTION duckdb_standin.options_clause(names text[], vals text[]) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT coalesce(' OPTIONS (' || string_agg(format('%I %L', o.name, o.val), ', ' ORDER BY o.place) || ')', '')
  FROM unnest(names, vals) WITH ORDINALITY AS o(name, val, place) WHERE o.val <> '';
$sql$;

CREATE FUNCTION duckdb.create_azure_secret(connection_string text, scope text DEFAULT '') RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  server text;
BEGIN
  PERFORM duckdb_standin.refuse_null('pgduckdb_create_azure_secret_cpp', ARRAY[connection_string, scope]);
  server := duckdb_standin.free_name('azure_secret');
  EXECUTE format('CREATE SERVER %I TYPE ''azure'' FOREIGN DATA WRAPPER duckdb', server)
    || duckdb_standin.options_clause(ARRAY['scope'], ARRAY[scope]);
  EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER %I OPTIONS (connection_string %L)', server, connection_string);
  RETURN server;
END
$sql$;
`;

/** The parameters of `create_simple_secret`, the same in every product. */
export const SIMPLE_SECRET_PARAMETERS = `
  type text, key_id text, secret text, session_token text DEFAULT '', region text DEFAULT '', url_style text DEFAULT '',
  provider text DEFAULT '', endpoint text DEFAULT '', scope text DEFAULT '', validation text DEFAULT '', use_ssl text DEFAULT ''`;

/** `create_simple_secret` as measured on pg_duckdb: any number of them, for the current user. */
export const simpleSecretSql = `
CREATE FUNCTION duckdb.create_simple_secret(${SIMPLE_SECRET_PARAMETERS})
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  server text;
BEGIN
  PERFORM duckdb_standin.refuse_null('pgduckdb_create_simple_secret_cpp',
    ARRAY[type, key_id, secret, session_token, region, url_style, provider, endpoint, scope, validation, use_ssl]);
  IF lower(type) NOT IN ('s3', 'gcs', 'r2') THEN
    PERFORM duckdb_standin.refuse(format('Invalid type ''%s'': this helper only supports ''s3'', ''gcs'' or ''r2''. Please refer to the documentation to create advanced secrets.', type));
  END IF;
  server := duckdb_standin.free_name(format('simple_%s_secret', lower(type)));
  EXECUTE format('CREATE SERVER %I TYPE %L FOREIGN DATA WRAPPER duckdb', server, type) || duckdb_standin.options_clause(
    ARRAY['region', 'url_style', 'provider', 'endpoint', 'scope', 'validation', 'use_ssl'],
    ARRAY[region, url_style, provider, endpoint, scope, validation, use_ssl]);
  EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER %I OPTIONS (KEY_ID %L, SECRET %L%s)', server, key_id, secret,
    CASE WHEN session_token = '' THEN '' ELSE format(', session_token %L', session_token) END);
  RETURN server;
END
$sql$;
`;
