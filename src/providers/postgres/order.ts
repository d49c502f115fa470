import type { ApplyItem } from '../../model/index.js';
import type { Batch, Check } from './batch.js';
import { UNSEEN } from './read.js';
import { stepsFor, targetOf } from './statements.js';
import type { BatchView, Phase } from './statements.js';
import { kinds } from './kinds.js';

const PHASES: readonly Phase[] = [
  'revoke',
  'drop-mapping',
  'drop-server',
  'create-server',
  'alter-server',
  'mapping',
  'grant-wrapper',
  'grant',
  'owner',
  'grant-former-owner',
  'revoke-wrapper',
];

/** Whether a change does anything in the system. */
export function writes({ change }: ApplyItem): boolean {
  return ['create', 'update', 'replace', 'delete'].includes(change.action);
}

/** Puts the changes of one database into one batch: conditions first, then all statements in the order of their phases. */
export function toBatch(items: readonly ApplyItem[], stack: string): Batch {
  const active = items.filter(writes);
  const serversThat = (...actions: readonly string[]): ReadonlySet<string> =>
    new Set(
      active
        .filter((item) => actions.includes(item.change.action))
        .map((item) => kinds.mustParse(item.change.address))
        .filter((address) => address.kind === 'duckdb_server')
        .map((address) => address.name),
    );
  const view: BatchView = {
    stack,
    droppedServers: serversThat('delete', 'replace'),
    revoked: groupRevoked(active),
    formerOwners: formerOwners(active),
  };
  const placed = active.flatMap((item) => stepsFor(item, view));
  return {
    stack,
    checks: active.flatMap((item) => checkFor(item, view)),
    steps: PHASES.flatMap((phase) => placed.filter((one) => one.phase === phase).map((one) => one.step)),
    targets: active
      .filter((item) => item.change.action !== 'delete')
      .map((item) => targetOf(item.change.address)),
  };
}

function groupRevoked(active: readonly ApplyItem[]): ReadonlyMap<string, readonly string[]> {
  const revoked = new Map<string, string[]>();
  for (const { change } of active) {
    const { kind, name, member } = kinds.mustParse(change.address);
    if (kind !== 'server_usage' || change.action !== 'delete' || member === undefined) continue;
    revoked.set(name, [...(revoked.get(name) ?? []), member]);
  }
  return revoked;
}

/** Owners by server, of those that are given to somebody else. */
function formerOwners(active: readonly ApplyItem[]): ReadonlyMap<string, string> {
  return new Map(
    active.flatMap(({ change }) => {
      const { kind, name } = kinds.mustParse(change.address);
      const before = change.fields.find((field) => field.path === 'owner')?.before;
      return kind === 'duckdb_server' && typeof before === 'string' ? [[name, before] as const] : [];
    }),
  );
}

function checkFor({ change }: ApplyItem, view: BatchView): readonly Check[] {
  const target = targetOf(change.address);
  // A grant that goes with its server, or comes anew with it: the server's own condition covers it.
  if (target.kind === 'server_usage' && view.droppedServers.has(target.server ?? '')) return [];
  // An owner holds it as owner, until the server is somebody else's.
  if (target.kind === 'server_usage' && view.formerOwners.get(target.server ?? '') === target.role) return [];
  const { precondition } = change;
  switch (precondition.kind) {
    case 'none':
      return [];
    case 'absent':
      return [{ ...target, id: null }];
    case 'present':
      return [
        {
          ...target,
          id: precondition.id,
          ...(precondition.version === UNSEEN ? {} : { version: precondition.version }),
        },
      ];
  }
}
