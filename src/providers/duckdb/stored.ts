import { copyFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMALL_FILE, readBounded } from '../../files/read.js';
import { errorCode } from '../../model/index.js';
import { secretPath, withScratch } from './files.js';
import { openDuckdb } from './library.js';
import { splitOptions } from './split.js';
import type { Listed } from './split.js';

/** A stored secret as DuckDB reads it. */
export interface Stored {
  readonly type: string;
  readonly provider: string;
  readonly scope: readonly string[];
  /** By name; absent where the options cannot be told apart. */
  readonly options?: ReadonlyMap<string, StoredOption>;
}

/** The value of an option, and whether DuckDB redacts it. */
export interface StoredOption {
  readonly text: string;
  readonly redacted: boolean;
}

const LIST_SQL = `SELECT o.name, o.type, o.provider, o.scope, o.secret_string AS text, r.secret_string AS redacted
FROM duckdb_secrets(redact = false) o JOIN duckdb_secrets() r USING (name, storage) WHERE o.persistent`;

/**
 * Reads some secrets of a directory: all at once, as DuckDB does. One file that is damaged, or that others may read, makes DuckDB
 * refuse the whole directory; then those that are asked for are read one by one, from copies that nobody else can read.
 * @returns by name; `undefined` for one that DuckDB cannot read; no entry for one that does not exist
 */
export async function readStored(
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Stored | undefined>> {
  const found = new Map<string, Stored | undefined>();
  if (names.length === 0) return found;
  const all = await list(directory).catch(() => undefined);
  for (const name of names) {
    const listed = all?.get(name);
    try {
      const row = listed ?? (await listAlone(directory, name));
      found.set(name, row && (await toStored(row, secretPath(directory, name))));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') found.set(name, undefined);
    }
  }
  return found;
}

async function toStored(listed: Listed, path: string): Promise<Stored> {
  const { type, provider, scope } = listed;
  const options = splitOptions(listed, (await readBounded(path, SMALL_FILE)).bytes);
  if (options === undefined) return { type, provider, scope };
  const redacted = redactedOf(options, listed);
  const entries = [...options].map(([name, text]) => [name, { text, redacted: redacted.has(name) }] as const);
  return { type, provider, scope, options: new Map(entries) };
}

/**
 * The options that DuckDB does not show: both of its texts are walked along, option by option. A value that is the very word `redacted` is as
 * good as shown.
 */
function redactedOf(options: ReadonlyMap<string, string>, { text, redacted }: Listed): ReadonlySet<string> {
  const hidden = new Set<string>();
  const entries = [...options];
  let at = text.length - entries.map(([name, value]) => `${name}=${value}`).join(';').length;
  for (const [index, [name, value]] of entries.entries()) {
    const next = entries[index + 1];
    const after = next === undefined ? '' : `;${next[0]}=`;
    const start = at + name.length + 1;
    const isShown =
      redacted.startsWith(value + after, start) &&
      (next !== undefined || redacted.length === start + value.length);
    if (!isShown) hidden.add(name);
    at = start + (isShown ? value.length : 'redacted'.length) + (next === undefined ? 0 : 1);
  }
  return hidden;
}

/** Everything that DuckDB lists of a directory, by the name of its file. @throws Error where it refuses. */
export async function list(directory: string): Promise<ReadonlyMap<string, Listed>> {
  const duckdb = await openDuckdb({ secretDirectory: directory });
  try {
    const rows = (await duckdb.rows(LIST_SQL)) as unknown as readonly Listed[];
    return new Map(rows.map((row) => [row.name, row]));
  } finally {
    duckdb.close();
  }
}

/** One secret alone, from a copy. @throws system errors, and Error where DuckDB refuses it. */
export async function listAlone(directory: string, name: string): Promise<Listed | undefined> {
  return withScratch(tmpdir(), async (folder) => {
    const copy = join(folder, 'copy.duckdb_secret');
    await copyFile(secretPath(directory, name), copy);
    await chmod(copy, 0o600);
    return (await list(folder)).get(name);
  });
}
