import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import type { DesiredResource, Diagnostic } from '../../model/index.js';
import { neededExtensions } from './extensions.js';
import { fieldText } from './field-text.js';
import { placeOf } from './preflight-document.js';
import type { Preflight } from './preflight-document.js';
import { kinds } from './kinds.js';

/** A secret as DuckDB would be told to make it, and who asks for it. */
interface Question {
  readonly type: string;
  readonly provider: string | undefined;
  /** Plain options with their values, sensitive ones with a word that stands for one. */
  readonly options: ReadonlyMap<string, string>;
  readonly about: DesiredResource;
}

/** What stands where a value would: DuckDB is asked about names and shapes, never about values. */
const STANDS_FOR = 'x';
const HTTPFS = new Set(['s3', 'gcs', 'r2', 'aws', 'huggingface']);

/**
 * Asks an embedded DuckDB to make, in memory, the secrets that are new here or not as the database has them: it knows types and options that the
 * table does not. Loading it takes nearly half a second of work, so it is only done where there is something new to ask, and where its
 * extension lies on this machine; where it cannot be asked, that is said once for each type.
 * @param extensionDirectory where DuckDB finds extensions; its own default where it is absent
 */
export async function askDuckdb(
  desired: readonly DesiredResource[],
  found: Preflight,
  extensionDirectory: string | undefined,
): Promise<readonly Diagnostic[]> {
  const questions = distinct(desired.flatMap((resource) => questionsOf(resource, desired, found)));
  const directory = extensionDirectory ?? join(homedir(), '.duckdb/extensions');
  const skipped = new Map<string, Diagnostic>();
  const asked: Question[] = [];
  for (const question of questions) {
    const why = await obstacle(question, directory);
    if (why === undefined) asked.push(question);
    else if (!skipped.has(question.type)) skipped.set(question.type, notAsked(question, why));
  }
  return [...skipped.values(), ...(asked.length === 0 ? [] : await ask(asked, directory))];
}

/** One question for each mapping of a server, or one where it has none; none where the database has it already. */
function questionsOf(
  server: DesiredResource,
  desired: readonly DesiredResource[],
  found: Preflight,
): readonly Question[] {
  const { kind, name } = kinds.mustParse(server.address);
  if (kind !== 'duckdb_server' || server.optionsUnchecked === true) return [];
  const type = fieldText(server.fields['type']) ?? '';
  const own = optionsOf(server);
  const existing = found.servers.find((one) => one.name === name);
  const isSame =
    existing?.type?.toLowerCase() === type &&
    Object.keys(existing.options).length === own.size &&
    [...own].every(([key, value]) => existing.options[key] === value);
  const mappings = desired.filter(
    (resource) =>
      kinds.parentOf(resource.address) === server.address && resource.address.startsWith('user_mapping.'),
  );
  const sets = mappings.length === 0 ? [new Map<string, string>()] : mappings.map(optionsOf);
  return sets.flatMap((mapping, at): Question[] => {
    const about = mappings[at] ?? server;
    const role = kinds.mustParse(about.address).member;
    const before = found.mappings.find((one) => one.server === name && one.role === role);
    // A mapping that is hidden from us was checked when it was made.
    const known =
      role === undefined ||
      (before !== undefined &&
        (before.options === null ||
          (before.options.length === mapping.size && before.options.every((option) => mapping.has(option)))));
    if (isSame && known) return [];
    const options = new Map([...own, ...mapping]);
    return [{ type, provider: options.get('provider'), options, about }];
  });
}

function optionsOf(resource: DesiredResource): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(resource.fields).flatMap(([path, field]) => {
      if (!path.startsWith('options.')) return [];
      const text = field.kind === 'plain' ? fieldText(field) : STANDS_FOR;
      return text === undefined ? [] : [[path.slice('options.'.length), text] as const];
    }),
  );
}

function distinct(questions: readonly Question[]): readonly Question[] {
  const seen = new Map<string, Question>();
  for (const question of questions) {
    const key = JSON.stringify([question.type, [...question.options].sort()]);
    if (!seen.has(key)) seen.set(key, question);
  }
  return [...seen.values()];
}

/** Why DuckDB cannot be asked this. */
async function obstacle({ type, provider }: Question, directory: string): Promise<string | undefined> {
  if (provider !== undefined && provider !== 'config') {
    return `the provider ${provider} would look for credentials on this machine`;
  }
  const extensions = HTTPFS.has(type) ? ['httpfs'] : neededExtensions(type, provider);
  if (extensions.length === 0 || (await isInstalled(extensions, directory))) return undefined;
  return `its extension ${extensions[0] ?? ''} is not installed on this machine`;
}

async function isInstalled(extensions: readonly string[], directory: string): Promise<boolean> {
  const files = await readdir(directory, { recursive: true }).catch((): string[] => []);
  return files.some((file) => extensions.some((extension) => file.endsWith(`${extension}.duckdb_extension`)));
}

function notAsked({ type, about }: Question, why: string): Diagnostic {
  return {
    severity: 'info',
    code: 'duckdb-not-asked',
    summary: `What DuckDB itself says of the options of ${type} was not checked: ${why}.`,
    ...placeOf(about),
  };
}

async function ask(questions: readonly Question[], directory: string): Promise<readonly Diagnostic[]> {
  const library = await import('@duckdb/node-api').catch(() => undefined);
  if (library === undefined) {
    const types = new Map(questions.map((question) => [question.type, question]));
    return [...types.values()].map((type) =>
      notAsked(type, 'the package @duckdb/node-api is not installed beside this program'),
    );
  }
  const instance = await library.DuckDBInstance.create(':memory:', {
    threads: '1',
    allow_persistent_secrets: 'false',
    autoload_known_extensions: 'true',
    autoinstall_known_extensions: 'false',
    extension_directory: directory,
  });
  const connection = await instance.connect();
  const diagnostics: Diagnostic[] = [];
  try {
    for (const question of questions) {
      const names = [...question.options.keys()];
      const parts = names.map((name, at) => `, "${name.replaceAll('"', '""')}" $${at + 1}`);
      const sql = `CREATE OR REPLACE TEMPORARY SECRET asked (TYPE "${question.type.replaceAll('"', '""')}"${parts.join('')})`;
      const said = await connection.run(sql, [...question.options.values()]).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (said !== undefined) diagnostics.push(answer(question, said, library.version()));
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return diagnostics;
}

/** What DuckDB says, as a remark: the one behind the wrapper may be of another version. */
function answer(question: Question, said: string, version: string): Diagnostic {
  const { type, about } = question;
  // A sensitive option was given a word that is no map and no boolean: that says nothing of the real value.
  const cast = /Failed to cast option '(\w+)'/.exec(said)?.[1];
  if (cast !== undefined && question.options.get(cast) === STANDS_FOR) {
    return notAsked(question, `DuckDB wants a value of its own kind for ${cast}, which is not read for this`);
  }
  const isMissing = /\.duckdb_extension|exists in the \w+ extension|Autoloading/.test(said);
  if (isMissing) return notAsked(question, 'its extension cannot be loaded on this machine');
  return {
    severity: 'warning',
    code: 'duckdb-says',
    summary: `DuckDB ${version}, asked on this machine about this ${type} secret, says: ${said.split('\n')[0] ?? ''}`,
    next: 'Correct it, or add "options_unchecked: true" where the database has another DuckDB.',
    ...placeOf(about),
  };
}
