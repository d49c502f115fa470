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

/** The nearest of some words, if one is near enough to be a misspelling of this one. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

/** Levenshtein's distance, in UTF-16 units. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
