import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { startHelios } from './helios/index.js';
import type { HeliosSandbox } from './helios/index.js';
import { startPostgres } from './postgres/index.js';
import type { PostgresSandbox } from './postgres/index.js';

/** A running sandbox: both systems, and the variables with which the examples reach them. */
export interface Sandbox {
  readonly helios: HeliosSandbox;
  readonly postgres: PostgresSandbox;
  /** What the examples read from the environment. Its secrets are made up. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Where a sandbox listens; 0, the default: the system picks. */
export interface SandboxOptions {
  readonly heliosPort?: number;
  readonly postgresPort?: number;
}

/**
 * Starts a local Helios Management API and a Postgres with the stand-in for the `duckdb` wrapper, both on 127.0.0.1 alone.
 * Nothing is kept when it stops.
 * @throws Error where a port is taken, or the optional packages of the Postgres are not installed
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const postgres = await startPostgres({ port: options.postgresPort ?? 0, database: 'warehouse' });
  let helios: HeliosSandbox;
  try {
    helios = await startHelios({ port: options.heliosPort ?? 0 });
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

/** The first line of a file of variables: tells one of ours from a file that somebody else needs. */
const MARK = '# Written by `secrets sandbox`, which removes it when it stops.\n';

/** Whether a file may be replaced: it is empty, or one of ours that a killed sandbox left; or there is none. */
export async function isReplaceable(path: string): Promise<boolean> {
  try {
    const text = await readFile(path, 'utf8');
    return text === '' || text.startsWith(MARK);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/**
 * Writes variables as lines that a shell, Node's `--env-file` and CI systems read. The file is made anew, for its owner alone:
 * one that is there already would keep its mode.
 * @throws Node's error where it can't be written
 */
export async function writeEnvFile(path: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  await rm(path, { force: true });
  await writeFile(path, MARK + lines.join(''), { mode: 0o600, flag: 'wx' });
}

function variablesOf(helios: HeliosSandbox, postgres: PostgresSandbox): Readonly<Record<string, string>> {
  const tokenOf = (name: string): string => helios.keys.find((key) => key.name === name)?.token ?? '';
  const madeUp = (prefix: string): string => `${prefix}${randomBytes(12).toString('hex')}`;
  return {
    SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf('ci-bot'),
    // SingleStore's Python SDK asks for secrets under /v2 unless it is told otherwise; they live under /v1.
    SINGLESTOREDB_MANAGEMENT_VERSION: 'v1',
    WAREHOUSE_URL: postgres.url,
    AWS_ACCESS_KEY_ID: madeUp('AKIAEXAMPLE').toUpperCase(),
    AWS_SECRET_KEY: madeUp('example-secret-'),
    HF_TOKEN: madeUp('hf_example_'),
    // Two people of the organization, for doing by hand what a reconciler is to notice.
    SANDBOX_BEN_TOKEN: tokenOf('ben'),
    SANDBOX_CHLOE_TOKEN: tokenOf('chloe'),
    SANDBOX_CONTROL_TOKEN: helios.controlToken,
  };
}
