import type { StateData } from '../../src/model/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { dumpDatabase, dumpHelios } from '../support/dump.js';
import { query } from '../support/postgres/index.js';

/** Everything that two runs must agree on, whatever ids and times they had; and the ids by what they belong to. */
export interface Look {
  readonly secrets: unknown;
  readonly database: unknown;
  /** `undefined` where there is no state. */
  readonly state: unknown;
  /** Ids of secrets and servers, by name. */
  readonly ids: Readonly<Record<string, string>>;
}

const MARKS = `SELECT s.srvname AS name, s.oid::text AS id, obj_description(s.oid, 'pg_foreign_server') AS comment
  FROM pg_foreign_server s ORDER BY 1`;
const MAPPINGS = `SELECT umid::text AS id, srvname AS name, CASE umuser WHEN 0 THEN 'public' ELSE usename END AS role
  FROM pg_user_mappings ORDER BY 2, 3`;

/**
 * Looks at both systems and the state, past the program.
 * @param isKeyNew the fingerprints' key was made by this very run: they are compared by name alone
 */
export async function look(
  helios: HeliosSandbox,
  databaseUrl: string,
  state: StateData | undefined,
  isKeyNew: boolean,
): Promise<Look> {
  const found = dumpHelios(helios);
  const { servers, fdwUsage } = await dumpDatabase(databaseUrl);
  const marks = await query<{ name: string; id: string; comment: string | null }>(databaseUrl, MARKS);
  const mappings = await query<{ id: string; name: string; role: string }>(databaseUrl, MAPPINGS);
  const secretIds = Object.entries(found).map(([name, { id }]) => [`secret ${name}`, id] as const);
  const ids = Object.fromEntries([
    ...secretIds,
    ...marks.map(({ name, id }) => [`server ${name}`, id] as const),
  ]);
  const names = new Map([
    ...Object.entries(ids).map(([name, id]) => [id, name] as const),
    ...mappings.map(({ id, name, role }) => [id, `mapping ${name}/${role}`] as const),
    ...[...helios.world.users.values()].map((user) => [user.userID, user.email] as const),
    ...[...helios.world.teams.values()].map((team) => [team.teamID, team.name] as const),
  ]);
  const updated = new Set(Object.values(found).map((one) => one.lastUpdatedAt));
  return {
    secrets: Object.fromEntries(
      Object.entries(found).map(([name, { value, access }]) => [name, { value, access }]),
    ),
    database: {
      fdwUsage,
      servers: servers.map(({ oid, ...rest }) => rest),
      marks: marks.map(({ name, comment }) => ({ name, comment })),
    },
    state: state === undefined ? undefined : comparable(state, names, updated, isKeyNew),
    ids,
  };
}

/** A state without times and serials; ids are told by whose they are, so that a wrong one shows. */
function comparable(
  { records, systems, ...rest }: StateData,
  names: ReadonlyMap<string, string>,
  updated: ReadonlySet<string>,
  isKeyNew: boolean,
): unknown {
  const { serial, lineage, configurations = [], keyCheck, ...others } = rest;
  return {
    ...others,
    keyCheck: isKeyNew ? typeof keyCheck : keyCheck,
    configurations: configurations.map(({ digest }) => digest),
    systems,
    records: records.map(({ id, appliedAt, changedAt, changedBy, fingerprints, ...record }) => ({
      ...record,
      id: id
        .split('/')
        .map((part) => names.get(part) ?? part)
        .join('/'),
      fingerprints: isKeyNew ? Object.keys(fingerprints) : fingerprints,
      // A secret's: the time of its last update; other kinds have their own.
      ...(record.address.startsWith('secret.')
        ? { changedBy, isSeen: changedAt !== undefined && updated.has(changedAt) }
        : {}),
    })),
  };
}
