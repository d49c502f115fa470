import type { Field, Fields, Plain } from '../../model/index.js';
import type { Duckdb } from './library.js';
import { quoteName } from './library.js';

/** The statement that makes a secret, and the values of its parameters. */
interface Statement {
  readonly sql: string;
  readonly values: readonly (string | readonly string[])[];
}

/** The text of a plain option; `undefined` for a list, a map or nothing. */
export function optionText(value: Plain): string | undefined {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
}

/**
 * The statement that makes a secret. Its text has only names; every value is a parameter, so that no log, no profile and no
 * error of the parser can hold one.
 */
export function createStatement(kind: 'PERSISTENT' | 'TEMPORARY', name: string, fields: Fields): Statement {
  const parts: string[] = [];
  const values: (string | readonly string[])[] = [];
  let type = '';
  for (const [path, field] of Object.entries(fields)) {
    if (path === 'type') {
      type = field.kind === 'plain' ? (optionText(field.value) ?? '') : '';
      continue;
    }
    const value = parameterOf(field);
    if (value === undefined) continue;
    values.push(value);
    parts.push(`, ${quoteName(path.replace(/^options\./, ''))} $${values.length}`);
  }
  return {
    sql: `CREATE ${kind} SECRET ${quoteName(name)} (TYPE ${quoteName(type)}${parts.join('')})`,
    values,
  };
}

/** The value of a field as a parameter: a text, or a list of texts. */
function parameterOf(field: Field): string | readonly string[] | undefined {
  if (field.kind === 'hidden') return undefined;
  if (field.kind === 'sensitive') return field.value.reveal();
  const { value } = field;
  return Array.isArray(value) ? (value as readonly Plain[]).map(String) : optionText(value);
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
