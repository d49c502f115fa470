import { problem } from '../../model/index.js';
import type { ConfiguredResource, Diagnostic } from '../../model/index.js';
import { nameProblem } from './names.js';
import { kinds } from './kinds.js';

/** Names of servers that break DuckDB, servers whose names differ in case alone, and roles that cannot exist. */
export function auditNames(resources: readonly ConfiguredResource[]): readonly Diagnostic[] {
  const servers = new Map<string, ConfiguredResource>();
  return resources.flatMap((resource) => {
    const { kind, name, member } = kinds.mustParse(resource.address);
    if (kind !== 'duckdb_server') return auditRole(resource, kind === 'fdw_usage' ? name : member);
    const first = servers.get(name.toLowerCase());
    servers.set(name.toLowerCase(), first ?? resource);
    return [...auditServerName(resource, name), ...auditClash(resource, name, first)];
  });
}

function auditServerName({ address, range }: ConfiguredResource, name: string): Diagnostic[] {
  const reason = nameProblem(name);
  if (reason === undefined) return [];
  return [
    problem({
      code: 'dangerous-server-name',
      summary: `The server name ${JSON.stringify(name)} ${reason}.`,
      next: 'Use lower-case letters, digits and "_".',
      address,
      at: range,
    }),
  ];
}

function auditClash(
  { address, range }: ConfiguredResource,
  name: string,
  first: ConfiguredResource | undefined,
): Diagnostic[] {
  if (first === undefined) return [];
  return [
    problem({
      code: 'clashing-server-names',
      summary: `The servers ${kinds.mustParse(first.address).name} and ${name} are the same name to DuckDB, which breaks it for the whole database.`,
      next: 'Rename one of them.',
      address,
      at: range,
      related: first.range && [{ message: 'the other one', at: first.range }],
    }),
  ];
}

function auditRole({ address, range }: ConfiguredResource, role: string | undefined): Diagnostic[] {
  if (role === undefined || new TextEncoder().encode(role).byteLength <= 63) return [];
  return [
    problem({
      code: 'role-name-too-long',
      summary: `The role name ${JSON.stringify(role)} is longer than 63 bytes, the maximum of PostgreSQL.`,
      next: 'Write the role as it is named in the database.',
      address,
      at: range,
    }),
  ];
}
