/**
 * Names that DuckDB can live with. The wrapper pastes a server's name unquoted into `CREATE SECRET`, so any
 * other name breaks every DuckDB query of the database; `validation` blocks all later secret DDL (DuckDB wrapper contract).
 */
export function nameProblem(name: string): string | undefined {
  if (isValidationName(name)) {
    return 'is the name that the wrapper uses for its own checks: it would block every change of a server or mapping';
  }
  if (!/^[a-z0-9_][a-z0-9_$]*$/.test(name)) {
    return 'has characters other than lower-case letters, digits, "_" and "$": it would break DuckDB for the whole database';
  }
  return new TextEncoder().encode(name).byteLength > 63
    ? 'is longer than 63 bytes, the maximum of PostgreSQL'
    : undefined;
}

/**
 * Whether a server under this name, which exists already, fails every DuckDB query and every change of a secret in the database.
 * Letters of other languages, upper case and a digit in front work in DuckDB; punctuation and white space do not (DuckDB wrapper
 * contract).
 */
export function breaksDuckdb(name: string): boolean {
  return !/^[\p{L}\p{N}_\p{So}][\p{L}\p{N}\p{M}\p{So}_$]*$/u.test(name);
}

/** Whether the wrapper uses this name, in any case, for its own checks: queries work beside such a server, changes do not. */
export function isValidationName(name: string): boolean {
  return name.toLowerCase() === 'validation';
}

/** The statement that renames a server, its name quoted as SQL needs it. */
export function renameSql(name: string): string {
  return `ALTER SERVER "${name.replaceAll('"', '""')}" RENAME TO …`;
}
