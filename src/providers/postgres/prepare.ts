import { hasErrors } from '../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../model/index.js';
import type { Prepared } from '../sdk/index.js';
import { readDocument } from './document.js';
import type { Reader } from './document.js';
import { askDuckdb } from './preflight/ask.js';
import { preflightDiagnostics } from './preflight/checks.js';
import { preflightSql } from './preflight/document.js';
import type { Preflight } from './preflight/document.js';
import { EXTENSIONS_SQL, extensionDiagnostics, needsExtensions } from './preflight/extensions.js';
import { MISSING_RIGHTS } from './preflight/rights.js';
import { resolveAll, rolesOf } from './preflight/roles.js';

/** What preparing needs of the session. */
interface PrepareTarget extends Reader {
  readonly provider: string;
  readonly principal: string;
  /** The role that `current_user` means. */
  readonly self: string;
  /** Where the embedded DuckDB finds its extensions; it uses none where this is absent. */
  readonly extensionDirectory: string | undefined;
}

/** What preparing found, and what the database says about itself. */
interface PreparedHere extends Prepared {
  readonly preflight: Preflight;
}

/** Turns the desired resources into the database's own terms, and finds what cannot work there. */
export async function prepareAll(
  target: PrepareTarget,
  desired: readonly DesiredResource[],
): Promise<PreparedHere> {
  const { provider, principal, self, extensionDirectory } = target;
  const preflight = await readDocument<Preflight>(target, preflightSql(rolesOf(desired, self)));
  const { resources, diagnostics } = resolveAll(desired, self, preflight);
  // A second round trip, whatever the number of servers, and only where a type needs an extension.
  const needed = needsExtensions(resources, preflight);
  const installed =
    needed && preflight.extensionsReadable
      ? await readDocument<readonly string[]>(target, EXTENSIONS_SQL)
      : undefined;
  const problems = [
    ...diagnostics,
    ...preflightDiagnostics(provider, principal, resources, preflight).map((found) =>
      self === principal ? found : forAnother(found),
    ),
    ...(needed ? extensionDiagnostics(provider, resources, preflight, installed) : []),
  ];
  // What is refused anyway needs no second opinion.
  const opinions = hasErrors(problems) ? [] : await askDuckdb(resources, preflight, extensionDirectory);
  return { resources, diagnostics: [...problems, ...opinions], preflight };
}

/** What the role of the connection lacks stops nobody but itself: another one applies, and finds out itself. */
function forAnother(found: Diagnostic): Diagnostic {
  return MISSING_RIGHTS.has(found.code) ? { ...found, severity: 'warning' } : found;
}
