import { hasErrors } from '../../model/index.js';
import type { DesiredResource, Diagnostic, RunScope } from '../../model/index.js';
import type { Prepared } from '../sdk/index.js';
import { queryDocument, readDocument } from './document.js';
import type { Reader } from './document.js';
import type { Release } from '../sdk/duckdb-options.js';
import { askDuckdb } from './preflight/ask.js';
import { axeDiagnostics } from './preflight/axe.js';
import { preflightDiagnostics } from './preflight/checks.js';
import { preflightSql } from './preflight/document.js';
import type { Preflight } from './preflight/document.js';
import { EXTENSIONS_SQL, extensionDiagnostics, needsExtensions } from './preflight/extensions.js';
import { VERSION_SQL, dependsOnRelease, releaseDiagnostics, releaseIn } from './preflight/release.js';
import { MISSING_RIGHTS } from './preflight/rights.js';
import { resolveAll, rolesOf } from './preflight/roles.js';
import { STORAGES_SQL, disabledFilesystems, storageNotes } from './preflight/storages.js';
import type { Storage } from './preflight/storages.js';

/** What preparing needs of the session. */
interface PrepareTarget extends Reader {
  readonly provider: string;
  readonly principal: string;
  /** The role that `current_user` means. */
  readonly self: string;
  /** Where the embedded DuckDB finds its extensions; it uses none where this is absent. */
  readonly extensionDirectory: string | undefined;
  readonly once: RunScope['once'];
  /** The run only compares: what would be written needs no advice. */
  readonly comparesOnly: boolean;
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
  const { provider, principal, self } = target;
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
    ...axeDiagnostics(principal, resources, preflight),
    ...(needed ? extensionDiagnostics(provider, resources, preflight, installed) : []),
    ...releaseDiagnostics(resources, await releaseFor(target, resources, preflight)),
  ];
  const advice = target.comparesOnly ? [] : await adviceFor(target, { resources, preflight, problems });
  return { resources, diagnostics: [...problems, ...advice], preflight };
}

/** The longest that the database's DuckDB may take to tell its version. */
const VERSION_TIMEOUT_MS = 5000;

/** The release line of the database's DuckDB, which is asked only where the answer makes a difference. */
async function releaseFor(
  target: Reader,
  resources: readonly DesiredResource[],
  preflight: Preflight,
): Promise<Release | undefined> {
  if (!dependsOnRelease(resources)) return releaseIn(preflight, undefined);
  const reader = { ...target, statementTimeoutMs: VERSION_TIMEOUT_MS };
  const version = preflight.answersQueries
    ? await queryDocument<string>(reader, VERSION_SQL).catch(() => undefined)
    : undefined;
  return releaseIn(preflight, version);
}

/** What a run that writes should know besides. */
async function adviceFor(
  target: PrepareTarget,
  {
    resources,
    preflight,
    problems,
  }: {
    readonly resources: readonly DesiredResource[];
    readonly preflight: Preflight;
    readonly problems: readonly Diagnostic[];
  },
): Promise<readonly Diagnostic[]> {
  const storages = preflight.storagesReadable
    ? await readDocument<readonly Storage[]>(target, STORAGES_SQL)
    : [];
  return [
    ...disabledFilesystems(resources, preflight),
    ...storageNotes(resources, preflight, storages),
    // What is refused anyway needs no second opinion.
    ...(hasErrors(problems) ? [] : await askDuckdb(resources, preflight, target)),
  ];
}

/** What the role of the connection lacks stops nobody but itself: another one applies, and finds out itself. */
function forAnother(found: Diagnostic): Diagnostic {
  return MISSING_RIGHTS.has(found.code) ? { ...found, severity: 'warning' } : found;
}
