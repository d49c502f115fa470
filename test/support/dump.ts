import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { query } from './postgres/index.js';

/** A server of the wrapper as the catalog has it; lists are sorted. */
interface DumpedServer {
  readonly name: string;
  readonly oid: string;
  readonly type: string;
  readonly owner: string;
  readonly options: Readonly<Record<string, string>>;
  /** Options by role; PUBLIC is `public`. */
  readonly mappings: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Who holds USAGE by a grant; the owner's own is left out. */
  readonly usage: readonly string[];
}

/** What a database has that is any of our business. */
export interface DumpedDatabase {
  readonly servers: readonly DumpedServer[];
  /** Who holds USAGE on the wrapper by a grant; its owner's own is left out. */
  readonly fdwUsage: readonly string[];
}

const OPTIONS = (options: string): string =>
  `(SELECT COALESCE(json_object_agg(o.option_name, o.option_value), '{}') FROM pg_options_to_table(${options}) o)`;

const HOLDERS = (acl: string, owner: string): string =>
  `(SELECT COALESCE(json_agg(name ORDER BY name), '[]') FROM (
      SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(g.grantee) END AS name
      FROM aclexplode(${acl}) g WHERE g.privilege_type = 'USAGE' AND g.grantee <> ${owner}) h)`;

const DUMP = `SELECT json_build_object(
  'fdwUsage', ${HOLDERS('w.fdwacl', 'w.fdwowner')},
  'servers', (SELECT COALESCE(json_agg(json_build_object(
      'name', s.srvname, 'oid', s.oid::text, 'type', s.srvtype, 'owner', pg_get_userbyid(s.srvowner),
      'options', ${OPTIONS('s.srvoptions')},
      'usage', ${HOLDERS('s.srvacl', 's.srvowner')},
      'mappings', (SELECT COALESCE(json_object_agg(
          CASE m.umuser WHEN 0 THEN 'public' ELSE pg_get_userbyid(m.umuser) END, ${OPTIONS('m.umoptions')}), '{}')
        FROM pg_user_mapping m WHERE m.umserver = s.oid)
    ) ORDER BY s.srvname), '[]') FROM pg_foreign_server s WHERE s.srvfdw = w.oid)) AS document
  FROM pg_foreign_data_wrapper w WHERE w.fdwname = 'duckdb'`;

/** Reads the catalog as the superuser that `url` names, past the program under test. */
export async function dumpDatabase(url: string): Promise<DumpedDatabase> {
  const [row] = await query<{ document: DumpedDatabase }>(url, DUMP);
  return row?.document ?? { servers: [], fdwUsage: [] };
}

/** A living secret of the emulated API, value included. */
export interface DumpedSecret {
  readonly id: string;
  readonly value: string;
  /** `Owner user:ana@example.com`, sorted. */
  readonly access: readonly string[];
  readonly lastUpdatedAt: string;
}

/** The living secrets by name, read past the API. */
export function dumpHelios({ world }: HeliosSandbox): Readonly<Record<string, DumpedSecret>> {
  const living = [...world.secrets.values()].filter((secret) => secret.removal === undefined);
  return Object.fromEntries(
    living
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, secretID, value, grants, lastUpdatedAt }) => [
        name,
        {
          id: secretID,
          value,
          lastUpdatedAt,
          access: grants
            .map(({ role, identity }) => {
              const user = world.users.get(identity.id)?.email;
              const team = world.teams.get(identity.id)?.name;
              return identity.kind === 'user'
                ? `${role} user:${user ?? identity.id}`
                : `${role} team:${team ?? identity.id}`;
            })
            .sort(),
        },
      ]),
  );
}
