import type { Change, StateData, StateRecord } from '../../src/model/index.js';
import { permissionsOn } from '../../src/sandbox/helios/access.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import type { SecretRecord, World } from '../../src/sandbox/helios/world.js';
import { wildcard } from '../../src/model/wildcard.js';
import type { File } from './site.js';
import { livingSecrets } from './watch.js';

/*
 * What must come of a file in a world, written down once more in the plainest way: the tool is held to it.
 */

/** Who is to hold what on a secret; `undefined` where the file leaves its shares alone. */
export interface Lists {
  readonly owners: readonly string[];
  readonly readers: readonly string[];
}

/** What the file says about who has access to a secret, patterns included; the greater role counts. */
export function listsOf(file: File, name: string): Lists | undefined {
  const rules = file.shares.filter((rule) =>
    rule.secrets.some((secret) => wildcard(secret, { single: true })(name)),
  );
  const own = file.secrets[name];
  const sources: readonly Partial<Lists>[] = own === undefined ? rules : [own, ...rules];
  if (sources.every((source) => source.owners === undefined && source.readers === undefined))
    return undefined;
  const owners = new Set(sources.flatMap((source) => source.owners ?? []));
  const readers = new Set(
    sources.flatMap((source) => source.readers ?? []).filter((one) => !owners.has(one)),
  );
  return { owners: [...owners], readers: [...readers] };
}

/** The users behind a principal, nested teams followed. */
function peopleBehind(world: World, principal: string): ReadonlySet<string> {
  const name = principal.slice(5);
  const found = new Set<string>();
  if (principal.startsWith('user:')) {
    if ([...world.users.values()].some((user) => user.email === name)) found.add(name);
    return found;
  }
  const seen = new Set<string>();
  const queue = [...world.teams.values()].filter((team) => team.name === name).map((team) => team.teamID);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const team = world.teams.get(id);
    for (const user of team?.memberUsers ?? []) found.add(world.users.get(user)?.email ?? '');
    queue.push(...(team?.memberTeams ?? []));
  }
  found.delete('');
  return found;
}

/** The direct built-in grants of a secret: `Owner user:ana@example.com`. */
export function directGrants(world: World, secret: SecretRecord): readonly string[] {
  return secret.grants
    .filter(
      (grant) => grant.inheritedFrom === undefined && (grant.role === 'Owner' || grant.role === 'Reader'),
    )
    .map(({ role, identity }) =>
      identity.kind === 'user'
        ? `${role} user:${world.users.get(identity.id)?.email ?? identity.id}`
        : `${role} team:${world.teams.get(identity.id)?.name ?? identity.id}`,
    )
    .sort();
}

/** A file, the world that it meets, the state that is kept, and who runs the tool. */
export interface Situation {
  readonly sandbox: HeliosSandbox;
  readonly file: File;
  readonly state: StateData | undefined;
  /** The tool's user: id and principal. */
  readonly tool: { readonly id: string; readonly principal: string };
}

/** Whether the tool may do this with a secret. */
export function may(
  { sandbox, tool }: Situation,
  secret: SecretRecord,
  what: 'View' | 'Edit' | 'Share' | 'Delete',
): boolean {
  return permissionsOn(sandbox.world, secret, tool.id).has(what);
}

/** The living secret of a name, if the tool sees it. */
export function seen(situation: Situation, name: string): SecretRecord | undefined {
  const one = livingSecrets(situation.sandbox.world).find((secret) => secret.name === name);
  return one !== undefined && may(situation, one, 'View') ? one : undefined;
}

/** The record of a secret. */
export function recordOf({ state }: Situation, name: string): StateRecord | undefined {
  return state?.records.find((record) => record.address === `secret.helios.${name}`);
}

/** Who must hold what on a secret in the end. */
export function wantedGrants(situation: Situation, name: string): readonly string[] | undefined {
  const lists = listsOf(situation.file, name);
  if (lists === undefined) return undefined;
  const { tool } = situation;
  const secret = seen(situation, name);
  const hasOwn =
    secret === undefined || directGrants(situation.sandbox.world, secret).includes(`Owner ${tool.principal}`);
  const hasRead =
    secret !== undefined &&
    directGrants(situation.sandbox.world, secret).includes(`Reader ${tool.principal}`);
  const isNamed = [...lists.owners, ...lists.readers].includes(tool.principal);
  const keeps = !isNamed && situation.file.secrets[name]?.self !== 'drop';
  return [
    ...lists.owners.map((owner) => `Owner ${owner}`),
    ...lists.readers.map((reader) => `Reader ${reader}`),
    ...(keeps && hasOwn ? [`Owner ${tool.principal}`] : []),
    ...(keeps && hasRead ? [`Reader ${tool.principal}`] : []),
  ].sort();
}

/** Why a plan of this file must be refused, in words; empty where it must not. */
export function obstacles(situation: Situation): readonly string[] {
  const { file, sandbox, tool } = situation;
  const { world } = sandbox;
  const found: string[] = [];
  for (const [name, { adopt, minOwners, self }] of Object.entries(file.secrets)) {
    const lists = listsOf(file, name);
    const secret = seen(situation, name);
    const record = recordOf(situation, name);
    for (const one of [...(lists?.owners ?? []), ...(lists?.readers ?? [])]) {
      if (!isThere(world, one)) found.push(`${name}: ${one} is nobody`);
    }
    if (secret !== undefined && record?.id !== secret.secretID && adopt !== true)
      found.push(`${name} is not ours`);
    if (lists === undefined && self === 'drop') found.push(`${name}: nobody else is known to be Owner`);
    const wanted = wantedGrants(situation, name);
    if (lists === undefined || wanted === undefined) continue;
    const owners = wanted.filter((one) => one.startsWith('Owner ')).map((one) => one.slice(6));
    const people = new Set(owners.flatMap((owner) => [...peopleBehind(world, owner)]));
    if (people.size < Math.max(1, minOwners ?? 1)) found.push(`${name} has ${people.size} Owner(s)`);
    const before =
      secret === undefined
        ? [tool.principal]
        : directGrants(world, secret).flatMap((one) => (one.startsWith('Owner ') ? [one.slice(6)] : []));
    const held = before.some((one) => peopleBehind(world, one).has(tool.principal.slice(5)));
    if (held && self !== 'drop' && !people.has(tool.principal.slice(5)))
      found.push(`${name}: own Owner lost`);
  }
  return found;
}

function isThere(world: World, principal: string): boolean {
  const name = principal.slice(5);
  return principal.startsWith('user:')
    ? [...world.users.values()].some((user) => user.email === name)
    : [...world.teams.values()].some((team) => team.name === name);
}

/** Whether the API must let the tool do all of this. */
export function isAllowed(situation: Situation, changes: readonly Change[]): boolean {
  const living = new Map(livingSecrets(situation.sandbox.world).map((one) => [one.name, one]));
  return changes.every(({ action, address }) => {
    if (action === 'forget' || action === 'import' || action === 'noop') return true;
    const [, name = '', member] = /^(?:secret|share)\.helios\.([^/]+)(\/.*)?$/.exec(address) ?? [];
    const secret = living.get(name);
    if (member !== undefined) return secret === undefined || may(situation, secret, 'Share');
    if (action === 'create') return secret === undefined;
    return secret !== undefined && may(situation, secret, action === 'delete' ? 'Delete' : 'Edit');
  });
}
