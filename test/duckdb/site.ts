import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { onTestFinished } from 'vitest';
import type { Plan } from '../../src/model/index.js';
import { engineOf } from '../support/engine.js';
import type { Engine } from '../support/engine.js';
import { makeProject } from '../support/project.js';

/** A project with a secret directory, for one test. */
export interface Site extends Engine {
  readonly folder: string;
  readonly secretDirectory: string;
  readonly env: Record<string, string>;
  /** Writes the configuration: what stands behind `duckdb_secrets:`, as YAML. */
  readonly configure: (secrets: string, extensionDirectory?: string) => Promise<void>;
  /** Runs SQL in a DuckDB of the same directory, as a person would. */
  readonly byHand: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The path of a secret's file. */
  readonly fileOf: (name: string) => string;
}

/** Opens a site that goes when the test ends. */
export async function openSite(extensionDirectory?: string): Promise<Site> {
  const { folder, env, write, remove } = await makeProject({});
  onTestFinished(remove);
  const secretDirectory = join(folder, 'store/secrets');
  const extensions = extensionDirectory ?? join(folder, 'no-extensions');
  const engine = engineOf({ folder, env });
  return {
    ...engine,
    folder,
    secretDirectory,
    env,
    configure: (secrets, where = extensions) =>
      write(
        'secrets.yaml',
        `version: 1\nstack: laptop\nproviders:\n  laptop: { type: duckdb, secret_directory: ./store/secrets, extension_directory: ${JSON.stringify(where)} }\nduckdb_secrets: ${secrets}\n`,
      ),
    byHand: (sql) => duckdbByHand(secretDirectory, extensions, sql),
    fileOf: (name) => join(secretDirectory, `${name}.duckdb_secret`),
  };
}

async function duckdbByHand(
  secretDirectory: string,
  extensionDirectory: string,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const instance = await DuckDBInstance.create(':memory:', {
    secret_directory: secretDirectory,
    extension_directory: extensionDirectory,
    autoinstall_known_extensions: 'false',
    allow_unredacted_secrets: 'true',
  });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** What a plan does, one line for each change. */
export function stepsOf(plan: Plan | undefined): readonly string[] {
  return (plan?.changes ?? []).map((change) => `${change.action} ${change.address}`);
}
