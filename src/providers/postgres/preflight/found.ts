import { groupBy } from '../../../model/index.js';
import type { FoundMapping, FoundServer, Preflight } from './document.js';

/** What the database has, by name. */
export interface Found {
  readonly server: (name: string) => FoundServer | undefined;
  /** The servers whose names are the same to DuckDB: it folds them to lower case. */
  readonly serversLike: (name: string) => readonly FoundServer[];
  readonly mapping: (server: string, role: string | undefined) => FoundMapping | undefined;
  readonly mappingsOf: (server: string) => readonly FoundMapping[];
}

/** Indexes what was found, once for all resources that are looked up in it. */
export function indexFound({ servers, mappings }: Pick<Preflight, 'servers' | 'mappings'>): Found {
  const byName = new Map(servers.map((server) => [server.name, server]));
  const byFoldedName = groupBy(servers, ({ name }) => name.toLowerCase());
  const byServer = groupBy(mappings, ({ server }) => server);
  const byRole = new Map(
    [...byServer].map(([server, list]) => [server, new Map(list.map((mapping) => [mapping.role, mapping]))]),
  );
  return {
    server: (name) => byName.get(name),
    serversLike: (name) => byFoldedName.get(name.toLowerCase()) ?? [],
    mapping: (server, role) => (role === undefined ? undefined : byRole.get(server)?.get(role)),
    mappingsOf: (server) => byServer.get(server) ?? [],
  };
}
