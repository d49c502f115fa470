/** A secret on its way through the functions below. */
export const secretTypeSql = `
-- A secret as DuckDB sees it, or why it can't be made (kind: DuckDB's class of error): its options as they were given, and what it keeps.
CREATE TYPE duckdb_standin.secret AS (
  name text, type text, provider text, scope text[], names text[], vals text[], kept_names text[], kept_vals text[], kind text, problem text
);
`;

/** How options become a DuckDB secret: merging, checking, and what `duckdb_secrets()` shows of it. */
export const secretsSql = `
-- The options of a server and a mapping in one list: for scope, provider and type the mapping wins.
CREATE FUNCTION duckdb_standin.merged(server text[], mapping text[], OUT names text[], OUT vals text[]) LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT coalesce(array_agg(o.option_name ORDER BY o.part, o.place), '{}'), coalesce(array_agg(o.option_value ORDER BY o.part, o.place), '{}')
  FROM (
    SELECT 1 AS part, s.place, s.option_name, s.option_value
    FROM pg_options_to_table(server) WITH ORDINALITY AS s(option_name, option_value, place)
    WHERE NOT (s.option_name IN ('scope', 'provider', 'type')
      AND EXISTS (SELECT FROM pg_options_to_table(mapping) m WHERE m.option_name = s.option_name))
    UNION ALL
    SELECT 2, m.place, m.option_name, m.option_value
    FROM pg_options_to_table(mapping) WITH ORDINALITY AS m(option_name, option_value, place)
  ) o;
$sql$;

-- A value as DuckDB casts it; problem says why it can't.
CREATE FUNCTION duckdb_standin.cast_value(option text, "cast" text, INOUT val text, OUT problem text) LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  IF "cast" = 'BOOLEAN' THEN
    IF lower(val) IN ('true', 't', '1', 'yes', 'y') THEN
      val := 'true';
    ELSIF lower(val) IN ('false', 'f', '0', 'no', 'n') THEN
      val := 'false';
    ELSE
      problem := format('Failed to cast option ''%s'' to type ''BOOLEAN'': ''Could not convert string ''%s'' to BOOL''', option, val);
    END IF;
  ELSIF "cast" = 'INTEGER' AND val !~ '^\\s*[-+]?[0-9]{1,9}\\s*$' THEN
    problem := format('Failed to cast option ''%s'' to type ''INTEGER'': ''Could not convert string ''%s'' to INT32''', option, val);
  ELSIF "cast" = 'EMPTY' AND val <> '' THEN
    problem := 'unknown parameter';
  ELSIF "cast" = 'MAP' AND val !~ '^\\s*\\{\\s*([^=,{}]+=[^,{}]*(,[^=,{}]+=[^,{}]*)*)?\\}\\s*$' THEN
    problem := format('Failed to cast option ''%s'' to type ''MAP(VARCHAR, VARCHAR)'': ''Type VARCHAR with value ''%s'' can''t be cast to the destination type MAP(VARCHAR, VARCHAR)''', option, val);
  END IF;
END
$sql$;

-- Makes the secret pgduckdb_secret_<label> for a role; lead is what the statement begins with when it is only tried.
CREATE FUNCTION duckdb_standin.make(role name, label text, given_type text, given_names text[], given_vals text[], lead text)
RETURNS duckdb_standin.secret LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  s duckdb_standin.secret;
  plain constant text := '^(?:[A-Za-z_]|[^\\x01-\\x7f])(?:[A-Za-z0-9_$]|[^\\x01-\\x7f])*$';
  kinds duckdb_standin.secret_type;
  extension text;
  known record;
  converted record;
  lowered text;
  named_provider text;
  override int := array_position(given_names, 'type');
BEGIN
  IF override IS NOT NULL THEN
    given_type := given_vals[override];
    given_names := given_names[:override - 1] || given_names[override + 1:];
    given_vals := given_vals[:override - 1] || given_vals[override + 1:];
  END IF;
  -- Names are pasted into the statement as they are: only odd ones need the grammar.
  IF ('pgduckdb_secret_' || label) ~ plain AND given_type ~ plain
     AND NOT EXISTS (SELECT FROM unnest(given_names) n WHERE n !~ plain) THEN
    s.names := array_prepend('type', given_names);
    s.vals := array_prepend(given_type, given_vals);
  ELSE
    SELECT r.names, r.vals, r.kind, r.problem INTO s.names, s.vals, s.kind, s.problem
    FROM duckdb_standin.read_create_secret(
      lead || format('CREATE SECRET pgduckdb_secret_%s (TYPE %s', label, given_type)
      || coalesce((SELECT string_agg(', ' || n || ' ''' || replace(v, '''', '''''') || '''', '' ORDER BY i)
                   FROM unnest(given_names, given_vals) WITH ORDINALITY AS o(n, v, i)), '') || ')') r;
    IF s.problem IS NOT NULL THEN RETURN s; END IF;
  END IF;
  s.name := lower('pgduckdb_secret_' || label);

  given_names := s.names;
  given_vals := s.vals;
  s.names := '{}';
  s.vals := '{}';
  s.kind := 'Binder Error';
  FOR i IN 1..cardinality(given_names) LOOP
    lowered := lower(given_names[i]);
    IF lowered = 'type' THEN s.type := lower(given_vals[i]);
    ELSIF lowered = 'scope' THEN s.scope := ARRAY[given_vals[i]];
    -- An empty provider is the default one.
    ELSIF lowered = 'provider' THEN named_provider := nullif(lower(given_vals[i]), '');
    ELSIF lowered = ANY (s.names) THEN
      s.problem := format('Duplicate query param found while parsing create secret: ''%s''', lowered);
      RETURN s;
    ELSE
      s.names := s.names || lowered;
      s.vals := s.vals || given_vals[i];
    END IF;
  END LOOP;

  s.kind := 'Invalid Input Error';
  SELECT * INTO kinds FROM duckdb_standin.secret_type k WHERE k.type = s.type;
  IF kinds.type IS NULL AND named_provider IS NULL THEN
    s.problem := format('Secret type ''%s'' not found', s.type);
    RETURN s;
  END IF;
  s.provider := coalesce(named_provider, kinds.default_provider);
  -- A named provider is looked up with its type; an unnamed one is that of the type, which may come from another extension.
  IF named_provider IS NULL AND kinds.extension IS NOT NULL AND NOT duckdb_standin.has_extension(kinds.extension, role) THEN
    s.kind := 'Extension Autoloading Error';
    s.problem := duckdb_standin.autoload_error(format('Secret type ''%s''', s.type), kinds.extension, role);
    RETURN s;
  END IF;
  SELECT p.extension INTO extension FROM duckdb_standin.secret_provider p
  WHERE p.type = s.type AND p.provider = s.provider AND NOT (p.unlisted AND named_provider IS NOT NULL);
  IF extension IS NULL THEN
    s.problem := format('Secret provider ''%s'' not found for type ''%s''', s.provider, s.type);
    RETURN s;
  ELSIF NOT duckdb_standin.has_extension(extension, role) THEN
    s.kind := 'Extension Autoloading Error';
    s.problem := duckdb_standin.autoload_error(CASE WHEN s.provider = kinds.default_provider
      THEN format('Secret type ''%s''', s.type) ELSE format('Secret provider ''%s'' for type ''%s''', s.provider, s.type) END, extension, role);
    RETURN s;
  END IF;

  FOR i IN 1..cardinality(s.names) LOOP
    SELECT o."cast" INTO known FROM duckdb_standin.secret_option o
    WHERE o.type = s.type AND o.provider = s.provider AND o.name = s.names[i];
    IF NOT FOUND OR (known."cast" = 'EMPTY' AND s.vals[i] <> '') THEN
      s.kind := 'Binder Error';
      s.problem := format('Unknown parameter ''%s'' for secret type ''%s'' with %sprovider ''%s''', s.names[i], s.type,
        CASE WHEN named_provider IS NULL THEN 'default ' ELSE '' END, s.provider);
      RETURN s;
    END IF;
    IF known."cast" <> 'VARCHAR' THEN
      SELECT c.val, c.problem INTO converted FROM duckdb_standin.cast_value(s.names[i], known."cast", s.vals[i]) c;
      IF converted.problem IS NOT NULL THEN
        s.problem := converted.problem;
        RETURN s;
      END IF;
      s.vals := s.vals[:i - 1] || converted.val || s.vals[i + 1:];
    END IF;
  END LOOP;
  s.scope := CASE WHEN kinds.ignores_scope OR s.scope IS NULL THEN kinds.scopes ELSE s.scope END;
  s.kind := NULL;
  RETURN duckdb_standin.build(s);
END
$sql$;

-- What the secret_string of duckdb_secrets() says: sensitive values redacted, names in alphabetical order.
CREATE FUNCTION duckdb_standin.shown(s duckdb_standin.secret) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
  WITH kept AS (
    SELECT k.name, CASE WHEN EXISTS (SELECT FROM duckdb_standin.secret_option o
      WHERE o.type = s.type AND o.provider = s.provider AND o.kept_as = k.name AND o.sensitive) THEN 'redacted' ELSE k.val END AS val
    FROM unnest(s.kept_names, s.kept_vals) AS k(name, val)
    UNION ALL
    SELECT o.name, 'redacted' FROM duckdb_standin.secret_option o
    WHERE o.type = s.type AND o.provider = s.provider AND o.always AND o.name <> ALL (s.names)
    UNION ALL
    SELECT w.name, 'redacted' FROM duckdb_standin.secret_shown w
    WHERE w.type = s.type AND w.provider = s.provider AND w.name <> ALL (s.names)
  )
  SELECT format('name=%s;type=%s;provider=%s;serializable=true;scope%s;%s', s.name, s.type, s.provider,
    CASE WHEN cardinality(s.scope) > 0 THEN '=' || array_to_string(s.scope, ',') ELSE '' END,
    coalesce((SELECT string_agg(k.name || '=' || k.val, ';' ORDER BY k.name COLLATE "C") FROM kept k), ''));
$sql$;

-- Loads the secrets of a role: one for every server, with the role's mapping or else PUBLIC's. Stops at the first problem.
-- Holds values in clear, so nobody but the functions below may call it.
CREATE FUNCTION duckdb_standin.load(role name) RETURNS SETOF duckdb_standin.secret LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  server record;
  s duckdb_standin.secret;
  seen text[] := '{}';
BEGIN
  FOR server IN
    SELECT f.srvname, f.srvtype, f.srvoptions, m.umoptions, m.oid AS mapping
    FROM pg_foreign_server f
    JOIN pg_foreign_data_wrapper w ON w.oid = f.srvfdw AND w.fdwname = 'duckdb'
    LEFT JOIN LATERAL (
      SELECT u.oid, u.umoptions FROM pg_user_mapping u
      WHERE u.umserver = f.oid AND u.umuser IN (0, (SELECT r.oid FROM pg_roles r WHERE r.rolname = role))
      ORDER BY u.umuser DESC LIMIT 1) m ON true
    ORDER BY f.srvtype = 'motherduck' DESC, f.oid
  LOOP
    s := NULL;
    IF server.srvtype = 'motherduck' THEN
      -- Opens DuckDB with "md:" for those who have a token; it is not a secret of its own.
      CONTINUE WHEN server.mapping IS NULL OR duckdb_standin.has_extension('motherduck', role);
      s.kind := 'IO Error';
      s.problem := duckdb_standin.extension_missing('md');
    ELSE
      SELECT (duckdb_standin.make(role, server.srvname, server.srvtype, m.names, m.vals, '')).* INTO s
      FROM duckdb_standin.merged(server.srvoptions, server.umoptions) m;
      IF s.problem IS NULL AND s.name = ANY (seen) THEN
        s.kind := 'Invalid Input Error';
        s.problem := format('Temporary secret with name ''%s'' already exists!', s.name);
      END IF;
    END IF;
    RETURN NEXT s;
    IF s.problem IS NOT NULL THEN RETURN; END IF;
    seen := seen || s.name;
  END LOOP;
END
$sql$;
REVOKE ALL ON FUNCTION duckdb_standin.load(name) FROM PUBLIC;
`;
