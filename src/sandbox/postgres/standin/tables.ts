import { casts, providers, types } from './options-table.js';
import type { ProviderRow } from './options-table.js';
import { literal, textArray } from './sql-text.js';

const bool = (value: boolean): string => (value ? 'true' : 'false');

function optionRows(row: ProviderRow): string[] {
  const entry = (name: string, sensitive: boolean, kept: boolean): string => {
    const always = row.always?.includes(name) ?? false;
    const cast = casts[name] ?? 'VARCHAR';
    const keptAs = row.aliases?.[name] ?? name;
    return `(${[row.type, row.provider, name, cast, keptAs].map(literal).join(', ')}, ${bool(sensitive)}, ${bool(kept)}, ${bool(always)})`;
  };
  return [
    ...row.sensitive.map((name) => entry(name, true, true)),
    ...row.open.map((name) => entry(name, false, true)),
    ...(row.consumed ?? []).map((name) => entry(name, false, false)),
  ];
}

const always = providers.flatMap((row) =>
  (row.always ?? [])
    .filter((name) => !row.sensitive.includes(name))
    .map((name) => `(${[row.type, row.provider, name].map(literal).join(', ')})`),
);

/**
 * The two schemas and the tables of the stand-in. `duckdb` holds what the extension's users see; `duckdb_standin` holds
 * the stand-in's own rules and functions.
 */
export const tablesSql = `
CREATE SCHEMA duckdb;
CREATE SCHEMA duckdb_standin;
GRANT USAGE ON SCHEMA duckdb TO PUBLIC;
GRANT USAGE ON SCHEMA duckdb_standin TO PUBLIC;

CREATE TABLE duckdb.extensions (
  name text NOT NULL PRIMARY KEY,
  autoload boolean NOT NULL DEFAULT true,
  repository text NOT NULL DEFAULT 'core'
);

CREATE TABLE duckdb_standin.secret_type (
  type text PRIMARY KEY,
  default_provider text NOT NULL,
  scopes text[] NOT NULL,
  ignores_scope boolean NOT NULL,
  extension text
);
CREATE TABLE duckdb_standin.secret_provider (
  type text NOT NULL,
  provider text NOT NULL,
  extension text NOT NULL,
  unlisted boolean NOT NULL,
  PRIMARY KEY (type, provider)
);
CREATE TABLE duckdb_standin.secret_option (
  ordinal int GENERATED ALWAYS AS IDENTITY,
  type text NOT NULL,
  provider text NOT NULL,
  name text NOT NULL,
  "cast" text NOT NULL,
  kept_as text NOT NULL,
  sensitive boolean NOT NULL,
  kept boolean NOT NULL,
  always boolean NOT NULL,
  PRIMARY KEY (type, provider, name)
);
-- Shown redacted although the provider takes no such option.
CREATE TABLE duckdb_standin.secret_shown (type text NOT NULL, provider text NOT NULL, name text NOT NULL);
-- Files of DuckDB extensions that lie in a directory other than the default one.
CREATE TABLE duckdb_standin.extension_file (directory text NOT NULL, name text NOT NULL);
-- What the server's machine has: the access keys in ~/.aws/credentials by profile ('aws_key'), the addresses of token endpoints that
-- answer ('token_endpoint'), and whether credentials are looked for at all ('aws_unchecked', as in a stub of the extension).
CREATE TABLE duckdb_standin.host (fact text NOT NULL, name text NOT NULL, val text NOT NULL DEFAULT '');
-- Extensions that duckdb.install_extension can fetch; empty: a machine without network.
CREATE TABLE duckdb_standin.downloadable (name text PRIMARY KEY);

INSERT INTO duckdb_standin.secret_type VALUES
  ${types.map((t) => `(${literal(t.type)}, ${literal(t.defaultProvider)}, ${textArray(t.scopes)}, ${bool(t.ignoresScope ?? false)}, ${t.extension === undefined ? 'NULL' : literal(t.extension)})`).join(',\n  ')};
INSERT INTO duckdb_standin.secret_provider VALUES
  ${providers.map((p) => `(${[p.type, p.provider, p.extension].map(literal).join(', ')}, ${bool(p.isUnlisted ?? false)})`).join(',\n  ')};
INSERT INTO duckdb_standin.secret_option (type, provider, name, "cast", kept_as, sensitive, kept, always) VALUES
  ${providers.flatMap(optionRows).join(',\n  ')};
INSERT INTO duckdb_standin.secret_shown VALUES
  ${always.join(',\n  ')};
GRANT SELECT ON ALL TABLES IN SCHEMA duckdb_standin TO PUBLIC;
`;
