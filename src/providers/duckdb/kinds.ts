import { kindTable } from '../../model/index.js';
import type { KindPolicy } from '../../model/index.js';

/** What the planner must know of persistent secrets. DuckDB alters none: whatever changes, the file is written anew in one step. */
export const policies: readonly KindPolicy[] = [
  { kind: 'duckdb_secret', isList: false, mustReplace: () => false, managedWhereNamed: [], cascades: false },
];

/** The kinds of this provider, and their addresses. */
export const kinds = kindTable(policies);
