import type { DesiredResource, Diagnostic } from '../../model/index.js';
import { existingServers, notAdministrated } from './existing.js';
import { fieldText } from './field-text.js';
import { isIn, placeOf as place } from './preflight-document.js';
import type { Preflight } from './preflight-document.js';
import { WRAPPER } from './sql.js';
import { kinds } from './kinds.js';

/** What cannot work in this database, at the resources that ask for it. */
export function preflightDiagnostics(
  provider: string,
  principal: string,
  desired: readonly DesiredResource[],
  found: Preflight,
): readonly Diagnostic[] {
  const first = desired[0];
  if (!found.wrapper) return first === undefined ? [] : [missingWrapper(provider, found, first)];
  const diagnostics: Diagnostic[] = [
    ...oldWrapper(provider, found, first),
    ...existingServers(provider, desired, found),
  ];
  const usage = desired
    .map((resource) => kinds.mustParse(resource.address))
    .filter((address) => address.kind === 'fdw_usage')
    .map((address) => address.name);
  const names = new Set(found.servers.map((server) => server.name));
  const wanted = new Set<string>();
  const created: DesiredResource[] = [];
  for (const resource of desired) {
    const { kind, name } = kinds.mustParse(resource.address);
    if (kind === 'fdw_usage' && !found.superuser && !found.ownsWrapper) {
      diagnostics.push({
        severity: 'warning',
        code: 'cannot-grant-wrapper',
        summary: `The role ${principal} cannot grant or revoke USAGE on the ${WRAPPER} wrapper.`,
        next: 'Apply as a superuser.',
        ...place(resource),
      });
    }
    if (kind !== 'duckdb_server') continue;
    wanted.add(name);
    const owner = fieldText(resource.fields['owner']);
    if (
      owner !== undefined &&
      isIn(owner, found.roles) &&
      !isIn(owner, [...found.administrators, ...usage])
    ) {
      diagnostics.push({ ...notAdministrated(name, owner), ...place(resource) });
    }
    if (found.servers.some((server) => server.name === 'validation')) {
      diagnostics.push({
        severity: 'error',
        code: 'server-named-validation',
        summary:
          'The database has a server named validation: the wrapper refuses every change of a server or mapping because of it.',
        next: 'Let its owner rename or drop it: ALTER SERVER validation RENAME TO …',
        ...place(resource),
      });
    }
    const clash = found.servers.find((server) => server.name !== name && server.name.toLowerCase() === name);
    if (clash !== undefined) {
      diagnostics.push({
        severity: 'error',
        code: 'clashing-server-names',
        summary: `The database has a server ${JSON.stringify(clash.name)}, which is the same name to DuckDB as ${name}: both together break it.`,
        next: `Rename one of them: ALTER SERVER "${clash.name}" RENAME TO …`,
        ...place(resource),
      });
    }
    if (!names.has(name)) created.push(resource);
    if (found.servers.some((server) => server.name === name && !server.owned)) {
      diagnostics.push({
        severity: 'info',
        code: 'not-owner',
        summary: `The role ${principal} does not own the server ${name}: it can be compared, not changed.`,
        ...place(resource),
      });
    }
  }
  return [
    ...diagnostics,
    ...missingRights(principal, found, created),
    ...secondMotherduck(desired, found, wanted),
  ];
}

function missingWrapper(provider: string, found: Preflight, first: DesiredResource): Diagnostic {
  return {
    severity: 'error',
    code: 'wrapper-missing',
    summary: `The database of provider ${provider} has no foreign data wrapper ${WRAPPER}.`,
    next:
      found.extension === null
        ? 'Let a superuser run CREATE EXTENSION pg_duckdb (in Postgres Pro AXE: pgpro_axe) in that database.'
        : `The extension ${found.extension} is there without its wrapper: let a superuser update or reinstall it.`,
    ...place(first),
  };
}

/** Secrets live in servers since pg_duckdb 1.0; what is known here was measured with 1.2. */
function oldWrapper(
  provider: string,
  { extension, extensionVersion }: Preflight,
  first: DesiredResource | undefined,
): readonly Diagnostic[] {
  if (extension !== 'pg_duckdb' || !/^0\./.test(extensionVersion ?? '')) return [];
  return [
    {
      severity: 'warning',
      code: 'wrapper-too-old',
      summary: `The database of provider ${provider} has pg_duckdb ${extensionVersion ?? ''}; servers hold secrets since 1.0.`,
      next: 'Let a superuser update it: ALTER EXTENSION pg_duckdb UPDATE.',
      ...(first === undefined ? {} : place(first)),
    },
  ];
}

/** What keeps the role from creating servers: one problem, said once, with everything that it stops. */
function missingRights(
  principal: string,
  found: Preflight,
  created: readonly DesiredResource[],
): readonly Diagnostic[] {
  const [first, ...others] = created;
  const problem = first === undefined ? undefined : missingRight(principal, found);
  if (first === undefined || problem === undefined) return [];
  const detail =
    others.length === 0
      ? {}
      : { detail: `It stops ${others.map((resource) => resource.address).join(', ')} too.` };
  return [{ ...problem, ...detail, ...place(first) }];
}

function missingRight(
  principal: string,
  found: Preflight,
): Omit<Diagnostic, 'address' | 'range'> | undefined {
  if (found.superuser) return undefined;
  if (!found.usage) {
    return {
      severity: 'error',
      code: 'no-usage-on-wrapper',
      summary: `The role ${principal} has no USAGE on the ${WRAPPER} wrapper, which creating a server needs.`,
      next: `Let a superuser run GRANT USAGE ON FOREIGN DATA WRAPPER ${WRAPPER} TO it (administrators only), or apply as a superuser.`,
    };
  }
  // Where the library is not loaded yet, the setting is not known; the wrapper will say.
  if (found.duckdbRole === null || found.inDuckdbRole) return undefined;
  return {
    severity: 'error',
    code: 'not-in-duckdb-role',
    summary:
      found.duckdbRole === ''
        ? `Only superusers may use DuckDB here (duckdb.postgres_role is empty), and ${principal} is none.`
        : `The role ${principal} is not a member of ${found.duckdbRole}, the role that duckdb.postgres_role names.`,
    next:
      found.duckdbRole === ''
        ? 'Apply as a superuser, or set duckdb.postgres_role and restart the server.'
        : `Let an administrator GRANT ${found.duckdbRole} to it.`,
  };
}

function secondMotherduck(
  desired: readonly DesiredResource[],
  found: Preflight,
  wanted: ReadonlySet<string>,
): readonly Diagnostic[] {
  const other = found.servers.find(
    (server) => server.type?.toLowerCase() === 'motherduck' && !wanted.has(server.name),
  );
  if (other === undefined) return [];
  return desired
    .filter((resource) => fieldText(resource.fields['type'])?.toLowerCase() === 'motherduck')
    .map((resource) => ({
      severity: 'warning',
      code: 'second-motherduck-server',
      summary: `The database has another motherduck server, ${other.name}, and can have one only.`,
      next: 'Remove that one in the same run, or take it over under its name.',
      ...place(resource),
    }));
}
