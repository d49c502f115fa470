import { problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic, ProblemWords } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import { breaksDuckdb, isValidationName, renameSql } from '../names.js';
import { isSensitiveOption } from '../../sdk/duckdb-options.js';
import type { FoundMapping, FoundServer, Preflight } from './document.js';
import { indexFound } from './found.js';
import { mappingProblem } from './mapping.js';
import { chainProblem, exposure, needsCredentials } from '../traps.js';
import type { Shape } from '../traps.js';

/** Servers that exist already and break DuckDB for everyone, or expose what they should not. */
export function existingServers(
  provider: string,
  desired: readonly DesiredResource[],
  preflight: Preflight,
): readonly Diagnostic[] {
  const wanted = new Map(desired.map((resource) => [resource.address, resource]));
  const usage = desired
    .map((resource) => kinds.mustParse(resource.address))
    .filter(({ kind }) => kind === 'fdw_usage')
    .map(({ name }) => name);
  const severity = desired.some(({ address }) => kinds.mustParse(address).kind !== 'fdw_usage')
    ? 'error'
    : 'warning';
  const byFoldedName = new Map<string, string>();
  const found = indexFound(preflight);
  return preflight.servers.flatMap((server) => {
    const address = `duckdb_server.${provider}.${server.name}`;
    const resource = wanted.get(address);
    const folded = server.name.toLowerCase();
    const twin = byFoldedName.get(folded);
    byFoldedName.set(folded, server.name);
    const mappings = found.mappingsOf(server.name);
    return [
      ...nameProblems(server.name, twin, severity),
      // The options of a desired server are checked as they will be.
      ...(resource === undefined ? optionProblems(server, mappings) : []),
      ...ownerProblems(server, resource, usage),
    ].map((words) => problem({ ...words, address, at: resource?.range }));
  });
}

function ownerProblems(
  { name, owner, administrated }: FoundServer,
  resource: DesiredResource | undefined,
  usage: readonly string[],
): readonly ProblemWords[] {
  const isSafe = resource?.fields['owner'] !== undefined || administrated || usage.includes(owner);
  return isSafe ? [] : [notAdministrated(name, owner)];
}

/** The owner of a server can create mappings on it for any role (DuckDB wrapper contract). */
export function notAdministrated(server: string, owner: string): ProblemWords {
  return {
    severity: 'warning',
    code: 'owner-not-administrator',
    summary: `The server ${server} belongs to ${owner}, who is not an administrator of the wrapper: the owner can give any role any mapping.`,
    next: 'Give it to a role of fdw_usage or to a superuser with "owner:".',
  };
}

/**
 * A name that fails every change of a secret, whatever the change is about, and for most of them every DuckDB query. An error where
 * a server or mapping is to be managed: the failure would be reported at that one.
 */
function nameProblems(
  name: string,
  twin: string | undefined,
  severity: 'error' | 'warning',
): readonly ProblemWords[] {
  const shown = JSON.stringify(name);
  const next = `Let its owner rename it, which works at any time: ${renameSql(name)}`;
  if (isValidationName(name)) {
    return [
      {
        severity,
        code: 'server-named-validation',
        summary: `The database has a server ${shown}: the wrapper refuses every change of a server or mapping beside it.`,
        next,
      },
    ];
  }
  if (twin === undefined && !breaksDuckdb(name)) return [];
  const what =
    twin === undefined
      ? `The server ${shown} has a name that DuckDB cannot read`
      : `The servers ${JSON.stringify(twin)} and ${shown} have the same name to DuckDB`;
  return [
    {
      severity,
      code: 'server-breaks-duckdb',
      summary: `${what}: every DuckDB query and every change of a server or mapping fails in the whole database.`,
      next,
    },
  ];
}

/** Options of an existing server and its mappings that break DuckDB, or expose a credential. */
function optionProblems(server: FoundServer, mappings: readonly FoundMapping[]): readonly ProblemWords[] {
  const shown = JSON.stringify(server.name);
  const { options } = server;
  const type = effectiveType(server);
  const shape: Shape = { type: type.toLowerCase(), option: (name) => options[name] };
  return [
    ...shapeProblems(shape, shown),
    ...Object.keys(options).flatMap((option) => serverOptionProblems(server, option)),
    ...mappings.flatMap((mapping) =>
      (mapping.options ?? []).flatMap((option) => {
        const wrong = mappingProblem(type, options['provider'], Object.keys(options), option);
        return wrong === undefined
          ? []
          : [breaking(`The mapping of ${mapping.role} on the server ${shown} ${wrong}.`)];
      }),
    ),
  ];
}

/** What takes DuckDB down later, or shows credentials, in a server that is not managed here. */
function shapeProblems(shape: Shape, shown: string): readonly ProblemWords[] {
  const chain = chainProblem(shape);
  const problems: ProblemWords[] = [];
  if (chain !== undefined) {
    problems.push({
      ...chain,
      summary: `The server ${shown} requires credentials on the database host whenever DuckDB loads it: once they are gone, every DuckDB query and every change of a server or mapping fails, until it is dropped.`,
      next: `Drop it and create it again with validation 'none': to alter it does not help once they are gone.`,
    });
  }
  if (exposure(shape) === 'refresh') {
    problems.push({
      severity: 'warning',
      code: 'credentials-shown',
      summary: `The server ${shown} has the option refresh, with which DuckDB shows its credentials in clear to every role with a mapping.`,
      next: 'Drop the option, and change the credentials.',
    });
  }
  return problems;
}

/** Servers that fail every change in the database once the host has no credentials, those with `validation: exists` too. */
export function needyServers({ servers }: Pick<Preflight, 'servers'>): readonly string[] {
  return servers
    .filter((server) =>
      needsCredentials({ type: effectiveType(server), option: (name) => server.options[name] }),
    )
    .map(({ name }) => name);
}

function serverOptionProblems(server: FoundServer, option: string): readonly ProblemWords[] {
  const { name, options } = server;
  if (!isSensitiveOption(effectiveType(server), options['provider'], option.toLowerCase())) return [];
  return [
    {
      severity: 'warning',
      code: 'sensitive-option-in-server',
      summary: `The server ${JSON.stringify(name)} has the sensitive option ${option}, which every role can read there.`,
      next: 'Move it to a user mapping, and change the value where it is used.',
    },
  ];
}

/** The secret type of a server: an option `type` overrides TYPE, and works (DuckDB wrapper contract). */
function effectiveType({ type, options }: FoundServer): string {
  return options['type'] ?? type ?? '';
}

function breaking(summary: string): ProblemWords {
  return {
    severity: 'warning',
    code: 'server-breaks-duckdb',
    summary: `${summary} This breaks DuckDB for the roles that use it.`,
    next: 'Correct it by hand, or add it to the configuration.',
  };
}
