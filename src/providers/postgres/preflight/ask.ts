import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { defined, kindOf, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic, RunScope } from '../../../model/index.js';
import { findOptionSet } from '../../sdk/duckdb-options.js';
import { kinds } from '../kinds.js';
import type { Preflight } from './document.js';
import { extensionOf } from './extensions.js';
import { PLACEHOLDER, questionsOf } from './questions.js';
import type { Question } from './questions.js';

/** Where to look, and for which run. */
interface AskContext {
  /** Where DuckDB finds extensions; none are used where it is absent. */
  readonly extensionDirectory: string | undefined;
  readonly once: RunScope['once'];
}

/** What a run keeps: whether it was told already that DuckDB was not asked. */
const TOLD = {};

/** A question that this machine cannot answer, and what it lacks. */
interface Unanswered {
  readonly question: Question;
  readonly lacks: string;
  readonly next: string;
}

/**
 * Asks an embedded DuckDB to create, in memory, the secrets that are new or differ from what the database has: it knows types and
 * options that the option table lacks. Loading it takes almost half a second, so this is done only where there is something new to
 * ask and its extension is installed on this machine. Where it could have told something and cannot be asked, that is reported once
 * in a run.
 */
export async function askDuckdb(
  desired: readonly DesiredResource[],
  preflight: Preflight,
  context: AskContext,
): Promise<readonly Diagnostic[]> {
  const questions = questionsOf(desired, preflight);
  const unanswered: Unanswered[] = [];
  const asked: Question[] = [];
  const isInstalled = installedIn(context.extensionDirectory);
  for (const question of questions) {
    // Any other provider would look for credentials on this machine.
    if (!['config', '', undefined].includes(question.provider)) continue;
    const lacking = await lackingExtension(question, isInstalled);
    if (lacking === undefined) asked.push(question);
    else unanswered.push(lacking);
  }
  const opinions = asked.length === 0 ? [] : await ask(asked, context.extensionDirectory, unanswered);
  return [
    ...opinions,
    ...notAsked(
      unanswered.filter(({ question }) => couldTell(question)),
      context,
    ),
  ];
}

/** Whether DuckDB knows more of a question than the option table. */
function couldTell({ type, provider, options }: Question): boolean {
  const set = findOptionSet(type, provider);
  return (
    [...options.keys()].some((name) => set?.options.some((option) => option.name === name) !== true) ||
    set === undefined
  );
}

async function lackingExtension(
  question: Question,
  isInstalled: (extension: string) => Promise<boolean>,
): Promise<Unanswered | undefined> {
  const extension = extensionOf(question.type, question.provider);
  if (extension === undefined || (await isInstalled(extension))) return undefined;
  return {
    question,
    lacks: `DuckDB's extension ${extension}`,
    next: `Install it for DuckDB on this machine (INSTALL ${extension}), or name the folder that has it with "extension_directory".`,
  };
}

/** Looks for extensions in a folder, for each of them once. */
function installedIn(directory: string | undefined): (extension: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return async (extension) => {
    if (directory === undefined) return false;
    const installed =
      known.get(extension) ?? hasFile(directory, `${extension}.duckdb_extension`, EXTENSION_DEPTH);
    known.set(extension, installed);
    return installed;
  };
}

/** DuckDB installs to `<directory>/<version>/<platform>/<name>.duckdb_extension`. */
const EXTENSION_DEPTH = 2;
/** More versions and platforms than anybody has: the setting may name any folder, `/` for one. */
const MOST_FOLDERS = 50;

/** Whether a folder, or one below it, has a file of this name; links are not followed. */
async function hasFile(folder: string, name: string, depth: number): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  if (entries.some((entry) => !entry.isDirectory() && entry.name === name)) return true;
  if (depth === 0) return false;
  for (const entry of entries.filter((candidate) => candidate.isDirectory()).slice(0, MOST_FOLDERS)) {
    if (await hasFile(join(folder, entry.name), name, depth - 1)) return true;
  }
  return false;
}

/** One note for all questions that were not asked, the first time in a run. */
function notAsked(unanswered: readonly Unanswered[], { once }: AskContext): readonly Diagnostic[] {
  const [first] = unanswered;
  const told = once(TOLD, () => ({ isTold: false }));
  if (first === undefined || told.isTold) return [];
  told.isTold = true;
  const lacks = [...new Set(unanswered.map((entry) => entry.lacks))].join(', ');
  return [
    problem({
      severity: 'info',
      code: 'duckdb-not-asked',
      summary: `What DuckDB itself says about options that are not known here was not checked: this machine lacks ${lacks}.`,
      next: first.next,
      address: first.question.about.address,
      at: first.question.about.range,
    }),
  ];
}

async function ask(
  questions: readonly Question[],
  directory: string | undefined,
  unanswered: Unanswered[],
): Promise<readonly Diagnostic[]> {
  const library = await import('@duckdb/node-api').catch(() => undefined);
  if (library === undefined) {
    const name = '@duckdb/node-api';
    const next = `Install it: npm install ${name}`;
    unanswered.push(...questions.map((question) => ({ question, lacks: `the package ${name}`, next })));
    return [];
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
  const seen = new Set<string>();
  try {
    for (const question of questions) {
      const error = await createSecret(connection, question);
      // What is wrong with the server alone is wrong with its mappings too.
      const key = `${kinds.mustParse(question.about.address).name} ${error ?? ''}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const found = error === undefined ? undefined : opinion(question, error, library.version());
      if (found === undefined) continue;
      if ('lacks' in found) unanswered.push(found);
      else diagnostics.push(found);
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

/**
 * DuckDB's error, as a warning: the DuckDB of the database may be of another version. `undefined` where it is about a placeholder,
 * which is not a map or a boolean: that says nothing about the real value.
 */
function opinion(question: Question, error: string, version: string): Diagnostic | Unanswered | undefined {
  const { type, about } = question;
  const cast = /Failed to cast option ['"](\w+)['"]/.exec(error)?.[1];
  if (cast !== undefined && question.options.get(cast) === PLACEHOLDER) return undefined;
  if (/\.duckdb_extension|exists in the \w+ extension|Autoloading/.test(error)) {
    const extension = extensionOf(type, question.provider) ?? type;
    return {
      question,
      lacks: `an extension ${extension} that DuckDB ${version} can load`,
      next: `Install it for DuckDB on this machine (INSTALL ${extension}).`,
    };
  }
  const alone = kindOf(about.address) === 'duckdb_server' ? ', which is checked without its mappings' : '';
  return problem({
    severity: 'warning',
    code: 'duckdb-says',
    summary: `DuckDB ${version} on this machine refuses this ${type} secret${alone}: ${error.split('\n')[0] ?? ''}`,
    next: 'Correct it, or add "options_unchecked: true" where the database has another DuckDB.',
    address: about.address,
    at: about.range,
  });
}
