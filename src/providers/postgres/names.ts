/**
 * Names that DuckDB can live with. The wrapper pastes a server's name unquoted into `CREATE SECRET`, so any
 * other name breaks every DuckDB query of the database; `validation` blocks all later secret DDL (DuckDB wrapper contract).
 */
export function nameProblem(name: string): string | undefined {
  if (name === 'validation') return 'is the name that the wrapper uses for its own checks';
  if (!/^[a-z_][a-z0-9_$]*$/.test(name)) {
    return 'has characters other than lower-case letters, digits, "_" and "$", or starts with a digit';
  }
  return new TextEncoder().encode(name).byteLength > 63 ? 'is longer than 63 bytes' : undefined;
}

/**
 * Whether a server under this name, which exists already, breaks DuckDB for the whole database. Letters of other
 * languages and upper case work in DuckDB; punctuation and white space do not (DuckDB wrapper contract).
 */
export function breaksDuckdb(name: string): boolean {
  return name === 'validation' || !/^[\p{L}_\p{So}][\p{L}\p{N}\p{M}\p{So}_$]*$/u.test(name);
}
