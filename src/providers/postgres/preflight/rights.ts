import { problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic, ProblemWords } from '../../../model/index.js';
import { WRAPPER } from '../sql.js';
import type { Preflight } from './document.js';

/** What keeps the role from creating servers: reported once, with everything that it blocks. */
export function missingRights(
  principal: string,
  preflight: Preflight,
  created: readonly DesiredResource[],
): readonly Diagnostic[] {
  const [first, ...others] = created;
  const missing = first === undefined ? undefined : missingRight(principal, preflight);
  if (first === undefined || missing === undefined) return [];
  const blocked = others.map((resource) => resource.address).join(', ');
  return [
    problem({
      ...missing,
      detail: blocked === '' ? undefined : `It also blocks ${blocked}.`,
      address: first.address,
      at: first.range,
    }),
  ];
}

/** The codes of what a role lacks. */
export const MISSING_RIGHTS: ReadonlySet<string> = new Set(['no-usage-on-wrapper', 'not-in-duckdb-role']);

function missingRight(principal: string, preflight: Preflight): ProblemWords | undefined {
  if (preflight.superuser) return undefined;
  if (!preflight.usage) {
    return {
      code: 'no-usage-on-wrapper',
      summary: `The role ${principal} has no USAGE on the ${WRAPPER} wrapper, which creating a server needs.`,
      next: `Let a superuser run GRANT USAGE ON FOREIGN DATA WRAPPER ${WRAPPER} TO it (administrators only), or apply as a superuser.`,
    };
  }
  // Where the library is not loaded yet, the setting is unknown; the wrapper will refuse if necessary.
  const { duckdbRole } = preflight;
  if (duckdbRole === null || preflight.inDuckdbRole) return undefined;
  if (duckdbRole === '') {
    return {
      code: 'not-in-duckdb-role',
      summary: `Only superusers may use DuckDB in this database (duckdb.postgres_role is empty), and ${principal} is not a superuser.`,
      next: 'Apply as a superuser, or set duckdb.postgres_role and restart the server.',
    };
  }
  return {
    code: 'not-in-duckdb-role',
    summary: `The role ${principal} is not a member of ${duckdbRole}, the role that duckdb.postgres_role names.`,
    next: `Ask an administrator to GRANT ${duckdbRole} to it.`,
  };
}
