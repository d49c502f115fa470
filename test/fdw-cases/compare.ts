import type { Outcome } from './cases.js';

/** The one DuckDB query whose rows the stand-in gives; of all others only the outcome can be compared. */
const LISTING = /SELECT name, type, provider, storage, scope, secret_string FROM duckdb_secrets\(\)/;

/** Does a statement ask DuckDB for something of which the stand-in knows the outcome but not the rows? */
export function onlyOutcome(sql: string): boolean {
  return /duckdb\.query\(/.test(sql) && !LISTING.test(sql);
}

const plain = (value: unknown): string => JSON.stringify(value);

/** The first difference between what was recorded and what happened, in words; undefined where they agree. */
export function difference(sql: string, recorded: Outcome, seen: Outcome): string | undefined {
  if (recorded.blocked === true || seen.blocked === true) {
    return recorded.blocked === seen.blocked ? undefined : `blocked: ${plain(recorded.blocked)} was recorded`;
  }
  if (recorded.ok !== seen.ok) {
    return seen.ok
      ? `it succeeded; recorded was ${recorded.sqlstate ?? ''} ${recorded.message ?? ''}`
      : `it failed: ${seen.sqlstate ?? ''} ${seen.message ?? ''}`;
  }
  const fields = recorded.ok ? (['notices'] as const) : (['sqlstate', 'message', 'detail', 'hint'] as const);
  for (const field of fields) {
    const [before, now] = [recorded[field], seen[field]].map((value) =>
      Array.isArray(value) ? value.map((notice: { message: string }) => notice.message) : value,
    );
    if (plain(before ?? []) !== plain(now ?? []))
      return `${field} ${plain(now)}; recorded was ${plain(before)}`;
  }
  if (!recorded.ok || recorded.rows === undefined || onlyOutcome(sql)) return undefined;
  if (recorded.columns !== undefined && plain(recorded.columns) !== plain(seen.columns)) {
    return `columns ${plain(seen.columns)}; recorded were ${plain(recorded.columns)}`;
  }
  return plain(recorded.rows) === plain(seen.rows)
    ? undefined
    : `rows ${plain(seen.rows)}; recorded were ${plain(recorded.rows)}`;
}
