import { defined } from '../../model/index.js';
import type { ConfiguredResource, Diagnostic } from '../../model/index.js';
import { nameProblem } from './names.js';
import { kinds } from './kinds.js';

function at(resource: ConfiguredResource): Pick<Diagnostic, 'address' | 'range'> {
  return {
    address: resource.address,
    ...defined({ range: resource.range }),
  };
}

/** Names of servers that break DuckDB, servers whose names differ in case alone, and roles that cannot be. */
export function auditNames(resources: readonly ConfiguredResource[]): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Map<string, ConfiguredResource>();
  for (const resource of resources) {
    const { kind, name, member } = kinds.mustParse(resource.address);
    if (kind === 'duckdb_server') {
      const problem = nameProblem(name);
      if (problem !== undefined) {
        found.push({
          severity: 'error',
          code: 'dangerous-server-name',
          summary: `The server name ${JSON.stringify(name)} ${problem}: it would break DuckDB for the whole database.`,
          next: 'Use lower-case letters, digits and "_", beginning with a letter.',
          ...at(resource),
        });
      }
      const first = seen.get(name.toLowerCase());
      if (first !== undefined) {
        found.push({
          severity: 'error',
          code: 'clashing-server-names',
          summary: `The servers ${kinds.mustParse(first.address).name} and ${name} are one name to DuckDB, which breaks it for the whole database.`,
          next: 'Rename one of them.',
          ...at(resource),
          ...(first.range === undefined
            ? {}
            : { related: [{ message: 'the other one', range: first.range }] }),
        });
      }
      seen.set(name.toLowerCase(), first ?? resource);
      continue;
    }
    const role = kind === 'fdw_usage' ? name : member;
    if (role !== undefined && new TextEncoder().encode(role).byteLength > 63) {
      found.push({
        severity: 'error',
        code: 'role-name-too-long',
        summary: `The role name ${JSON.stringify(role)} is longer than 63 bytes, which no role of PostgreSQL is.`,
        next: 'Write the role as it stands in the database.',
        ...at(resource),
      });
    }
  }
  return found;
}
