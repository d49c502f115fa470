import { escapeIdentifier, escapeLiteral } from 'pg';
import { defined, fieldText } from '../../../model/index.js';
import type { Address, ApplyItem } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import { markFor } from '../mark.js';
import { WRAPPER } from '../sql.js';
import { alterSteps } from './alter.js';
import type { Step, Target } from './function.js';
import { desiredOptions, optionsSql, roleSql, sqlStep } from './step.js';
import type { BatchView, PlacedStep } from './step.js';

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
      return serverSteps(item, address.name, view);
    case 'user_mapping':
      return mappingSteps(item, address, view);
    default:
      return usageSteps(item, address, view);
  }
}

function serverSteps(item: ApplyItem, name: string, view: BatchView): readonly PlacedStep[] {
  return [...renameServer(item, name, view), ...stepsOfServer(item, name, view)];
}

function renameServer({ change }: ApplyItem, name: string, { renamed }: BatchView): readonly PlacedStep[] {
  const from = renamed.get(name);
  if (from === undefined) return [];
  const sql = `ALTER SERVER ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(name)}`;
  return [sqlStep('rename-server', change.address, sql)];
}

function stepsOfServer(item: ApplyItem, name: string, view: BatchView): readonly PlacedStep[] {
  switch (item.change.action) {
    case 'create':
      return [...createServer(item, name, view), ...setOwner(item, name)];
    case 'replace':
      return replaceServer(item, name, view);
    case 'update':
      return updateServer(item, name, view);
    case 'delete':
      return [dropServer(item, name)];
    case 'import':
      return [{ phase: 'alter-server', step: markStep(item.change.address, name, view) }];
    case 'forget':
      return [{ phase: 'alter-server', step: { do: 'unmark', address: item.change.address, server: name } }];
    case 'noop':
      return [];
  }
}

function createServer({ change, desired }: ApplyItem, name: string, view: BatchView): readonly PlacedStep[] {
  const type = (fieldText(desired?.fields['type']) ?? '').toLowerCase();
  const create = `CREATE SERVER ${escapeIdentifier(name)} TYPE ${escapeLiteral(type)} FOREIGN DATA WRAPPER ${WRAPPER}${optionsSql(desiredOptions(desired))}`;
  return [
    sqlStep('create-server', change.address, create),
    { phase: 'create-server', step: markStep(change.address, name, view) },
  ];
}

/** What the configuration does not name (owner, USAGE, comment) survives the replacement. */
function replaceServer(item: ApplyItem, name: string, view: BatchView): readonly PlacedStep[] {
  const { address } = item.change;
  const without = view.revoked.get(name) ?? [];
  const owner = setOwner(item, name);
  return [
    { phase: 'drop-server', step: { do: 'keep', address, server: name } },
    dropServer(item, name),
    ...createServer(item, name, view),
    { phase: 'grant', step: { do: 'regrant', address, server: name, without } },
    ...(owner.length > 0
      ? owner
      : [{ phase: 'owner', step: { do: 'reown', address, server: name } } as const]),
  ];
}

function updateServer(item: ApplyItem, name: string, view: BatchView): readonly PlacedStep[] {
  const { address, fields } = item.change;
  const ownerChanges = fields.some((field) => field.path === 'owner' && field.action !== 'keep');
  const target = { server: name, prefix: `ALTER SERVER ${escapeIdentifier(name)}` };
  return [
    ...alterSteps(item, target).map((step): PlacedStep => ({ phase: 'alter-server', step })),
    { phase: 'alter-server', step: markStep(address, name, view) },
    ...(ownerChanges ? setOwner(item, name) : []),
  ];
}

function markStep(address: string, server: string, { stack, takenFrom }: BatchView): Step {
  return { do: 'mark', address, server, mark: markFor(stack), ...defined({ from: takenFrom.get(server) }) };
}

function dropServer({ change }: ApplyItem, name: string): PlacedStep {
  return sqlStep('drop-server', change.address, `DROP SERVER ${escapeIdentifier(name)}`);
}

/** Gives the server to the owner that the configuration names, if it names one. */
function setOwner({ change, desired }: ApplyItem, name: string): readonly PlacedStep[] {
  const owner = fieldText(desired?.fields['owner']);
  if (owner === undefined) return [];
  const sql = `ALTER SERVER ${escapeIdentifier(name)} OWNER TO ${escapeIdentifier(owner)}`;
  return [sqlStep('owner', change.address, sql)];
}

function mappingSteps(item: ApplyItem, parsed: Address, view: BatchView): readonly PlacedStep[] {
  const { change, desired } = item;
  const { action, address } = change;
  const role = parsed.member ?? '';
  const subject = `USER MAPPING FOR ${roleSql(role)} SERVER ${escapeIdentifier(parsed.name)}`;
  const dropSql = `DROP ${subject}`;
  const createSql = `CREATE ${subject}${optionsSql(desiredOptions(desired))}`;
  const drop = sqlStep('drop-mapping', address, dropSql);
  const create = sqlStep('mapping', address, createSql);
  switch (action) {
    case 'create':
      return [create];
    case 'delete':
      return [drop];
    case 'replace':
      return [drop, create];
    case 'update': {
      if (view.droppedServers.has(parsed.name)) return [drop, create];
      // Recreating it would lose the ignored options, which cannot be read here.
      const isWhole = (desired?.lifecycle.ignore ?? []).length === 0;
      const recreate = isWhole ? [dropSql, createSql] : [];
      const target = { server: parsed.name, role, prefix: `ALTER ${subject}`, recreate };
      return alterSteps(item, target).map((step) => ({ phase: 'mapping', step }));
    }
    case 'forget':
    case 'import':
    case 'noop':
      return [];
  }
}

function usageSteps({ change }: ApplyItem, parsed: Address, view: BatchView): readonly PlacedStep[] {
  const { action, address } = change;
  return parsed.kind === 'fdw_usage'
    ? wrapperUsageSteps(action, address, parsed.name)
    : serverUsageSteps(action, address, parsed, view);
}

function wrapperUsageSteps(
  action: ApplyItem['change']['action'],
  address: string,
  role: string,
): readonly PlacedStep[] {
  const on = `FOREIGN DATA WRAPPER ${WRAPPER}`;
  if (isGrant(action)) {
    return [sqlStep('grant-wrapper', address, `GRANT USAGE ON ${on} TO ${roleSql(role)}`)];
  }
  if (action !== 'delete') return [];
  return [sqlStep('revoke-wrapper', address, `REVOKE USAGE ON ${on} FROM ${roleSql(role)}`)];
}

function serverUsageSteps(
  action: ApplyItem['change']['action'],
  address: string,
  { name, member: role = '' }: Address,
  view: BatchView,
): readonly PlacedStep[] {
  const on = `FOREIGN SERVER ${escapeIdentifier(name)}`;
  if (isGrant(action)) {
    const phase = view.formerOwners.get(name) === role ? 'grant-former-owner' : 'grant';
    return [sqlStep(phase, address, `GRANT USAGE ON ${on} TO ${roleSql(role)}`)];
  }
  // USAGE on a server is dropped with it.
  if (action !== 'delete' || view.droppedServers.has(name)) return [];
  return [sqlStep('revoke', address, `REVOKE USAGE ON ${on} FROM ${roleSql(role)}`)];
}

function isGrant(action: ApplyItem['change']['action']): boolean {
  return action === 'create' || action === 'replace' || action === 'update';
}
