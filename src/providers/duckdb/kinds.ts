import type { KindPolicy } from '../../model/index.js';

/** What the planner must know of persistent secrets. DuckDB alters none: whatever changes, the file is written anew in one step. */
export const policies: readonly KindPolicy[] = [
  { kind: 'duckdb_secret', mustReplace: () => false, managedWhereNamed: [], diesWithParent: false },
];
