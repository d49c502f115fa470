import { fieldText, kindOf, problem, own } from '../../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import type { FoundServer, Preflight } from './document.js';

/**
 * The DuckDB extensions that provide a secret type, by their names; not those that are linked into the wrapper, nor motherduck, which
 * DuckDB fetches at its first use.
 */
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  azure: ['azure'],
  iceberg: ['iceberg'],
  ducklake: ['ducklake'],
  mysql: ['mysql', 'mysql_scanner'],
  postgres: ['postgres', 'postgres_scanner'],
  quack: ['quack'],
  rds: ['aws'],
  uc: ['unity_catalog', 'uc_catalog'],
  unity_catalog: ['unity_catalog', 'uc_catalog'],
};
const OF_CHAIN: readonly string[] = ['aws'];
const CHAINED = ['s3', 'gcs', 'r2', 'aws'];

/** The extensions of which a server needs one; none for a type that every build has. */
export function neededExtensions(type: string, provider: string | undefined): readonly string[] {
  const folded = type.toLowerCase();
  return CHAINED.includes(folded) && provider?.toLowerCase() === 'credential_chain'
    ? OF_CHAIN
    : (own(OF_TYPE, folded) ?? []);
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
  const [first] = needed;
  if (first === undefined) return [];
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
  if (isInstalled(needed, installed)) return [];
  const { name } = kinds.mustParse(server.address);
  return [
    problem({
      code: 'extension-missing',
      summary: `The server ${name} needs DuckDB's extension ${first}, which duckdb.extensions does not list: every DuckDB query of roles that are not superusers would fail.`,
      next: `Let a superuser run SELECT duckdb.install_extension('${first}') in that database first.`,
      ...place,
    }),
  ];
}

function foundProblems(
  provider: string,
  server: FoundServer,
  installed: readonly string[] | undefined,
): readonly Diagnostic[] {
  const needed = neededByFound(server);
  const [first] = needed;
  if (first === undefined || installed === undefined || isInstalled(needed, installed)) return [];
  return [
    problem({
      severity: 'warning',
      code: 'server-breaks-duckdb',
      summary: `The server ${JSON.stringify(server.name)} needs DuckDB's extension ${first}, which duckdb.extensions does not list: every DuckDB query of roles that are not superusers fails.`,
      next: `Install the extension (SELECT duckdb.install_extension('${first}')), or drop the server.`,
      address: `duckdb_server.${provider}.${server.name}`,
    }),
  ];
}

function neededByDesired({ fields }: DesiredResource): readonly string[] {
  return neededExtensions(fieldText(fields['type']) ?? '', fieldText(fields['options.provider']));
}

function neededByFound({ type, options }: FoundServer): readonly string[] {
  return neededExtensions(type ?? '', options['provider']);
}

function isServer(resource: DesiredResource): boolean {
  return kindOf(resource.address) === 'duckdb_server';
}

function isInstalled(needed: readonly string[], installed: readonly string[]): boolean {
  return needed.some((extension) => installed.includes(extension));
}
