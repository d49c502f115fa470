import { randomBytes } from 'node:crypto';
import { SMALL_FILE, readTextBounded } from '../files/read.js';
import { replaceFile } from '../files/write.js';
import { startHelios } from './helios/index.js';
import type { HeliosSandbox } from './helios/index.js';
import { startPostgres } from './postgres/index.js';
import type { PostgresSandbox } from './postgres/index.js';
import { PRODUCT_NAMES } from './postgres/standin/index.js';
import type { Product } from './postgres/standin/index.js';

/** What the Postgres of a sandbox can imitate. */
export const POSTGRES_PRODUCTS = PRODUCT_NAMES;
export type PostgresProduct = Product;

/** Whose bodies the API of a sandbox serves: those of the Node and Python clients, or of the Go client. */
export const API_SHAPES = ['node', 'go'] as const;
export type ApiShape = (typeof API_SHAPES)[number];

/** A running sandbox: both systems, and the variables with which the examples reach them. */
export interface Sandbox {
  readonly helios: HeliosSandbox;
  readonly postgres: PostgresSandbox;
  /** What the examples read from the environment. Its secrets are random. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The ports of a sandbox (0 for any free one), and what its Postgres imitates. */
export interface SandboxOptions {
  /** 0 where absent. */
  readonly heliosPort?: number;
  /** Where absent, the Postgres has a Unix socket and no port. */
  readonly postgresPort?: number;
  /** `pg_duckdb` where absent. */
  readonly postgres?: PostgresProduct;
  /** Whose bodies the API serves; `node` where absent. */
  readonly apiShape?: ApiShape;
}

/**
 * Starts a local Helios Management API and a Postgres with the stand-in for the `duckdb` wrapper, on 127.0.0.1 and on a
 * Unix socket that only this user can reach. Nothing is kept when it stops.
 * @throws Error where a port is taken, or the optional packages of the Postgres are not installed
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const postgres = await startPostgres({
    ...(options.postgresPort === undefined ? {} : { port: options.postgresPort }),
    database: 'warehouse',
    ...(options.postgres === undefined ? {} : { product: options.postgres }),
  });
  let helios: HeliosSandbox;
  try {
    helios = await startHelios({ port: options.heliosPort ?? 0, apiShape: options.apiShape ?? 'node' });
  } catch (error) {
    await postgres.close();
    throw error;
  }
  return {
    helios,
    postgres,
    variables: variablesOf(helios, postgres),
    close: async () => {
      await Promise.all([helios.close(), postgres.close()]);
    },
  };
}

/** The first line of a file of variables, by which a file of ours is recognised. */
const MARK = '# Written by `secrets sandbox`, which removes it when it stops.\n';

/** Whether a path may be written: there is no file, or it is empty, or a killed sandbox left it. */
export async function isReplaceable(path: string): Promise<boolean> {
  try {
    const text = await readTextBounded(path, SMALL_FILE);
    return text === '' || text.startsWith(MARK);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/**
 * Writes variables as lines that a shell, Node's `--env-file` and CI systems read. An existing file is replaced, since it would keep
 * its mode; the new one is readable by its owner only.
 * @throws Node's error where it cannot be written
 */
export async function writeEnvFile(path: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  await replaceFile(path, MARK + lines.join(''));
}

function variablesOf(helios: HeliosSandbox, postgres: PostgresSandbox): Readonly<Record<string, string>> {
  const tokenOf = (name: string): string => helios.keys.find((key) => key.name === name)?.token ?? '';
  const random = (prefix: string): string => `${prefix}${randomBytes(12).toString('hex')}`;
  return {
    SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf('ci-bot'),
    // SingleStore's Python SDK uses /v2 by default; the API documents secrets under /v1.
    SINGLESTOREDB_MANAGEMENT_VERSION: 'v1',
    WAREHOUSE_URL: postgres.url,
    AWS_ACCESS_KEY_ID: random('AKIAEXAMPLE').toUpperCase(),
    AWS_SECRET_KEY: random('example-secret-'),
    HF_TOKEN: random('hf_example_'),
    // Two users of the organization, for changes by hand that drift should find.
    SANDBOX_BEN_TOKEN: tokenOf('ben'),
    SANDBOX_CHLOE_TOKEN: tokenOf('chloe'),
    SANDBOX_CONTROL_TOKEN: helios.controlToken,
  };
}
