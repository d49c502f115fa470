import { kindOf } from '../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../model/index.js';
import { fieldText } from './field-text.js';
import { isIn, placeOf } from './preflight-document.js';
import type { Preflight } from './preflight-document.js';
import { kinds } from './kinds.js';

/** The DuckDB extensions that bring a secret type, by the names that they go by; what is linked into the wrapper is not here. */
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  azure: ['azure'],
  iceberg: ['iceberg'],
  motherduck: ['motherduck', 'md'],
  mysql: ['mysql', 'mysql_scanner'],
  postgres: ['postgres', 'postgres_scanner'],
};
const OF_CHAIN: readonly string[] = ['aws'];
const CHAINED = ['s3', 'gcs', 'r2', 'aws'];

/** The extensions of which a server needs one; none for a type that every build has. */
export function neededExtensions(type: string, provider: string | undefined): readonly string[] {
  const small = type.toLowerCase();
  return CHAINED.includes(small) && provider?.toLowerCase() === 'credential_chain'
    ? OF_CHAIN
    : (OF_TYPE[small] ?? []);
}

/** What a server needs of the extensions, as it is wanted. */
function needOf(server: DesiredResource): readonly string[] {
  return neededExtensions(
    fieldText(server.fields['type']) ?? '',
    fieldText(server.fields['options.provider']),
  );
}

/** Whether any server that is wanted or there needs an extension that has to be installed. */
export function asksForExtensions(desired: readonly DesiredResource[], found: Preflight): boolean {
  return (
    desired.some((resource) => isServer(resource) && needOf(resource).length > 0) ||
    found.servers.some((server) => neededExtensions(server.type ?? '', server.options['provider']).length > 0)
  );
}

const isServer = (resource: DesiredResource): boolean => kindOf(resource.address) === 'duckdb_server';

/** One SELECT that gives the names of `duckdb.extensions` as `document`. */
export const EXTENSIONS_SQL = `SELECT COALESCE(pg_catalog.json_agg(e.name ORDER BY e.name), '[]') AS document FROM duckdb.extensions e`;

/**
 * A server whose extension is missing breaks every DuckDB query of the database (DuckDB wrapper contract): an error for one that would be
 * made or changed, a warning for one that is there.
 * @param installed the names in `duckdb.extensions`; absent where they cannot be read
 */
export function extensionDiagnostics(
  provider: string,
  desired: readonly DesiredResource[],
  found: Preflight,
  installed: readonly string[] | undefined,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const named = new Set<string>();
  for (const server of desired.filter(isServer)) {
    const { name } = kinds.mustParse(server.address);
    named.add(name);
    const needed = needOf(server);
    if (needed.length === 0) continue;
    if (installed === undefined) {
      diagnostics.push({
        severity: 'info',
        code: 'extensions-not-checked',
        summary: `Whether DuckDB's extension ${needed[0] ?? ''} is installed was not checked: duckdb.extensions cannot be read by this role.`,
        ...placeOf(server),
      });
    } else if (!needed.some((one) => isIn(one, installed))) {
      diagnostics.push({
        severity: 'error',
        code: 'extension-missing',
        summary: `The server ${name} needs DuckDB's extension ${needed[0] ?? ''}, which is not installed: it would break every DuckDB query of the database.`,
        next: `Let a superuser run SELECT duckdb.install_extension('${needed[0] ?? ''}') in that database first.`,
        ...placeOf(server),
      });
    }
  }
  for (const server of installed === undefined ? [] : found.servers) {
    const needed = neededExtensions(server.type ?? '', server.options['provider']);
    if (named.has(server.name) || needed.length === 0 || needed.some((one) => isIn(one, installed ?? [])))
      continue;
    diagnostics.push({
      severity: 'warning',
      code: 'server-breaks-duckdb',
      summary: `The server ${JSON.stringify(server.name)} needs DuckDB's extension ${needed[0] ?? ''}, which is not installed: it breaks DuckDB for the whole database.`,
      next: `Install the extension (SELECT duckdb.install_extension('${needed[0] ?? ''}')), or drop the server.`,
      address: `duckdb_server.${provider}.${server.name}`,
    });
  }
  return diagnostics;
}
