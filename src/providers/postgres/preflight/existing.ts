import { problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic, ProblemWords } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import { breaksDuckdb } from '../names.js';
import { isSensitiveOption } from '../../sdk/duckdb-options.js';
import type { FoundMapping, FoundServer, Preflight } from './document.js';
import { mappingProblem } from './mapping.js';

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
  const byFoldedName = new Map<string, string>();
  return preflight.servers.flatMap((server) => {
    const address = `duckdb_server.${provider}.${server.name}`;
    const resource = wanted.get(address);
    const folded = server.name.toLowerCase();
    const twin = byFoldedName.get(folded);
    byFoldedName.set(folded, server.name);
    const mappings = preflight.mappings.filter((mapping) => mapping.server === server.name);
    return [
      ...nameProblems(server.name, twin),
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

function nameProblems(name: string, twin: string | undefined): readonly ProblemWords[] {
  if (twin === undefined && !breaksDuckdb(name)) return [];
  return [
    {
      severity: 'warning',
      code: 'server-breaks-duckdb',
      summary:
        twin === undefined
          ? `The server ${JSON.stringify(name)} has a name that breaks DuckDB for the whole database.`
          : `The servers ${JSON.stringify(twin)} and ${JSON.stringify(name)} have the same name to DuckDB, which breaks it for the whole database.`,
      next: `Rename it (ALTER SERVER … RENAME TO …) or drop it.`,
    },
  ];
}

/** Options of an existing server and its mappings that break DuckDB, or expose a credential. */
function optionProblems(server: FoundServer, mappings: readonly FoundMapping[]): readonly ProblemWords[] {
  const shown = JSON.stringify(server.name);
  const { type, options } = server;
  return [
    ...Object.keys(options).flatMap((option) => serverOptionProblems(server, option)),
    ...mappings.flatMap((mapping) =>
      (mapping.options ?? []).flatMap((option) => {
        const wrong = mappingProblem(type ?? '', options['provider'], Object.keys(options), option);
        return wrong === undefined
          ? []
          : [breaking(`The mapping of ${mapping.role} on the server ${shown} ${wrong}.`)];
      }),
    ),
  ];
}

function serverOptionProblems({ name, type, options }: FoundServer, option: string): readonly ProblemWords[] {
  const shown = JSON.stringify(name);
  const problems: ProblemWords[] = [];
  if (option === 'type') {
    problems.push(breaking(`The server ${shown} has an option type, which overrides its type.`));
  }
  if (isSensitiveOption(type ?? '', options['provider'], option.toLowerCase())) {
    problems.push({
      severity: 'warning',
      code: 'sensitive-option-in-server',
      summary: `The server ${shown} has the sensitive option ${option}, which every role can read there.`,
      next: 'Move it to a user mapping, and change the value where it is used.',
    });
  }
  return problems;
}

function breaking(summary: string): ProblemWords {
  return {
    severity: 'warning',
    code: 'server-breaks-duckdb',
    summary: `${summary} This breaks DuckDB for the roles that use it.`,
    next: 'Correct it by hand, or add it to the configuration.',
  };
}
