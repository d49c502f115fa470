import { fieldText, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../../model/index.js';
import { findOptionSet, releaseOf, releases } from '../../sdk/duckdb-options.js';
import type { Release } from '../../sdk/duckdb-options.js';
import { kinds } from '../kinds.js';
import type { Preflight } from './document.js';

/** DuckDB's version, by the database's DuckDB: a DuckDB query, so it loads every secret and needs the right to run one. */
export const VERSION_SQL =
  'SELECT * FROM duckdb.query($$ SELECT library_version AS document FROM pragma_version() $$)';

/** An option that the configuration uses. */
interface UsedOption {
  readonly resource: DesiredResource;
  readonly type: string;
  readonly provider: string | undefined;
  readonly name: string;
}

/** Whether the releases of DuckDB differ in what the configuration uses, so that the database's has to be known. */
export function dependsOnRelease(desired: readonly DesiredResource[]): boolean {
  return usedOptions(desired).some(
    (used) => new Set(releases.map((release) => accepts(release, used))).size > 1,
  );
}

/**
 * The release line of the database's DuckDB.
 * @param version what it says of itself; absent where it could not be asked: then what the extension's version tells
 */
export function releaseIn(
  { extension, extensionVersion }: Pick<Preflight, 'extension' | 'extensionVersion'>,
  version: string | undefined,
): Release | undefined {
  if (version !== undefined) return releaseOf(version);
  // pg_duckdb 1.1 has DuckDB 1.4; builds that call themselves 1.2 have 1.5 or 2.0.
  return extension === 'pg_duckdb' && /^1\.1(\.|$)/.test(extensionVersion ?? '')
    ? releaseOf('1.4')
    : undefined;
}

/**
 * What the database's DuckDB does not have though another release does: errors; of a release without a table the newest one tells,
 * as warnings.
 */
export function releaseDiagnostics(
  desired: readonly DesiredResource[],
  release: Release | undefined,
): readonly Diagnostic[] {
  const table = release ?? releases.at(-1);
  if (table === undefined) return [];
  return usedOptions(desired)
    .filter((used) => accepts(table, used) === false)
    .map(({ resource, type, name }) =>
      problem({
        severity: release === undefined ? 'warning' : 'error',
        code: 'option-not-in-release',
        summary:
          release === undefined
            ? `The option ${name} of ${type} is not in every release of DuckDB, and which one the database has is not known; DuckDB ${table.name} does not have it.`
            : `DuckDB ${table.name}, which the database has, does not know the option ${name} of ${type}.`,
        next: 'Remove it, or add "options_unchecked: true".',
        address: resource.address,
        at: resource.range,
      }),
    );
}

/** Whether a release has an option; `undefined` where its table does not tell. */
function accepts(release: Release, { type, provider, name }: UsedOption): boolean | undefined {
  return release.find(type, provider)?.options.some((option) => option.name === name);
}

/** The options of the configuration that some release has: the others were reported as unknown. */
function usedOptions(desired: readonly DesiredResource[]): readonly UsedOption[] {
  const servers = new Map(
    desired
      .filter(({ address }) => kinds.mustParse(address).kind === 'duckdb_server')
      .map((it) => [it.address, it]),
  );
  return desired.flatMap((resource) => {
    const server = servers.get(resource.address) ?? servers.get(kinds.parentOf(resource.address) ?? '');
    if (server === undefined || server.optionsUnchecked === true) return [];
    const type = fieldText(server.fields['type']) ?? '';
    const provider = fieldText(resource.fields['options.provider'] ?? server.fields['options.provider']);
    const known = findOptionSet(type, provider)?.options ?? [];
    return Object.keys(resource.fields)
      .map((path) => path.replace(/^options\./, ''))
      .filter((name) => known.some((option) => option.name === name))
      .map((name) => ({ resource, type, provider, name }));
  });
}
