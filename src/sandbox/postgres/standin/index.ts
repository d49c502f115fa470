import { axeSql } from './axe.js';
import { buildersSql } from './builders.js';
import { extensionRowSql } from './extension-row.js';
import { extensionsSql } from './extensions.js';
import { helpersSql, simpleSecretSql } from './helpers.js';
import { loadingSql } from './loading.js';
import { parserSql } from './parser.js';
import { queriesSql } from './queries.js';
import { rolesSql } from './roles.js';
import { secretTypeSql, secretsSql } from './secrets.js';
import { sessionsSql } from './sessions.js';
import { settingDefaultsSql, settingsSql } from './settings.js';
import { literal } from './sql-text.js';
import { tablesSql } from './tables.js';
import { wrapperSql } from './wrapper.js';

/** The products that the stand-in imitates: the extension's name and version in `pg_extension`, and its functions for secrets. */
const PRODUCTS = {
  /** As recorded. */
  pg_duckdb: { extension: 'pg_duckdb', version: '1.2.0', sql: () => simpleSecretSql },
  /** Postgres Pro AXE 1.1, as documented. */
  axe: { extension: 'pgpro_axe', version: '1.1.0', sql: axeSql },
} as const;

/** A product that the stand-in imitates. */
export type Product = keyof typeof PRODUCTS;

/** Their names, for messages and flags. */
export const PRODUCT_NAMES = Object.keys(PRODUCTS) as readonly Product[];

/** What a stand-in may be told; everything has a default. */
export interface StandInOptions {
  /** Default: `pg_duckdb`. */
  readonly product?: Product;
  /**
   * The role that administrates secrets in AXE, which makes it where it is missing, and grants it what it needs; default: the role of
   * `duckdb.postgres_role` at that time.
   */
  readonly administrator?: string;
  /** The extension's name in `pg_extension`; default: the product's. */
  readonly extensionName?: string;
  /** Its version there; default: the product's. */
  readonly extensionVersion?: string;
  /** DuckDB extensions that are installed, as rows of `duckdb.extensions`; default: `httpfs`. */
  readonly installed?: readonly string[];
  /** DuckDB extensions that `duckdb.install_extension` can fetch; default: none, a machine without network. */
  readonly downloadable?: readonly string[];
  /** Extension files in other directories, for sessions that set `duckdb.extension_directory` to one of them. */
  readonly extensionDirectories?: Readonly<Record<string, readonly string[]>>;
  /** What the server's machine has; default: nothing, so that a credential chain finds no credentials. */
  readonly host?: HostFacts;
}

/** What secrets depend on beside the database. */
export interface HostFacts {
  /** Access keys in `~/.aws/credentials` of the server's user, by profile. */
  readonly awsKeys?: Readonly<Record<string, string>>;
  /** Beginnings of the addresses at which an OAuth2 server answers with a token. */
  readonly tokenEndpoints?: readonly string[];
  /** All clients share one session, as in PGlite: secrets are loaded for every query. */
  readonly isOneSession?: boolean;
  /** The aws extension is a stub that takes any chain and looks for nothing. */
  readonly isAwsStub?: boolean;
}

function insert(into: string, rows: readonly string[]): string {
  return rows.length === 0 ? '' : `INSERT INTO ${into} VALUES ${rows.map((row) => `(${row})`).join(', ')};\n`;
}

/** SQL that makes the server's machine have what `host` says, and nothing else. */
export function hostSql(host: HostFacts = {}): string {
  const rows = [
    ...Object.entries(host.awsKeys ?? {}).map(([profile, key]) => ['aws_key', profile, key]),
    ...(host.tokenEndpoints ?? []).map((url) => ['token_endpoint', url, '']),
    ...(host.isAwsStub === true ? [['aws_unchecked', '', '']] : []),
    ...(host.isOneSession === true ? [['shared_session', '', '']] : []),
  ].map((row) => row.map(literal).join(', '));
  return `DELETE FROM duckdb_standin.host;\n${insert('duckdb_standin.host', rows)}`;
}

/**
 * SQL that installs the stand-in for the `duckdb` foreign data wrapper into the database it runs in, in one transaction.
 * A superuser runs it, once for each database, on PostgreSQL 15 to 18 or PGlite. Postgres raises 42P06 where the schema
 * `duckdb` exists already. What it does and what it doesn't is in `SPEC-postgres.md`.
 */
export function standInSql(options: StandInOptions = {}): string {
  const files = Object.entries(options.extensionDirectories ?? {}).flatMap(([directory, names]) =>
    names.map((name) => `${literal(directory)}, ${literal(name)}`),
  );
  const product = PRODUCTS[options.product ?? 'pg_duckdb'];
  return [
    'BEGIN;\nSET LOCAL check_function_bodies = off;\nSET LOCAL search_path = pg_catalog, pg_temp;\n',
    tablesSql,
    insert('duckdb.extensions (name)', (options.installed ?? ['httpfs']).map(literal)),
    insert('duckdb_standin.downloadable', (options.downloadable ?? []).map(literal)),
    insert('duckdb_standin.extension_file', files),
    hostSql(options.host),
    settingsSql,
    settingDefaultsSql,
    rolesSql,
    extensionsSql,
    parserSql,
    secretTypeSql,
    buildersSql,
    secretsSql,
    loadingSql,
    wrapperSql,
    helpersSql,
    product.sql(options.administrator),
    sessionsSql,
    queriesSql,
    extensionRowSql(options.extensionName ?? product.extension, options.extensionVersion ?? product.version),
    'COMMIT;\n',
  ].join('\n');
}
