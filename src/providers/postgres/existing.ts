import type { DesiredResource, Diagnostic } from '../../model/index.js';
import type { ReadRequest } from '../sdk/index.js';
import { fieldText } from './field-text.js';
import { breaksDuckdb } from './names.js';
import { findOptionSet, isKnownOption, isSensitiveOption } from '../sdk/duckdb-options.js';
import { isIn, placeOf } from './preflight-document.js';
import type { FoundMapping, FoundServer, Preflight } from './preflight-document.js';
import { kinds } from './kinds.js';

/** Servers that are there already and break DuckDB for everyone, or open what they should not. */
export function existingServers(
  provider: string,
  desired: readonly DesiredResource[],
  found: Preflight,
): readonly Diagnostic[] {
  const byFolded = new Map<string, string>();
  const wanted = new Map(desired.map((resource) => [resource.address, resource]));
  const usage = desired
    .map((resource) => kinds.mustParse(resource.address))
    .filter((address) => address.kind === 'fdw_usage')
    .map((address) => address.name);
  return found.servers.flatMap((server): Diagnostic[] => {
    const address = `duckdb_server.${provider}.${server.name}`;
    const resource = wanted.get(address);
    const place = resource === undefined ? { address } : placeOf(resource);
    const twin = byFolded.get(server.name.toLowerCase());
    byFolded.set(server.name.toLowerCase(), server.name);
    const names = nameProblem(server.name, twin);
    const mappings = found.mappings.filter((mapping) => mapping.server === server.name);
    const diagnostics: Diagnostic[] = names === undefined ? [] : [{ ...names, ...place }];
    // What is wanted of it is checked as it will be.
    if (resource === undefined) {
      diagnostics.push(...optionProblems(server, mappings).map((one) => ({ ...one, ...place })));
    }
    const isNamed = resource?.fields['owner'] !== undefined;
    if (!isNamed && !server.administrated && !isIn(server.owner, usage)) {
      diagnostics.push({ ...notAdministrated(server.name, server.owner), ...place });
    }
    return diagnostics;
  });
}

type Problem = Omit<Diagnostic, 'address' | 'range'>;

function nameProblem(name: string, twin: string | undefined): Problem | undefined {
  if (twin === undefined && !breaksDuckdb(name)) return undefined;
  return {
    severity: 'warning',
    code: 'server-breaks-duckdb',
    summary:
      twin === undefined
        ? `The server ${JSON.stringify(name)} has a name that breaks DuckDB for the whole database.`
        : `The servers ${JSON.stringify(twin)} and ${JSON.stringify(name)} are one name to DuckDB, which breaks it for the whole database.`,
    next: `Rename it (ALTER SERVER … RENAME TO …) or drop it.`,
  };
}

/** Who owns a server can make mappings on it for any role (DuckDB wrapper contract). */
export function notAdministrated(server: string, owner: string): Problem {
  return {
    severity: 'warning',
    code: 'owner-not-administrator',
    summary: `The server ${server} belongs to ${owner}, who is no administrator of the wrapper: an owner can give any role a mapping of their choice.`,
    next: 'Give it to a role of fdw_usage or to a superuser with "owner:".',
  };
}

/** Options of a server that is there, and of its mappings, that DuckDB cannot live with. */
function optionProblems(server: FoundServer, mappings: readonly FoundMapping[]): readonly Problem[] {
  const { name, type, options } = server;
  const problems: Problem[] = [];
  const shown = JSON.stringify(name);
  for (const option of Object.keys(options)) {
    if (option === 'type') {
      problems.push(broken(`The server ${shown} has an option type, which overrides its type.`));
    }
    if (isSensitiveOption(type ?? '', options['provider'], option.toLowerCase())) {
      problems.push({
        severity: 'warning',
        code: 'sensitive-option-in-server',
        summary: `The server ${shown} has the sensitive option ${option} among its own, where every role can read it.`,
        next: 'Move it to a user mapping, and change the value where it is used.',
      });
    }
  }
  for (const mapping of mappings) {
    for (const option of mapping.options ?? []) {
      const problem = mappingProblem(type ?? '', options['provider'], Object.keys(options), option);
      if (problem !== undefined) {
        problems.push(broken(`The mapping of ${mapping.role} on the server ${shown} ${problem}.`));
      }
    }
  }
  return problems;
}

function broken(summary: string): Problem {
  return {
    severity: 'warning',
    code: 'server-breaks-duckdb',
    summary: `${summary} It breaks DuckDB for whom it is for.`,
    next: 'Correct it by hand, or take it into the configuration.',
  };
}

/** What is wrong with an option of a mapping, given what the server has. */
function mappingProblem(
  type: string,
  provider: string | undefined,
  serverOptions: readonly string[],
  option: string,
): string | undefined {
  if (serverOptions.includes(option) && !['scope', 'provider', 'type'].includes(option)) {
    return `repeats the option ${option} of the server, which DuckDB refuses`;
  }
  const set = findOptionSet(type, provider);
  const isWrong =
    set?.measured === true && isKnownOption(option) && !set.options.some((one) => one.name === option);
  return isWrong
    ? `has the option ${option}, which ${set.type} with provider ${set.provider} does not take`
    : undefined;
}

/**
 * Mappings that nobody here manages, on a server that is to be changed so that DuckDB would refuse them: the wrapper does not look at them
 * when a server is altered (DuckDB wrapper contract).
 */
export function strandedMappings(
  { desired, records }: Pick<ReadRequest, 'desired' | 'records'>,
  found: Preflight | undefined,
): readonly Diagnostic[] {
  if (found === undefined) return [];
  // What the state owns and the configuration names no more goes, before the server changes.
  const addresses = new Set([...desired, ...records].map((one) => one.address));
  return desired.flatMap((server): Diagnostic[] => {
    const { kind, name, provider } = kinds.mustParse(server.address);
    if (kind !== 'duckdb_server') return [];
    const options = Object.keys(server.fields)
      .filter((path) => path.startsWith('options.'))
      .map((path) => path.slice('options.'.length));
    const type = fieldText(server.fields['type']) ?? '';
    const way = fieldText(server.fields['options.provider']);
    return found.mappings
      .filter(
        (mapping) =>
          mapping.server === name && !addresses.has(`user_mapping.${provider}.${name}/${mapping.role}`),
      )
      .flatMap((mapping) =>
        (mapping.options ?? []).flatMap((option): Diagnostic[] => {
          const problem = mappingProblem(type, way, options, option);
          if (problem === undefined) return [];
          return [
            {
              severity: 'error',
              code: 'unmanaged-mapping-breaks',
              summary: `The mapping of ${mapping.role} on ${name}, which is not managed here, ${problem}.`,
              next: 'Take the mapping into the configuration, or leave the server as it is.',
              ...placeOf(server),
            },
          ];
        }),
      );
  });
}
