import type { RecordedSet, ReleaseTable } from '../../src/providers/sdk/duckdb-options/table.js';

const keyOf = ({ type, provider }: RecordedSet): string => `${type}/${provider}`;

/** A new recording over what a table has: it replaces the providers of each type that it has, and keeps the types that it lacks. */
export function mergeTables(before: ReleaseTable | undefined, recorded: ReleaseTable): ReleaseTable {
  const asked = new Set(recorded.sets.map(({ type }) => type));
  const kept = (before?.sets ?? []).filter(({ type }) => !asked.has(type));
  const sets = [...recorded.sets, ...kept].sort((a, b) =>
    a.type === b.type
      ? Number(b.isDefault) - Number(a.isDefault) || (keyOf(a) < keyOf(b) ? -1 : 1)
      : a.type < b.type
        ? -1
        : 1,
  );
  const extensions = [...new Set([...(before?.extensions ?? []), ...recorded.extensions])].sort();
  const have = new Set(sets.map(({ type }) => type));
  const unread = recorded.unread.filter(({ type }) => !have.has(type));
  return { ...recorded, extensions, sets, unread };
}
