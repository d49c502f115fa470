/*
 * A configuration and the one that follows it: between them they hold every action on every kind of both systems.
 */

/** The variables that the first configuration reads, by name. */
const VARIABLES = [
  'KEY_ID',
  'SECRET_KEY',
  'TOKEN',
  'MINIO_ID',
  'MINIO_KEY',
  'FRESH',
  'STEADY',
  'AZURE',
] as const;

/** The ones whose value changes from the first configuration to the second. */
const CHANGING: readonly string[] = ['KEY_ID', 'SECRET_KEY', 'MINIO_KEY'];

/**
 * The environment of a configuration: the values are made from a text, so that each run of the tests has its own.
 * @param which 1 or 2: the first configuration or the second
 */
export function variables(salt: string, which: 1 | 2): Record<string, string> {
  return Object.fromEntries(
    VARIABLES.map((name) => {
      const edition = CHANGING.includes(name) ? which : 1;
      return [name, `canary-${name.toLowerCase()}-${String(edition)}-${salt}`];
    }),
  );
}

const head = (state: string, fdwUsage: string): string => `version: 1
stack: crash
state: ${state}
providers:
  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
  legacy: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
  warehouse: { type: postgres, url: { env: WAREHOUSE_URL }, fdw_usage: [${fdwUsage}] }
`;

/**
 * What there is before.
 * @param state the text of `state:`
 */
export const first = (state: string): string => `${head(state, 'lake_admin')}
secrets:
  KEY_ID: { provider: helios, value: { env: KEY_ID }, owners: [team:Platform], readers: [team:Data Engineering] }
  SECRET_KEY: { provider: helios, value: { env: SECRET_KEY }, owners: [team:Platform], readers: [team:Data Engineering] }
  TOKEN:
    provider: helios
    value: { env: TOKEN }
    owners: [user:ana@example.com, team:Platform]
    readers: [team:Machine Learning]
  STEADY: { provider: helios, value: { env: STEADY }, readers: [user:ben@example.com] }
  MOVED: { provider: legacy, value: { env: TOKEN }, readers: [team:Machine Learning] }
  GONE: { provider: helios, value: { env: STEADY }, readers: [user:chloe@example.com] }
  LET_GO: { provider: helios, value: { env: STEADY }, owners: [team:Platform] }
  HAND_OVER: { provider: helios, value: { env: STEADY }, owners: [user:ana@example.com] }
  OLD_NAME: { provider: helios, value: { env: STEADY }, owners: [team:Platform], readers: [user:chloe@example.com] }
duckdb_servers:
  lake:
    type: s3
    options: { region: us-east-1, scope: s3://lake }
    owner: lake_admin
    usage: [analyst]
    user_mappings:
      analyst: { key_id: { secret: KEY_ID }, secret: { secret: SECRET_KEY } }
      public: { key_id: { env: MINIO_ID }, secret: { env: MINIO_KEY } }
  minio:
    simple: { type: S3, key_id: { env: MINIO_ID }, secret: { env: MINIO_KEY }, endpoint: "minio:9000", use_ssl: false }
  chain: { type: s3, options: { provider: credential_chain, validation: none } }
  gone:
    type: s3
    options: { region: eu-west-1 }
    usage: [analyst]
    user_mappings: { analyst: { key_id: { secret: KEY_ID }, secret: { env: STEADY } } }
  old_lake: { type: s3, options: { provider: credential_chain, validation: none, region: eu-west-1 } }
  old_pond:
    type: s3
    options: { region: eu-west-1 }
    usage: [analyst]
    user_mappings: { analyst: { key_id: { secret: OLD_NAME }, secret: { env: STEADY } } }
`;

/** What somebody does by hand in between: the server is called otherwise, and the second configuration follows. */
export const BY_HAND = 'ALTER SERVER old_lake RENAME TO new_lake';

/** What is wanted then. */
export const second = (state: string): string => `${head(state, 'lake_admin, analyst')}
secrets:
  KEY_ID: { provider: helios, value: { env: KEY_ID }, owners: [team:Platform], readers: [team:Data Engineering] }
  SECRET_KEY: { provider: helios, value: { env: SECRET_KEY }, owners: [team:Platform], readers: [user:ben@example.com] }
  TOKEN:
    provider: helios
    value: { env: TOKEN }
    owners: [user:chloe@example.com, team:Platform]
    readers: [user:ana@example.com]
  STEADY: { provider: helios, value: { env: STEADY }, readers: [user:ben@example.com] }
  MOVED: { provider: helios, value: { env: TOKEN }, readers: [team:Machine Learning] }
  HAND_OVER: { provider: helios, value: { env: STEADY }, owners: [user:ana@example.com], self: drop }
  FRESH: { provider: helios, value: { env: FRESH }, owners: [team:Platform], readers: [team:Data Engineering, user:chloe@example.com] }
  FRESH_TOO: { provider: helios, value: { env: TOKEN }, readers: [team:Machine Learning] }
  NEW_NAME: { provider: helios, value: { env: STEADY }, owners: [team:Platform], readers: [user:ana@example.com] }
duckdb_servers:
  lake:
    type: s3
    options: { region: eu-central-1, scope: s3://lake, url_style: path }
    owner: lake_admin
    usage: [intruder]
    user_mappings:
      analyst: { key_id: { secret: KEY_ID }, secret: { secret: SECRET_KEY } }
      intruder: { key_id: { secret: FRESH }, secret: { secret: SECRET_KEY } }
      public: { key_id: { env: MINIO_ID }, secret: { env: MINIO_KEY } }
  minio:
    type: gcs
    user_mappings: { public: { key_id: { env: MINIO_ID }, secret: { env: MINIO_KEY } } }
  chain: { type: s3, options: { provider: credential_chain, validation: none }, owner: lake_admin }
  new_lake: { type: s3, options: { provider: credential_chain, validation: none, region: eu-west-1 } }
  fresh:
    azure: { connection_string: { secret: FRESH_TOO }, scope: azure://c }
    usage: [analyst]
  new_pond:
    type: s3
    options: { region: eu-west-2 }
    usage: [intruder]
    user_mappings:
      analyst: { key_id: { secret: NEW_NAME }, secret: { env: STEADY } }
      public: { key_id: { secret: NEW_NAME }, secret: { env: MINIO_KEY } }
moved:
  - { from: secret.helios.OLD_NAME, to: secret.helios.NEW_NAME }
  - { from: duckdb_server.warehouse.old_pond, to: duckdb_server.warehouse.new_pond }
  - { from: secret.legacy.MOVED, to: secret.helios.MOVED }
  - { from: duckdb_server.warehouse.old_lake, to: duckdb_server.warehouse.new_lake }
removed: [secret.helios.LET_GO]
`;
