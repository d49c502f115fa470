import type { Fields, Plain } from '../../model/index.js';
import type { Duckdb } from './library.js';
import { quoteName } from './library.js';

/** A secret to make: what stands in the statement by name, and what is passed beside it. */
interface Statement {
  readonly sql: string;
  readonly values: readonly (string | readonly string[])[];
}

/** The text of a plain option; nothing for what has none. */
export function optionText(value: Plain): string | undefined {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
}

/**
 * The statement that makes a secret. Only names stand in its text; every value goes as a parameter, so that no log, no profile and no
 * error of the parser can hold one.
 */
export function createStatement(kind: 'PERSISTENT' | 'TEMPORARY', name: string, fields: Fields): Statement {
  const parts: string[] = [];
  const values: (string | readonly string[])[] = [];
  let type = '';
  for (const [path, field] of Object.entries(fields)) {
    if (field.kind === 'hidden') continue;
    const plainValue = field.kind === 'plain' ? field.value : null;
    if (path === 'type') {
      type = optionText(plainValue) ?? '';
      continue;
    }
    const value =
      field.kind === 'sensitive'
        ? field.value.reveal()
        : Array.isArray(plainValue)
          ? (plainValue as readonly Plain[]).map(String)
          : optionText(plainValue);
    if (value === undefined) continue;
    values.push(value);
    parts.push(`, ${quoteName(path.replace(/^options\./, ''))} $${values.length}`);
  }
  return {
    sql: `CREATE ${kind} SECRET ${quoteName(name)} (TYPE ${quoteName(type)}${parts.join('')})`,
    values,
  };
}

/** Makes a secret. @throws Error with DuckDB's message, which may hold a value: see `toProblem`. */
export async function createSecret(
  duckdb: Duckdb,
  kind: 'PERSISTENT' | 'TEMPORARY',
  name: string,
  fields: Fields,
): Promise<void> {
  const { sql, values } = createStatement(kind, name, fields);
  await duckdb.run(sql, values);
}
