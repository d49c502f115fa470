import { fieldText, kindOf, problem, own } from '../../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import { findOptionSet } from '../../sdk/duckdb-options.js';
import { isAwsChain } from '../traps.js';
import type { FoundServer, Preflight } from './document.js';

/** Extensions that need no row: linked into the wrapper, or fetched by DuckDB at the first use (DuckDB wrapper contract). */
const WITHOUT_ROW = ['httpfs', 'motherduck'];
/** Other names of extensions in `duckdb.extensions`. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  mysql_scanner: ['mysql', 'mysql_scanner'],
  postgres_scanner: ['postgres', 'postgres_scanner'],
};

/** The extensions of which a server needs a row, each by its names; none for a type that needs none. */
export function neededExtensions(type: string, provider: string | undefined): readonly (readonly string[])[] {
  // The type rds has no other provider.
  const chain = isAwsChain(type, provider) || type.toLowerCase() === 'rds' ? ['aws'] : [];
  return [extensionOf(type, provider) ?? [], chain]
    .flat()
    .filter((extension) => !WITHOUT_ROW.includes(extension))
    .map((extension) => own(ALIASES, extension) ?? [extension]);
}

/** The extension that has a secret type; `undefined` where DuckDB has it itself, and for what is not known. */
export function extensionOf(type: string, provider: string | undefined): string | undefined {
  return (findOptionSet(type, provider) ?? findOptionSet(type, undefined))?.extension;
}

/** Whether any desired or existing server needs an extension that has to be installed. */
export function needsExtensions(desired: readonly DesiredResource[], { servers }: Preflight): boolean {
  return (
    desired.some((resource) => isServer(resource) && neededByDesired(resource).length > 0) ||
    servers.some((server) => neededByFound(server).length > 0)
  );
}

/** One SELECT that returns, as `document`, the names in `duckdb.extensions` that sessions load: roles that are not superusers have those only. */
export const EXTENSIONS_SQL = `SELECT COALESCE(pg_catalog.json_agg(e.name ORDER BY e.name), '[]') AS document FROM ONLY duckdb.extensions e
  WHERE COALESCE((pg_catalog.to_jsonb(e) OPERATOR(pg_catalog.->>) 'autoload')::pg_catalog.bool, true)`;

/**
 * Servers whose extension has no row in `duckdb.extensions`: each breaks every DuckDB query of all roles but superusers, who load it from
 * its file where there is one (DuckDB wrapper contract). An error for a desired server, a warning for one that exists.
 * @param installed the names in `duckdb.extensions`; absent where they cannot be read
 */
export function extensionDiagnostics(
  provider: string,
  desired: readonly DesiredResource[],
  { servers }: Preflight,
  installed: readonly string[] | undefined,
): readonly Diagnostic[] {
  const wanted = desired.filter(isServer);
  const names = new Set(wanted.map(({ address }) => kinds.mustParse(address).name));
  return [
    ...wanted.flatMap((server) => desiredProblems(server, installed)),
    ...servers
      .filter(({ name }) => !names.has(name))
      .flatMap((server) => foundProblems(provider, server, installed)),
  ];
}

function desiredProblems(
  server: DesiredResource,
  installed: readonly string[] | undefined,
): readonly Diagnostic[] {
  const needed = neededByDesired(server);
  const [[first = ''] = []] = needed;
  if (needed.length === 0) return [];
  const place = { address: server.address, at: server.range };
  if (installed === undefined) {
    return [
      problem({
        severity: 'info',
        code: 'extensions-not-checked',
        summary: `Could not check whether DuckDB's extension ${first} is installed: this role cannot read duckdb.extensions, or it is not a table of a superuser.`,
        ...place,
      }),
    ];
  }
  const missing = missingOf(needed, installed);
  if (missing === undefined) return [];
  const { name } = kinds.mustParse(server.address);
  return [
    problem({
      severity: server.optionsUnchecked === true ? 'warning' : 'error',
      code: 'extension-missing',
      summary: `The server ${name} needs DuckDB's extension ${missing}, which duckdb.extensions does not list: every DuckDB query of roles that are not superusers would fail.`,
      next: `Let a superuser run SELECT duckdb.install_extension('${missing}') in that database first.`,
      ...place,
    }),
  ];
}

function foundProblems(
  provider: string,
  server: FoundServer,
  installed: readonly string[] | undefined,
): readonly Diagnostic[] {
  const missing = installed === undefined ? undefined : missingOf(neededByFound(server), installed);
  if (missing === undefined) return [];
  return [
    problem({
      severity: 'warning',
      code: 'server-breaks-duckdb',
      summary: `The server ${JSON.stringify(server.name)} needs DuckDB's extension ${missing}, which duckdb.extensions does not list: every DuckDB query of roles that are not superusers fails.`,
      next: `Install the extension (SELECT duckdb.install_extension('${missing}')), or drop the server.`,
      address: `duckdb_server.${provider}.${server.name}`,
    }),
  ];
}

function neededByDesired({ fields }: DesiredResource): readonly (readonly string[])[] {
  return neededExtensions(fieldText(fields['type']) ?? '', fieldText(fields['options.provider']));
}

function neededByFound({ type, options }: FoundServer): readonly (readonly string[])[] {
  return neededExtensions(type ?? '', options['provider']);
}

function isServer(resource: DesiredResource): boolean {
  return kindOf(resource.address) === 'duckdb_server';
}

/** The first extension that has no row under any of its names. */
function missingOf(needed: readonly (readonly string[])[], installed: readonly string[]): string | undefined {
  return needed.find((names) => !names.some((name) => installed.includes(name)))?.[0];
}
