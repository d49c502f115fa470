/** DuckDB's extensions: which are there, and the messages when one is not. */
export const extensionsSql = `
CREATE FUNCTION duckdb_standin.extension_directory() RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT coalesce(nullif(current_setting('duckdb.extension_directory', true), ''), '<extension-dir>');
$sql$;

-- For everybody: linked into DuckDB, or a row that is loaded at the start. For superusers also: installed, or a file in the directory
-- that the session points to; others may not read files.
CREATE FUNCTION duckdb_standin.has_extension(wanted text, role name) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT wanted IN ('autocomplete', 'core_functions', 'httpfs', 'icu', 'json', 'parquet')
    OR EXISTS (SELECT FROM duckdb.extensions e
      WHERE e.name IN (wanted, substring(wanted FROM '^(.*)_scanner$')) AND (e.autoload OR duckdb_standin.is_superuser(role)))
    OR (duckdb_standin.is_superuser(role) AND EXISTS (SELECT FROM duckdb_standin.extension_file f
      WHERE f.name = wanted AND f.directory = duckdb_standin.extension_directory()));
$sql$;

-- A row that sessions load at their start, and that has no file in a directory whose files are known: DuckDB does not start.
CREATE FUNCTION duckdb_standin.row_without_file() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT e.name FROM duckdb.extensions e
  WHERE e.autoload AND e.name NOT IN ('autocomplete', 'core_functions', 'httpfs', 'icu', 'json', 'parquet')
    AND EXISTS (SELECT FROM duckdb_standin.extension_file f WHERE f.directory = duckdb_standin.extension_directory())
    AND NOT EXISTS (SELECT FROM duckdb_standin.extension_file f WHERE f.directory = duckdb_standin.extension_directory() AND f.name = e.name)
  ORDER BY e.name LIMIT 1;
$sql$;

CREATE FUNCTION duckdb_standin.extension_missing(wanted text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
  SELECT format(E'Extension "%s/v1.5.4/linux_amd64/%s.duckdb_extension" not found.\\nExtension "%s" is an existing extension.\\n\\nInstall it first using "INSTALL %s".',
    duckdb_standin.extension_directory(), file, wanted, wanted)
  FROM (SELECT CASE wanted WHEN 'md' THEN 'motherduck' ELSE wanted END AS file) f;
$sql$;

-- Why a secret type or provider of a missing extension can't be used.
CREATE FUNCTION duckdb_standin.autoload_error(what text, wanted text, role name) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
  IF coalesce(nullif(current_setting('duckdb.autoload_known_extensions', true), ''), 'on') IN ('off', 'false', 'no', '0') THEN
    RETURN format(E'%s does not exist, but it exists in the %s extension.\\n\\nPlease try installing and loading the %s extension by running:\\nINSTALL %s;\\nLOAD %s;\\n\\nAlternatively, consider enabling auto-install and auto-load by running:\\nSET autoinstall_known_extensions=1;\\nSET autoload_known_extensions=1;',
      what, wanted, wanted, wanted, wanted);
  END IF;
  RETURN format(E'An error occurred while trying to automatically install the required extension %L:\\n%s',
    wanted, CASE WHEN duckdb_standin.is_superuser(role) THEN duckdb_standin.extension_missing(wanted)
      ELSE 'File system LocalFileSystem has been disabled by configuration' END);
END
$sql$;

CREATE FUNCTION duckdb.install_extension(extension_name text, source text DEFAULT 'core') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET duckdb.force_execution = false AS $sql$
BEGIN
  IF NOT duckdb_standin.has_extension(extension_name, current_user)
     AND NOT EXISTS (SELECT FROM duckdb_standin.downloadable d WHERE d.name = extension_name) THEN
    PERFORM duckdb_standin.refuse(format(E'(PGDuckDB/install_extension_cpp) IO Error: Failed to download extension "%1$s" at URL "https://extensions.duckdb.org/v1.5.4/linux_amd64/%1$s.duckdb_extension.gz"\\nExtension "%1$s" is an existing extension.\\n\\nFor more info, visit https://duckdb.org/docs/stable/extensions/troubleshooting?version=v1.5.4&platform=linux_amd64&extension=%1$s (ERROR Couldn''t resolve host name)', extension_name));
  END IF;
  INSERT INTO duckdb.extensions (name, repository) VALUES (extension_name, source)
  ON CONFLICT (name) DO UPDATE SET repository = excluded.repository;
END
$sql$;
REVOKE ALL ON FUNCTION duckdb.install_extension(text, text) FROM PUBLIC;

CREATE FUNCTION duckdb.load_extension(extension_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET duckdb.force_execution = false AS $sql$
BEGIN
  PERFORM duckdb_standin.require_duckdb(current_user);
  IF NOT duckdb_standin.has_extension(extension_name, current_user) THEN
    PERFORM duckdb_standin.refuse('(PGDuckDB/duckdb_load_extension_cpp) IO Error: ' || duckdb_standin.extension_missing(extension_name));
  END IF;
END
$sql$;

CREATE FUNCTION duckdb.autoload_extension(extension_name text, autoload boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET duckdb.force_execution = false AS $sql$
BEGIN
  UPDATE duckdb.extensions e SET autoload = autoload_extension.autoload WHERE e.name = extension_name;
  IF NOT FOUND THEN
    PERFORM duckdb_standin.refuse(format('(PGDuckDB/duckdb_autoload_extension_cpp) Invalid Input Error: Extension %L does not exist', extension_name));
  END IF;
END
$sql$;
REVOKE ALL ON FUNCTION duckdb.autoload_extension(text, boolean) FROM PUBLIC;
`;
