import { defined, groupBy, isStateOnly } from '../../../model/index.js';
import type { ApplyItem } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import { UNSEEN } from '../read.js';
import type { Batch, Check } from './function.js';
import { stepsFor, targetOf } from './statements.js';
import { PHASES } from './step.js';
import type { BatchView } from './step.js';

/** Whether a change writes anything to the system. */
export function writes({ change }: ApplyItem): boolean {
  return !isStateOnly(change);
}

/** Puts the changes of one database into one batch: checks first, then all statements in the order of their phases. */
export function toBatch(items: readonly ApplyItem[], stack: string): Batch {
  const active = items.filter(writes);
  const view: BatchView = {
    stack,
    droppedServers: droppedServers(active),
    renamed: renamedServers(active),
    revoked: revokedRoles(active),
    formerOwners: formerOwners(active),
    takenFrom: takenFrom(active),
  };
  const placed = active.flatMap((item) => stepsFor(item, view));
  return {
    stack,
    checks: active.flatMap((item) => checksFor(item, view)),
    steps: PHASES.flatMap((phase) => placed.filter((entry) => entry.phase === phase).map(({ step }) => step)),
    targets: active
      .filter(({ change }) => change.action !== 'delete' && change.action !== 'forget')
      .map((item) => targetOf(item.change.address)),
  };
}

function droppedServers(active: readonly ApplyItem[]): ReadonlySet<string> {
  return new Set(
    active
      .filter(({ change }) => change.action === 'delete' || change.action === 'replace')
      .map(({ change }) => kinds.mustParse(change.address))
      .filter(({ kind }) => kind === 'duckdb_server')
      .map(({ name }) => name),
  );
}

/** The present names of the servers that are renamed, by their new ones. */
function renamedServers(active: readonly ApplyItem[]): ReadonlyMap<string, string> {
  return new Map(
    active.flatMap(({ change: { address, action, movedFrom } }) => {
      const { kind, name } = kinds.mustParse(address);
      const isRename = kind === 'duckdb_server' && (action === 'update' || action === 'replace');
      return isRename && movedFrom !== undefined ? [[name, kinds.mustParse(movedFrom).name] as const] : [];
    }),
  );
}

/** The roles whose USAGE on a server is revoked, by the server's name. */
function revokedRoles(active: readonly ApplyItem[]): ReadonlyMap<string, readonly string[]> {
  const revoked = active
    .filter(({ change }) => change.action === 'delete')
    .map(({ change }) => kinds.mustParse(change.address))
    .filter(({ kind }) => kind === 'server_usage');
  const byServer = groupBy(revoked, ({ name }) => name);
  return new Map([...byServer].map(([name, members]) => [name, members.map(({ member = '' }) => member)]));
}

/** The former owners of the servers whose owner changes, by the server's name. */
function formerOwners(active: readonly ApplyItem[]): ReadonlyMap<string, string> {
  return new Map(
    active.flatMap(({ change }) => {
      const { kind, name } = kinds.mustParse(change.address);
      const before = change.fields.find((field) => field.path === 'owner')?.before;
      return kind === 'duckdb_server' && typeof before === 'string' ? [[name, before] as const] : [];
    }),
  );
}

/** The stacks from which servers are taken over, by the server's name. */
function takenFrom(active: readonly ApplyItem[]): ReadonlyMap<string, string> {
  return new Map(
    active.flatMap(({ change: { address, mark } }) =>
      mark?.action === 'set' && mark.from !== undefined
        ? [[kinds.mustParse(address).name, mark.from] as const]
        : [],
    ),
  );
}

function checksFor({ change }: ApplyItem, view: BatchView): readonly Check[] {
  const named = targetOf(change.address);
  // Checks come before every statement: a server that is to be renamed still has its old name.
  const target = { ...named, ...defined({ server: view.renamed.get(named.server ?? '') ?? named.server }) };
  if (target.kind === 'server_usage') {
    // A grant that is dropped or granted again with its server: the check of the server covers it.
    if (view.droppedServers.has(target.server ?? '')) return [];
    // An owner has USAGE as the owner, until the server belongs to another role.
    if (view.formerOwners.get(target.server ?? '') === target.role) return [];
  }
  const { precondition } = change;
  switch (precondition.kind) {
    case 'none':
      return [];
    case 'absent':
      return [{ ...target, id: null }];
    case 'present': {
      const version = precondition.version === UNSEEN ? undefined : precondition.version;
      const from = view.takenFrom.get(target.server ?? '');
      return [{ ...target, id: precondition.id, ...defined({ version, from }) }];
    }
  }
}
