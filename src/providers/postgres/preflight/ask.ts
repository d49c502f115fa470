import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { defined, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../../model/index.js';
import type { Preflight } from './document.js';
import { neededExtensions } from './extensions.js';
import { PLACEHOLDER, distinct, questionsOf } from './questions.js';
import type { Question } from './questions.js';

const HTTPFS = new Set(['s3', 'gcs', 'r2', 'aws', 'huggingface']);

/**
 * Asks an embedded DuckDB to create, in memory, the secrets that are new or differ from what the database has: it knows types and
 * options that the option table lacks. Loading it takes almost half a second, so this is done only where there is something new to
 * ask and its extension is installed on this machine; where it cannot be asked, that is reported once for each type.
 * @param extensionDirectory where DuckDB finds extensions; none are used where it is absent
 */
export async function askDuckdb(
  desired: readonly DesiredResource[],
  preflight: Preflight,
  extensionDirectory: string | undefined,
): Promise<readonly Diagnostic[]> {
  const questions = distinct(desired.flatMap((resource) => questionsOf(resource, desired, preflight)));
  const skipped = new Map<string, Diagnostic>();
  const asked: Question[] = [];
  for (const question of questions) {
    const reason = await obstacle(question, extensionDirectory);
    if (reason === undefined) asked.push(question);
    else if (!skipped.has(question.type)) skipped.set(question.type, notAsked(question, reason));
  }
  return [...skipped.values(), ...(asked.length === 0 ? [] : await ask(asked, extensionDirectory))];
}

/** Why DuckDB cannot be asked a question. */
async function obstacle(
  { type, provider }: Question,
  directory: string | undefined,
): Promise<string | undefined> {
  if (provider !== undefined && provider !== 'config') {
    return `the provider ${provider} would look for credentials on this machine`;
  }
  const extensions = localExtensions(type, provider);
  const [first] = extensions;
  if (first === undefined || (await isInstalled(extensions, directory))) return undefined;
  return `its extension ${first} is not installed on this machine`;
}

/** The extensions of which DuckDB needs one on this machine. */
function localExtensions(type: string, provider: string | undefined): readonly string[] {
  if (HTTPFS.has(type)) return ['httpfs'];
  return type === 'motherduck' ? ['motherduck'] : neededExtensions(type, provider);
}

async function isInstalled(extensions: readonly string[], directory: string | undefined): Promise<boolean> {
  if (directory === undefined) return false;
  const names = extensions.map((extension) => `${extension}.duckdb_extension`);
  return hasFile(directory, names, EXTENSION_DEPTH);
}

/** DuckDB installs to `<directory>/<version>/<platform>/<name>.duckdb_extension`. */
const EXTENSION_DEPTH = 2;
/** More versions and platforms than anybody has: the setting may name any folder, `/` for one. */
const MOST_FOLDERS = 50;

/** Whether a folder, or one below it, has a file whose name ends like this; links are not followed. */
async function hasFile(folder: string, ends: readonly string[], depth: number): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  if (entries.some((entry) => !entry.isDirectory() && ends.some((end) => entry.name.endsWith(end))))
    return true;
  if (depth === 0) return false;
  for (const entry of entries.filter((candidate) => candidate.isDirectory()).slice(0, MOST_FOLDERS)) {
    if (await hasFile(join(folder, entry.name), ends, depth - 1)) return true;
  }
  return false;
}

function notAsked({ type, about }: Question, reason: string): Diagnostic {
  return problem({
    severity: 'info',
    code: 'duckdb-not-asked',
    summary: `DuckDB could not be asked about the options of ${type}: ${reason}.`,
    address: about.address,
    at: about.range,
  });
}

async function ask(
  questions: readonly Question[],
  directory: string | undefined,
): Promise<readonly Diagnostic[]> {
  const library = await import('@duckdb/node-api').catch(() => undefined);
  if (library === undefined) {
    const types = new Map(questions.map((question) => [question.type, question]));
    return [...types.values()].map((question) =>
      notAsked(question, 'the package @duckdb/node-api is not installed'),
    );
  }
  const instance = await library.DuckDBInstance.create(':memory:', {
    threads: '1',
    allow_persistent_secrets: 'false',
    autoload_known_extensions: 'true',
    autoinstall_known_extensions: 'false',
    ...defined({ extension_directory: directory }),
  });
  const connection = await instance.connect();
  const diagnostics: Diagnostic[] = [];
  try {
    for (const question of questions) {
      const error = await createSecret(connection, question);
      if (error !== undefined) diagnostics.push(opinion(question, error, library.version()));
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return diagnostics;
}

/** Creates the secret in memory, and returns DuckDB's error, if any. */
async function createSecret(
  connection: DuckDBConnection,
  { type, options }: Question,
): Promise<string | undefined> {
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const parts = [...options.keys()].map((name, at) => `, ${quoted(name)} $${at + 1}`);
  const sql = `CREATE OR REPLACE TEMPORARY SECRET asked (TYPE ${quoted(type)}${parts.join('')})`;
  return connection.run(sql, [...options.values()]).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** DuckDB's error, as a warning: the DuckDB of the database may be of another version. */
function opinion(question: Question, error: string, version: string): Diagnostic {
  const { type, about } = question;
  // A sensitive option was given a placeholder, which is not a map or a boolean: that says nothing about the real value.
  const cast = /Failed to cast option '(\w+)'/.exec(error)?.[1];
  if (cast !== undefined && question.options.get(cast) === PLACEHOLDER) {
    return notAsked(
      question,
      `${cast} needs a value of another type, and values are not read for this check`,
    );
  }
  const isMissing = /\.duckdb_extension|exists in the \w+ extension|Autoloading/.test(error);
  if (isMissing) return notAsked(question, 'its extension cannot be loaded on this machine');
  return problem({
    severity: 'warning',
    code: 'duckdb-says',
    summary: `DuckDB ${version} on this machine refuses this ${type} secret: ${error.split('\n')[0] ?? ''}`,
    next: 'Correct it, or add "options_unchecked: true" where the database has another DuckDB.',
    address: about.address,
    at: about.range,
  });
}
