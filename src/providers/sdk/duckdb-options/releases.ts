import r14 from './releases/1.4.json' with { type: 'json' };
import r15 from './releases/1.5.json' with { type: 'json' };
import r20 from './releases/2.0.json' with { type: 'json' };
import type { RecordedSet, ReleaseTable } from './table.js';

/** The tables of DuckDB's release lines, oldest first. `npm run options:record` writes them. */
export const releaseTables = [r14, r15, r20] as readonly unknown[] as readonly ReleaseTable[];

/** The type that the wrapper checks itself, in every release (DuckDB wrapper contract, cases md.*). */
const OF_WRAPPER: readonly RecordedSet[] = [
  {
    type: 'motherduck',
    provider: 'config',
    isDefault: true,
    basis: 'recorded',
    extension: 'motherduck',
    options: {
      token: 'text',
      default_database: 'text',
      tables_owner_role: 'text',
      background_catalog_refresh_inactivity_timeout: 'text',
    },
    redacted: ['token'],
  },
];

/** The sets of a release: DuckDB's and the wrapper's own. */
export function setsOf(table: ReleaseTable): readonly RecordedSet[] {
  return [...table.sets.filter(({ type }) => type !== 'motherduck'), ...OF_WRAPPER];
}
