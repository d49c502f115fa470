import { escapeIdentifier, escapeLiteral } from 'pg';
import { defined } from '../../model/index.js';
import type { Address, ApplyItem, DesiredResource } from '../../model/index.js';
import type { Step, Target } from './batch.js';
import { fieldText } from './field-text.js';
import { markFor } from './mark.js';
import { WRAPPER } from './sql.js';
import { kinds } from './kinds.js';

/**
 * When a statement runs, in this order. Nothing may fail in the middle, and what the wrapper checks must be final:
 * ALTER SERVER is checked without the mappings, a mapping with its server (DuckDB wrapper contract). So mappings that go are
 * dropped first, servers become final next, and mappings after them: an option that moves either way is never seen twice.
 * Ownership goes last, since who gives a server away may lose the right to grant on it. Only what the former owner is to hold
 * waits for that: granted before, it would go to the next owner with the rest.
 */
export type Phase =
  | 'revoke'
  | 'drop-mapping'
  | 'drop-server'
  | 'create-server'
  | 'alter-server'
  | 'mapping'
  | 'grant-wrapper'
  | 'grant'
  | 'owner'
  | 'grant-former-owner'
  | 'revoke-wrapper';

/** One step and its place. */
interface PlacedStep {
  readonly phase: Phase;
  readonly step: Step;
}

/** What the statements of one item need to know of the others. */
export interface BatchView {
  readonly stack: string;
  /** Names of the servers that are dropped by the batch, for good or to be made anew. */
  readonly droppedServers: ReadonlySet<string>;
  /** The roles whose USAGE on a server is to go, by the server's name. */
  readonly revoked: ReadonlyMap<string, readonly string[]>;
  /** Who owned the servers that the batch gives to somebody else, by the server's name. */
  readonly formerOwners: ReadonlyMap<string, string>;
}

const PREFIX = 'options.';

/** A role in SQL: quoted, but for the keyword PUBLIC, which is no role's name. */
function roleSql(role: string): string {
  return role === 'public' ? 'PUBLIC' : escapeIdentifier(role);
}

/** The options of a wanted resource, by name, as text. */
function wantedOptions(desired: DesiredResource | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(desired?.fields ?? {}).flatMap(([path, field]) => {
      const text = path.startsWith(PREFIX) ? fieldText(field) : undefined;
      return text === undefined ? [] : [[path.slice(PREFIX.length), text] as const];
    }),
  );
}

function optionsSql(options: Readonly<Record<string, string>>): string {
  const parts = Object.entries(options).map(
    ([name, value]) => `${escapeIdentifier(name)} ${escapeLiteral(value)}`,
  );
  return parts.length === 0 ? '' : ` OPTIONS (${parts.join(', ')})`;
}

/** The object of an address, as the batch function looks it up. */
export function targetOf(address: string): Target {
  const parsed = kinds.mustParse(address);
  switch (parsed.kind) {
    case 'duckdb_server':
      return { address, kind: parsed.kind, server: parsed.name };
    case 'user_mapping':
    case 'server_usage':
      return { address, kind: parsed.kind, server: parsed.name, role: parsed.member ?? '' };
    case 'fdw_usage':
      return { address, kind: parsed.kind, role: parsed.name };
    default:
      throw new Error(`not a resource of PostgreSQL: ${address}`);
  }
}

/** The statements of one change. Pure. */
export function stepsFor(item: ApplyItem, view: BatchView): readonly PlacedStep[] {
  const address = kinds.mustParse(item.change.address);
  switch (address.kind) {
    case 'duckdb_server':
      return serverSteps(item, address, view);
    case 'user_mapping':
      return mappingSteps(item, address, view);
    default:
      return usageSteps(item, address, view);
  }
}

