import { randomBytes } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosOptions, HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { onEachPostgres } from './postgres/block.js';
import { query } from './postgres/index.js';
import type { RealPostgres } from './postgres/index.js';
import { dumpDatabase, dumpHelios } from './dump.js';
import type { DumpedDatabase, DumpedSecret } from './dump.js';
import type { Finished } from './command.js';
import { makeProject } from './project.js';
import type { Project, Where } from './project.js';

/*
 * The whole product: the command (in this process, or as one of its own), a Helios Management API over HTTP, a real PostgreSQL.
 * The API is emulated in this process, where the tests can look into it; the wrapper is the stand-in.
 */

/** A value nobody has ever seen before, so that it can be looked for everywhere. */
export function canary(name: string): string {
  return `canary-${name}-${randomBytes(9).toString('hex')}`;
}

/** What the DuckDB of these tests has. */
const STAND_IN = { installed: ['httpfs', 'aws', 'azure'] };

/** Runs the same tests on each PostgreSQL there is; settings that only a whole server can have give the block its own. */
export function onPostgres(
  title: string,
  tests: (server: () => RealPostgres, version: 15 | 18) => void,
  versions: readonly (15 | 18)[] = [18],
  settings: Readonly<Record<string, string>> = {},
): void {
  onEachPostgres(title, { versions, settings, standIn: STAND_IN }, tests);
}

/** Both systems and a project that points at them, for one test. */
export interface Site extends Project {
  readonly helios: HeliosSandbox;
  /** The database as its superuser. */
  readonly databaseUrl: string;
  /** The living secrets, read past the API. */
  readonly secrets: () => Readonly<Record<string, DumpedSecret>>;
  /** What the database has, read past the program. */
  readonly database: () => Promise<DumpedDatabase>;
  /** Runs SQL by hand, as the superuser. */
  readonly sql: (text: string) => Promise<readonly Record<string, unknown>[]>;
  /** Everything that both systems hold, for comparing before and after. */
  readonly everything: () => Promise<unknown>;
  /** `apply --auto-approve`, which must succeed. */
  readonly applied: (...args: readonly string[]) => Promise<Finished>;
}

/** What a site is made of; only the server must be given. */
export interface SiteOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly helios?: HeliosOptions;
  /** Where `run` runs: in the process of the test, unless told otherwise. */
  readonly where?: Where;
}

/** Opens a site that goes when the test ends. The tool is Helios' service account `ci-bot`, and a superuser of Postgres. */
export async function openSite(server: RealPostgres, options: SiteOptions = {}): Promise<Site> {
  const [helios, databaseUrl] = await Promise.all([startHelios(options.helios), server.createDatabase()]);
  const project = await makeProject(
    options.files ?? { 'secrets.yaml': CONFIGURATION },
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
      WAREHOUSE_URL: databaseUrl,
      AWS_ACCESS_KEY_ID: canary('id'),
      AWS_SECRET_KEY: canary('key'),
      HF_TOKEN: canary('hf'),
      ...options.env,
    },
    options.where,
  );
  onTestFinished(async () => {
    await Promise.all([helios.close(), project.remove()]);
  });
  const database = (): Promise<DumpedDatabase> => dumpDatabase(databaseUrl);
  return {
    ...project,
    helios,
    databaseUrl,
    secrets: () => dumpHelios(helios),
    database,
    sql: (text) => query(databaseUrl, text),
    everything: async () => ({ helios: dumpHelios(helios), database: await database() }),
    applied: async (...args) => {
      const finished = await project.run('apply', '--auto-approve', ...args);
      expect(finished.stderr).not.toContain('Error:');
      expect(finished.code).toBe(0);
      return finished;
    },
  };
}

/** The token of an API key of this name. */
export function tokenOf(helios: HeliosSandbox, name: string): string {
  const key = helios.keys.find((one) => one.name === name);
  if (key === undefined) throw new Error(`the emulated API has no key ${name}`);
  return key.token;
}

/** Nothing is left to do, and nothing has drifted. */
export async function expectSettled(site: Project, ...args: readonly string[]): Promise<void> {
  const plan = await site.run('plan', '--detailed-exitcode', ...args);
  expect(plan.stdout).toBe('No changes. Your secrets match the configuration.\n');
  expect(plan.code).toBe(0);
  const drift = await site.run('drift', ...args);
  expect(drift.stdout).toMatch(/^No drift\./m);
  expect(drift.code).toBe(0);
}

/** One credential in two systems, with everything that somebody may change by hand. */
export const CONFIGURATION = `version: 1
stack: e2e
providers:
  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
  warehouse: { type: postgres, url: { env: WAREHOUSE_URL }, fdw_usage: [lake_admin] }
secrets:
  AWS_ACCESS_KEY_ID:
    value: { env: AWS_ACCESS_KEY_ID }
    owners: [team:Platform]
    readers: [team:Data Engineering]
  AWS_SECRET_KEY:
    value: { env: AWS_SECRET_KEY }
    owners: [team:Platform]
    readers: [team:Data Engineering]
  HF_TOKEN:
    value: { env: HF_TOKEN }
    owners: [user:ana@example.com, team:Platform]
    readers: [team:Machine Learning]
duckdb_servers:
  lake_chain:
    type: s3
    options: { provider: credential_chain, validation: none }
  lake:
    type: s3
    options: { region: us-east-1, scope: s3://lake }
    owner: lake_admin
    usage: [analyst]
    user_mappings:
      analyst:
        key_id: { secret: AWS_ACCESS_KEY_ID }
        secret: { secret: AWS_SECRET_KEY }
`;
