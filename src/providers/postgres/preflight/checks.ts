import { fieldText, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import { renameSql } from '../names.js';
import { WRAPPER } from '../sql.js';
import type { Preflight } from './document.js';
import { existingServers, notAdministrated } from './existing.js';
import { indexFound } from './found.js';
import type { Found } from './found.js';
import { missingRights } from './rights.js';

/** Who asks, and what the database says. */
interface Context {
  readonly principal: string;
  readonly preflight: Preflight;
  readonly found: Found;
  readonly roles: ReadonlySet<string>;
  /** Administrators of the wrapper, those included that `fdw_usage` will make ones. */
  readonly administrators: ReadonlySet<string>;
}

/** What cannot work in this database, at the resources that need it. */
export function preflightDiagnostics(
  provider: string,
  principal: string,
  desired: readonly DesiredResource[],
  preflight: Preflight,
): readonly Diagnostic[] {
  const [first] = desired;
  if (!preflight.wrapper) return first === undefined ? [] : [missingWrapper(provider, preflight, first)];
  const named = desired.map((resource) => ({ resource, ...kinds.mustParse(resource.address) }));
  const usage = named.filter(({ kind }) => kind === 'fdw_usage').map(({ name }) => name);
  const found = indexFound(preflight);
  const context: Context = {
    principal,
    preflight,
    found,
    roles: new Set(preflight.roles),
    administrators: new Set([...preflight.administrators, ...usage]),
  };
  const servers = named.filter(({ kind }) => kind === 'duckdb_server');
  const wanted = new Set(servers.map(({ name }) => name));
  const created = servers
    .filter(({ name }) => found.server(name) === undefined)
    .map(({ resource }) => resource);
  return [
    ...oldWrapper(provider, preflight, first),
    ...existingServers(provider, desired, preflight),
    ...named.flatMap(({ kind, name, resource }) => {
      if (kind === 'fdw_usage') return wrapperUsageProblems(resource, context);
      return kind === 'duckdb_server' ? serverProblems(resource, name, context) : [];
    }),
    ...missingRights(principal, preflight, created),
    ...secondMotherduck(desired, preflight, wanted),
  ];
}

function wrapperUsageProblems(
  resource: DesiredResource,
  { principal, preflight }: Context,
): readonly Diagnostic[] {
  if (preflight.superuser || preflight.ownsWrapper) return [];
  return [
    problem({
      severity: 'warning',
      code: 'cannot-grant-wrapper',
      summary: `The role ${principal} cannot grant or revoke USAGE on the ${WRAPPER} wrapper.`,
      next: 'Apply as a superuser.',
      address: resource.address,
      at: resource.range,
    }),
  ];
}

function serverProblems(resource: DesiredResource, name: string, context: Context): readonly Diagnostic[] {
  const { principal } = context;
  const place = { address: resource.address, at: resource.range };
  const problems = [...ownerProblems(resource, name, context)];
  const found = context.found.server(name);
  const clash = context.found.serversLike(name).find((server) => server !== found);
  // Where both exist, the pair is reported as a neighbour.
  if (clash !== undefined && found === undefined) {
    problems.push(
      problem({
        code: 'clashing-server-names',
        summary: `The database has a server ${JSON.stringify(clash.name)}, which is the same name to DuckDB as ${name}: both together break it.`,
        next: `Rename one of them: ${renameSql(clash.name)}`,
        ...place,
      }),
    );
  }
  if (found?.owned === false) {
    problems.push(
      problem({
        severity: 'info',
        code: 'not-owner',
        summary: `The role ${principal} does not own the server ${name}: it can be compared, but not changed.`,
        ...place,
      }),
    );
  }
  return problems;
}

/** Warns of an owner who exists and does not administrate the wrapper. */
function ownerProblems(
  resource: DesiredResource,
  name: string,
  { roles, administrators }: Context,
): readonly Diagnostic[] {
  const owner = fieldText(resource.fields['owner']);
  if (owner === undefined || !roles.has(owner) || administrators.has(owner)) return [];
  return [problem({ ...notAdministrated(name, owner), address: resource.address, at: resource.range })];
}

function missingWrapper(provider: string, { extension }: Preflight, first: DesiredResource): Diagnostic {
  return problem({
    code: 'wrapper-missing',
    summary: `The database of provider ${provider} has no foreign data wrapper ${WRAPPER}.`,
    next:
      extension === null
        ? 'Let a superuser run CREATE EXTENSION pg_duckdb (in Postgres Pro AXE: pgpro_axe) in that database.'
        : `The extension ${extension} exists without its wrapper: let a superuser update or reinstall it.`,
    address: first.address,
    at: first.range,
  });
}

/** Servers hold secrets since pg_duckdb 1.0; the behaviour that this provider relies on was measured with 1.2. */
function oldWrapper(
  provider: string,
  { extension, extensionVersion }: Preflight,
  first: DesiredResource | undefined,
): readonly Diagnostic[] {
  if (extension !== 'pg_duckdb' || !/^0\./.test(extensionVersion ?? '')) return [];
  return [
    problem({
      severity: 'warning',
      code: 'wrapper-too-old',
      summary: `The database of provider ${provider} has pg_duckdb ${extensionVersion ?? ''}; servers hold secrets since 1.0.`,
      next: 'Let a superuser update it: ALTER EXTENSION pg_duckdb UPDATE.',
      address: first?.address,
      at: first?.range,
    }),
  ];
}

function secondMotherduck(
  desired: readonly DesiredResource[],
  preflight: Preflight,
  wanted: ReadonlySet<string>,
): readonly Diagnostic[] {
  const other = preflight.servers.find(
    (server) => server.type?.toLowerCase() === 'motherduck' && !wanted.has(server.name),
  );
  if (other === undefined) return [];
  return desired
    .filter((resource) => fieldText(resource.fields['type'])?.toLowerCase() === 'motherduck')
    .map((resource) =>
      problem({
        severity: 'warning',
        code: 'second-motherduck-server',
        summary: `The database already has the motherduck server ${other.name}, and can have only one.`,
        next: 'Remove that one in the same run, or manage it under its name.',
        address: resource.address,
        at: resource.range,
      }),
    );
}
