/**
 * What becomes of the options that DuckDB has accepted: the values that the secret keeps. Most are kept as they are; the S3 family, the
 * credential chain of the aws extension and iceberg have rules of their own, and the last two can fail for what the server's machine lacks.
 */
export const buildersSql = `
-- A value of a secret, '' where there is none.
CREATE FUNCTION duckdb_standin.given(s duckdb_standin.secret, wanted text) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT coalesce(s.vals[array_position(s.names, wanted)], '');
$sql$;

-- A text inside a struct, as DuckDB prints it: quoted where it could be misread.
CREATE FUNCTION duckdb_standin.struct_value(val text) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT CASE WHEN val = '' OR lower(val) = 'null' OR val ~ '^\\s|\\s$' OR val ~ '[][(){},:="''\\\\]'
    THEN '''' || replace(replace(val, '\\', '\\\\'), '''', '\\''') || '''' ELSE val END;
$sql$;

-- All options of a secret as one struct, the last given first.
CREATE FUNCTION duckdb_standin.struct_of(s duckdb_standin.secret) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT '{' || string_agg(format('''%s'': %s', g.name, duckdb_standin.struct_value(g.val)), ', ' ORDER BY g.place DESC) || '}'
  FROM unnest(s.names, s.vals) WITH ORDINALITY AS g(name, val, place);
$sql$;

-- A map written {k=v}, as a struct.
CREATE FUNCTION duckdb_standin.struct_of_map(val text) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT '{' || coalesce(string_agg(format('''%s'': %s', btrim(split_part(p.pair, '=', 1)),
    duckdb_standin.struct_value(btrim(substr(p.pair, strpos(p.pair, '=') + 1)))), ', ' ORDER BY p.place), '') || '}'
  FROM regexp_split_to_table(btrim(btrim(val), '{}'), ',') WITH ORDINALITY AS p(pair, place) WHERE p.pair ~ '=';
$sql$;

-- Sets a value that the secret keeps.
CREATE FUNCTION duckdb_standin.keep(s duckdb_standin.secret, name text, val text) RETURNS duckdb_standin.secret LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  at int := array_position(s.kept_names, name);
BEGIN
  IF at IS NULL THEN
    s.kept_names := s.kept_names || name;
    s.kept_vals := s.kept_vals || val;
  ELSE
    s.kept_vals := s.kept_vals[:at - 1] || val || s.kept_vals[at + 1:];
  END IF;
  RETURN s;
END
$sql$;

CREATE FUNCTION duckdb_standin.fail(s duckdb_standin.secret, kind text, problem text) RETURNS duckdb_standin.secret LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  s.kind := kind;
  s.problem := problem;
  RETURN s;
END
$sql$;

-- The access key in ~/.aws/credentials of the server's user.
CREATE FUNCTION duckdb_standin.aws_key(profile text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT h.val FROM duckdb_standin.host h WHERE h.fact = 'aws_key' AND h.name = coalesce(nullif(profile, ''), 'default') LIMIT 1;
$sql$;

-- Walks a chain: every word of it is checked, then the first that finds a key wins. Nothing here reaches the network.
CREATE FUNCTION duckdb_standin.walk_chain(s duckdb_standin.secret, chain text, required boolean, OUT key text, OUT kind text, OUT problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  item text;
  profile text := duckdb_standin.given(s, 'profile');
BEGIN
  kind := 'Invalid Configuration Error';
  FOREACH item IN ARRAY string_to_array(chain, ';') LOOP
    IF item = 'sts' AND duckdb_standin.given(s, 'assume_role_arn') = '' THEN
      problem := 'Chain value ''STS'' is only supported with an ASSUME_ROLE_ARN value. If the selected profile uses STS, add "CHAIN ''config''"';
      RETURN;
    ELSIF item NOT IN ('sts', 'sso', 'env', 'instance', 'web_identity', 'process', 'config') THEN
      kind := 'Invalid Input Error';
      problem := format('Unknown provider found while parsing AWS credential chain string: ''%s''', item);
      RETURN;
    ELSIF item = 'config' AND profile <> '' THEN
      -- A named profile is looked up in the config file, which the machine lacks.
      IF required THEN
        problem := format('Secret Validation Failure: no profile ''%s'' found in config file <home>/.aws/config', profile);
        RETURN;
      ELSIF duckdb_standin.given(s, 'assume_role_arn') = '' THEN
        key := coalesce(key, duckdb_standin.aws_key(profile));
      END IF;
    ELSIF item = 'config' THEN
      key := coalesce(key, duckdb_standin.aws_key(''));
    END IF;
  END LOOP;
END
$sql$;

-- The provider credential_chain of the aws extension.
CREATE FUNCTION duckdb_standin.build_chain(s duckdb_standin.secret) RETURNS duckdb_standin.secret LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  chain text := duckdb_standin.given(s, 'chain');
  profile text := duckdb_standin.given(s, 'profile');
  arn text := duckdb_standin.given(s, 'assume_role_arn');
  validation text := lower(duckdb_standin.given(s, 'validation'));
  required boolean := validation <> 'none';
  found_key text;
  walked record;
  line record;
BEGIN
  IF arn <> '' AND chain = '' THEN
    RETURN duckdb_standin.fail(s, 'Invalid Configuration Error', 'Must pass CHAIN value when passing ASSUME_ROLE_ARN');
  ELSIF validation NOT IN ('', 'exists', 'none') THEN
    RETURN duckdb_standin.fail(s, 'Invalid Input Error', format('Unknown AWS validation mode: \`%s\`', validation));
  ELSIF s.type = 'rds' AND chain = '' THEN
    RETURN duckdb_standin.fail(s, 'Invalid Configuration Error', 'Invalid RDS secret parameters, ''CHAIN'' option must be specified');
  END IF;
  IF chain = '' THEN
    found_key := duckdb_standin.aws_key(profile);
    IF found_key IS NULL THEN chain := 'config'; END IF;
  END IF;
  IF chain <> '' THEN
    walked := duckdb_standin.walk_chain(s, chain, required);
    IF walked.problem IS NOT NULL THEN RETURN duckdb_standin.fail(s, walked.kind, walked.problem); END IF;
    found_key := walked.key;
  END IF;
  IF s.type = 'rds' THEN
    IF '' IN (duckdb_standin.given(s, 'rds_user'), duckdb_standin.given(s, 'rds_host'), duckdb_standin.given(s, 'rds_port'), duckdb_standin.given(s, 'region')) THEN
      RETURN duckdb_standin.fail(s, 'Invalid Input Error',
        'Invalid RDS secret parameters, ''RDS_USER'', ''RDS_HOST'', ''RDS_PORT'' and ''REGION'' options must be specified');
    END IF;
    RETURN s;
  END IF;
  IF found_key IS NULL AND required THEN
    RETURN duckdb_standin.fail(s, 'Invalid Configuration Error', format(E'Secret Validation Failure: during \`%s\` using the following:\\n',
      CASE WHEN arn <> '' OR chain IN ('sts', 'sso', 'instance', 'process', 'web_identity') THEN 'generate' ELSE 'create' END)
      || concat(
        CASE WHEN profile <> '' THEN format(E'Profile: ''%s''\\n', profile) END,
        format(E'Credential Chain: ''%s''\\n', chain),
        CASE WHEN arn <> '' THEN format(E'Role-arn: ''%s''\\n', arn) END,
        (SELECT string_agg(format(E'%s: ''%s''\\n', o.label, duckdb_standin.given(s, o.name)), '' ORDER BY o.place)
         FROM (VALUES (1, 'External-id', 'external_id'), (2, 'Web Identity Token File', 'web_identity_token_file'), (3, 'Session Name', 'session_name'))
           AS o(place, label, name) WHERE duckdb_standin.given(s, o.name) <> '')));
  END IF;
  IF duckdb_standin.given(s, 'refresh') = 'auto' OR (duckdb_standin.given(s, 'refresh') = '' AND chain IN ('sts', 'web_identity')) THEN
    s := duckdb_standin.keep(s, 'refresh_info', duckdb_standin.struct_of(s));
  END IF;
  IF found_key IS NOT NULL THEN
    -- What was given wins over what was found.
    FOR line IN SELECT f.name, f.val FROM (VALUES ('key_id', found_key), ('secret', '*'), ('session_token', '')) AS f(name, val)
      WHERE f.name <> ALL (s.kept_names) LOOP
      s := duckdb_standin.keep(s, line.name, line.val);
    END LOOP;
  END IF;
  FOR line IN SELECT d.name, d.val FROM (VALUES
      ('s3', 'endpoint', 's3.amazonaws.com'), ('gcs', 'endpoint', 'storage.googleapis.com'), ('gcs', 'url_style', 'path'), ('r2', 'url_style', 'path'),
      ('r2', 'endpoint', nullif(duckdb_standin.given(s, 'account_id') || '.r2.cloudflarestorage.com', '.r2.cloudflarestorage.com'))) AS d(type, name, val)
    WHERE d.type = s.type AND d.val IS NOT NULL AND duckdb_standin.given(s, d.name) = '' LOOP
    s := duckdb_standin.keep(s, line.name, line.val);
  END LOOP;
  RETURN s;
END
$sql$;

-- The provider config of httpfs: the account of R2, and REFRESH, which keeps all that was given in clear, whatever its value.
CREATE FUNCTION duckdb_standin.build_s3(s duckdb_standin.secret) RETURNS duckdb_standin.secret LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  refreshed boolean := false;
BEGIN
  IF 'account_id' = ANY (s.names) THEN
    IF NOT 'endpoint' = ANY (s.names) THEN
      s := duckdb_standin.keep(s, 'endpoint', duckdb_standin.given(s, 'account_id') || '.r2.cloudflarestorage.com');
    END IF;
    IF NOT 'url_style' = ANY (s.names) THEN s := duckdb_standin.keep(s, 'url_style', 'path'); END IF;
  END IF;
  -- The last given is looked at first.
  FOR i IN REVERSE coalesce(cardinality(s.names), 0)..1 LOOP
    CONTINUE WHEN s.names[i] NOT IN ('refresh', 'refresh_info');
    IF refreshed THEN
      RETURN duckdb_standin.fail(s, 'Invalid Input Error', 'Can not set \`refresh\` and \`refresh_info\` at the same time');
    ELSIF s.names[i] = 'refresh' THEN
      refreshed := lower(s.vals[i]) = 'auto';
      s := duckdb_standin.keep(s, 'refresh', 'auto');
      s := duckdb_standin.keep(s, 'refresh_info', duckdb_standin.struct_of(s));
    ELSE
      refreshed := true;
      s := duckdb_standin.keep(s, 'refresh_info', duckdb_standin.struct_of_map(s.vals[i]));
    END IF;
  END LOOP;
  RETURN s;
END
$sql$;

-- iceberg: without a token of its own, one is fetched at once.
CREATE FUNCTION duckdb_standin.build_iceberg(s duckdb_standin.secret) RETURNS duckdb_standin.secret LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  uri text := CASE WHEN 'oauth2_server_uri' = ANY (s.names) THEN duckdb_standin.given(s, 'oauth2_server_uri')
    WHEN 'endpoint' = ANY (s.names) THEN duckdb_standin.given(s, 'endpoint') || '/v1/oauth/tokens' END;
  missing text;
BEGIN
  IF 'token' = ANY (s.names) THEN RETURN s; END IF;
  IF uri IS NULL THEN
    RETURN duckdb_standin.fail(s, 'Invalid Configuration Error',
      'AUTHORIZATION_TYPE is ''oauth2'', yet no ''oauth2_server_uri'' was provided, and no ''endpoint'' was provided to fall back on. Please provide one or change the ''authorization_type''.');
  END IF;
  SELECT r.name INTO missing FROM unnest(ARRAY['client_secret', 'client_id']) WITH ORDINALITY AS r(name, place)
  WHERE r.name <> ALL (s.names) ORDER BY r.place LIMIT 1;
  IF missing IS NOT NULL THEN
    RETURN duckdb_standin.fail(s, 'Invalid Input Error', format('Missing required parameter ''%s'' for authorization_type ''oauth2''', missing));
  ELSIF NOT 'refresh_token' = ANY (s.names) THEN
    IF lower(duckdb_standin.given(s, 'oauth2_grant_type')) <> 'client_credentials' AND 'oauth2_grant_type' = ANY (s.names) THEN
      RETURN duckdb_standin.fail(s, 'Invalid Input Error', format('Unsupported option (''%s'') for ''oauth2_grant_type'', only supports ''client_credentials'' currently',
        duckdb_standin.given(s, 'oauth2_grant_type')));
    END IF;
    IF NOT 'oauth2_scope' = ANY (s.names) THEN s := duckdb_standin.keep(s, 'oauth2_scope', 'PRINCIPAL_ROLE:ALL'); END IF;
  END IF;
  IF NOT EXISTS (SELECT FROM duckdb_standin.host h WHERE h.fact = 'token_endpoint' AND starts_with(uri, h.name)) THEN
    RETURN duckdb_standin.fail(s, 'Invalid Configuration Error',
      format('Could not get token from %1$s: Could not connect to server error for HTTP POST to ''%1$s''', uri));
  END IF;
  s := duckdb_standin.keep(s, 'token', '*');
  RETURN duckdb_standin.keep(s, 'expires_in', '3600');
END
$sql$;

-- A checked secret with what it keeps, or why it can't be made.
CREATE FUNCTION duckdb_standin.build(s duckdb_standin.secret) RETURNS duckdb_standin.secret LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  is_s3 boolean := s.type IN ('s3', 'gcs', 'r2', 'aws');
BEGIN
  SELECT coalesce(array_agg(k.name ORDER BY k.place), '{}'), coalesce(array_agg(k.val ORDER BY k.place), '{}') INTO s.kept_names, s.kept_vals
  FROM (
    -- Two names of one option: the later wins.
    SELECT DISTINCT ON (o.kept_as) o.kept_as AS name, g.val, g.place
    FROM unnest(s.names, s.vals) WITH ORDINALITY AS g(name, val, place)
    JOIN duckdb_standin.secret_option o ON o.type = s.type AND o.provider = s.provider AND o.name = g.name AND o.kept
    ORDER BY o.kept_as, g.place DESC) k;
  IF is_s3 AND s.provider = 'config' THEN RETURN duckdb_standin.build_s3(s); END IF;
  IF s.provider = 'credential_chain' AND (is_s3 OR s.type = 'rds')
     AND NOT EXISTS (SELECT FROM duckdb_standin.host h WHERE h.fact = 'aws_unchecked') THEN
    RETURN duckdb_standin.build_chain(s);
  END IF;
  IF s.type = 'iceberg' THEN RETURN duckdb_standin.build_iceberg(s); END IF;
  RETURN s;
END
$sql$;
`;