function serverSteps(item: ApplyItem, { name }: Address, view: BatchView): readonly PlacedStep[] {
  const { change, desired } = item;
  const { action, address } = change;
  const server = escapeIdentifier(name);
  const sql = (phase: Phase, text: string): PlacedStep => ({
    phase,
    step: { do: 'sql', address, sql: text },
  });
  const mark: Step = { do: 'mark', address, server: name, mark: markFor(view.stack) };
  const owner = fieldText(desired?.fields['owner']);
  const giveTo = (role: string): PlacedStep =>
    sql('owner', `ALTER SERVER ${server} OWNER TO ${escapeIdentifier(role)}`);
  const drop = sql('drop-server', `DROP SERVER ${server}`);
  if (action === 'delete') return [drop];
  if (action === 'create' || action === 'replace') {
    const type = (fieldText(desired?.fields['type']) ?? '').toLowerCase();
    // What the configuration does not name outlives the server that it belonged to.
    const keep: PlacedStep = { phase: 'drop-server', step: { do: 'keep', address, server: name } };
    const regrant: PlacedStep = {
      phase: 'grant',
      step: { do: 'regrant', address, server: name, without: view.revoked.get(name) ?? [] },
    };
    const reown: PlacedStep = { phase: 'owner', step: { do: 'reown', address, server: name } };
    const create = `CREATE SERVER ${server} TYPE ${escapeLiteral(type)} FOREIGN DATA WRAPPER ${WRAPPER}${optionsSql(wantedOptions(desired))}`;
    return [
      ...(action === 'replace' ? [keep, drop] : []),
      sql('create-server', create),
      { phase: 'create-server', step: mark },
      ...(action === 'replace' ? [regrant] : []),
      ...(owner !== undefined ? [giveTo(owner)] : action === 'replace' ? [reown] : []),
    ];
  }
  if (action !== 'update') return [];
  const ownerChanges = change.fields.some((field) => field.path === 'owner' && field.action !== 'keep');
  return [
    ...alterStep(item, name, undefined, `ALTER SERVER ${server}`, []).map((step): PlacedStep => ({
      phase: 'alter-server',
      step,
    })),
    { phase: 'alter-server', step: mark },
    ...(ownerChanges && owner !== undefined ? [giveTo(owner)] : []),
  ];
}

function mappingSteps(item: ApplyItem, parsed: Address, view: BatchView): readonly PlacedStep[] {
  const { change, desired } = item;
  const { action, address } = change;
  const role = parsed.member ?? '';
  const subject = `USER MAPPING FOR ${roleSql(role)} SERVER ${escapeIdentifier(parsed.name)}`;
  const sql = (phase: Phase, text: string): PlacedStep => ({
    phase,
    step: { do: 'sql', address, sql: text },
  });
  const drop = `DROP ${subject}`;
  const create = `CREATE ${subject}${optionsSql(wantedOptions(desired))}`;
  switch (action) {
    case 'create':
      return [sql('mapping', create)];
    case 'delete':
      return [sql('drop-mapping', drop)];
    case 'replace':
      return [sql('drop-mapping', drop), sql('mapping', create)];
    case 'update': {
      if (view.droppedServers.has(parsed.name)) return [sql('drop-mapping', drop), sql('mapping', create)];
      // Making it anew would lose options that the configuration leaves alone, and that nobody here can see.
      const whole = (desired?.lifecycle.ignore ?? []).length === 0;
      return alterStep(item, parsed.name, role, `ALTER ${subject}`, whole ? [drop, create] : []).map(
        (step) => ({
          phase: 'mapping',
          step,
        }),
      );
    }
    case 'forget':
    case 'import':
    case 'noop':
      return [];
  }
}

/** ADD, SET or DROP is chosen by the function, from what the object has then. */
function alterStep(
  { change, desired }: ApplyItem,
  server: string,
  role: string | undefined,
  prefix: string,
  anew: readonly string[],
): readonly Step[] {
  const wanted = wantedOptions(desired);
  // A change of the hidden whole stands for all of it.
  const set: Record<string, string> = change.fields.some((field) => field.path === 'options')
    ? { ...wanted }
    : {};
  const drop: string[] = [];
  for (const { path, action } of change.fields) {
    if (!path.startsWith(PREFIX) || action === 'keep') continue;
    const name = path.slice(PREFIX.length);
    const value = wanted[name];
    if (value === undefined) drop.push(name);
    else set[name] = value;
  }
  if (Object.keys(set).length + drop.length === 0) return [];
  return [
    {
      do: 'alter',
      address: change.address,
      server,
      ...defined({ role }),
      prefix,
      set,
      drop,
      anew,
    },
  ];
}

function usageSteps(item: ApplyItem, parsed: Address, view: BatchView): readonly PlacedStep[] {
  const { action, address } = item.change;
  const wrapper = parsed.kind === 'fdw_usage';
  const role = wrapper ? parsed.name : (parsed.member ?? '');
  const on = wrapper ? `FOREIGN DATA WRAPPER ${WRAPPER}` : `FOREIGN SERVER ${escapeIdentifier(parsed.name)}`;
  const sql = (phase: Phase, text: string): PlacedStep => ({
    phase,
    step: { do: 'sql', address, sql: text },
  });
  if (action === 'create' || action === 'replace' || action === 'update') {
    const isFormer = !wrapper && view.formerOwners.get(parsed.name) === role;
    const phase = wrapper ? 'grant-wrapper' : isFormer ? 'grant-former-owner' : 'grant';
    return [sql(phase, `GRANT USAGE ON ${on} TO ${roleSql(role)}`)];
  }
  // The USAGE on a server that goes is gone with it.
  if (action !== 'delete' || (!wrapper && view.droppedServers.has(parsed.name))) return [];
  return [sql(wrapper ? 'revoke-wrapper' : 'revoke', `REVOKE USAGE ON ${on} FROM ${roleSql(role)}`)];
}
