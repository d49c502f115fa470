import type {
  Action,
  ActualResource,
  Address,
  DesiredResource,
  Diagnostic,
  Field,
  FieldChange,
  StateRecord,
} from '../model/index.js';
import { diffResource, showChange } from './diff.js';
import { usersBehindIn } from './owners.js';
import * as refuse from './refusals.js';
import * as say from './reasons.js';
import type { World } from './world.js';

/**
 * What is to become of one resource. `refused`: it stays as it is, and the plan is refused; `blocked`: its parent was;
 * `unseen`: it was handed over, and nothing can be said about it.
 */
export interface Decision {
  readonly action: Action | 'refused' | 'blocked' | 'unseen';
  readonly reason: string;
  readonly fields: readonly FieldChange[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The sides of one resource. */
export interface Sides {
  readonly text: string;
  readonly address: Address;
  readonly desired: DesiredResource | undefined;
  readonly record: StateRecord | undefined;
  readonly actual: ActualResource | undefined;
}

const NOTHING: Decision = { action: 'noop', reason: '', fields: [], diagnostics: [] };

/**
 * Decides what is to become of one resource. Its parent must have been decided before.
 * @param parent the decision about the resource that this one lives in, if any
 */
export function decide(world: World, sides: Sides, parent: Decision | undefined): Decision {
  if (parent?.action === 'refused' || parent?.action === 'blocked') return act('blocked', '');
  if (parent?.action === 'unseen') return act('unseen', '');
  const family = [sides.text, world.kinds.parentOf(sides.address) ?? ''];
  if (sides.record !== undefined && family.some((one) => world.input.removed.includes(one))) {
    return act('forget', 'listed under `removed`: it stays in the system, and is no longer managed here');
  }
  return sides.desired === undefined
    ? decideUnwanted(world, sides, parent)
    : decideWanted(world, { ...sides, desired: sides.desired }, parent);
}

function decideWanted(
  world: World,
  sides: Sides & { readonly desired: DesiredResource },
  parent: Decision | undefined,
): Decision {
  const { desired, record, address } = sides;
  const actual = sides.actual?.inherited === true ? undefined : sides.actual;
  if (actual === undefined) {
    if (record?.handedOver === true && desired.self === 'drop' && !keepsSight(world, sides.text)) {
      return { ...act('unseen', ''), diagnostics: [say.handedOver(desired)] };
    }
    return act('create', say.whyCreate(record), allFields(desired.fields, 'add'));
  }
  const parentAt = world.kinds.parentOf(address);
  const adopt =
    desired.lifecycle.adopt === true ||
    (parentAt !== undefined && world.desired.get(parentAt)?.lifecycle.adopt === true);
  const isMember = world.isListed(address);
  const { stack, fingerprint } = world.input;
  if (actual.claimedBy !== undefined && actual.claimedBy !== stack)
    return refused(refuse.claimed(desired, actual));
  if (record !== undefined && record.id !== actual.id && !adopt && !isMember) {
    return refused(refuse.replacedByOther(desired, actual, record));
  }
  if (record === undefined && !isMember && !adopt) return refused(refuse.existsAlready(desired, actual));
  const owned = record?.id === actual.id ? record : undefined;
  const difference = diffResource(desired, actual, owned, world.policyOf(address), fingerprint);
  const diagnostics = difference.unverifiable.map((one) => say.notVerifiable(desired, one.path, one.reason));
  if (difference.replaceBecause.length > 0 || parent?.action === 'replace') {
    const isOwnDoing = difference.replaceBecause.length > 0;
    const reason = isOwnDoing ? say.whyReplace(difference.replaceBecause) : 'its server is replaced';
    if (desired.lifecycle.protect === true) return refused(refuse.protectedFromReplacement(desired, reason));
    const obstacles = refuse.inTheWay(world, desired.address, 'replaced');
    if (obstacles !== undefined) return refused(obstacles);
    const lost = say.lostWithReplacement(world, desired);
    return { action: 'replace', reason, fields: difference.changes, diagnostics: [...diagnostics, ...lost] };
  }
  if (difference.changes.length > 0) {
    const reason = say.whyUpdate(
      actual,
      owned,
      difference.changes,
      adopt && owned === undefined,
      fingerprint,
    );
    return { action: 'update', reason, fields: difference.changes, diagnostics };
  }
  if (owned === undefined && !isMember) {
    return { action: 'import', reason: 'taken over as it is (adopt: true)', fields: [], diagnostics };
  }
  return { ...NOTHING, diagnostics };
}

function decideUnwanted(world: World, sides: Sides, parent: Decision | undefined): Decision {
  const { record, actual, address } = sides;
  const policy = world.policyOf(address);
  if (parent?.action === 'delete' && policy.cascades) return NOTHING;
  if (record === undefined) return decideUnowned(world, sides, parent);
  // What lives in a resource that is handed over is handed over with it.
  if (parent?.action === 'forget') return act('forget', `what it lives in is forgotten: ${parent.reason}`);
  if (actual === undefined || actual.inherited === true) return act('forget', 'already gone from the system');
  if (world.kinds.isList(address.kind) && !world.isListed(address)) {
    return act('forget', 'the configuration no longer says who may have access: left as it is');
  }
  if (isKeptSelf(world, address)) {
    return act(
      'forget',
      'no longer in the configuration; what runs this keeps its own access (self: drop ends it)',
    );
  }
  if (actual.id !== record.id && !world.isListed(address)) {
    return act('forget', say.replacedOutside(actual));
  }
  if (actual.claimedBy !== undefined && actual.claimedBy !== world.input.stack) {
    return act('forget', `it carries the mark of the stack ${actual.claimedBy} now`);
  }
  if (record.onRemove === 'forget' && !world.isListed(address)) {
    return act('forget', 'no longer in the configuration (on_remove: forget)');
  }
  if (record.protect === true) return refused(refuse.protectedFromRemoval(record));
  if (parent?.action !== 'replace') {
    const obstacles = refuse.inTheWay(world, record.address, 'destroyed');
    if (obstacles !== undefined) return refused(obstacles);
  }
  return act('delete', 'no longer in the configuration', allFields(actual.fields, 'remove'));
}

/**
 * What the state does not own, and the configuration does not name: a member that somebody put on a list that is the whole
 * truth goes; anything else is left alone, and told of where it lives in something of ours.
 */
function decideUnowned(world: World, sides: Sides, parent: Decision | undefined): Decision {
  const { actual, address, text } = sides;
  if (actual === undefined || actual.inherited === true) return NOTHING;
  if (!world.isListed(address)) {
    const isTold = parent !== undefined && !world.kinds.isList(address.kind);
    return isTold ? { ...NOTHING, diagnostics: [say.notOurs(text, actual)] } : NOTHING;
  }
  if (isKeptSelf(world, address)) return NOTHING;
  return act(
    'delete',
    isSelf(world, address) ? 'the file says `self: drop`' : say.whyNotListed(actual),
    allFields(actual.fields, 'remove'),
  );
}

/** Whether the list of a secret lets the identity that runs the tool see it, by itself or through a team. */
function keepsSight(world: World, secret: string): boolean {
  const sighted = SIGHTED.get(world) ?? findSighted(world);
  SIGHTED.set(world, sighted);
  return sighted.has(secret);
}

/** Found once for each world, and only where somebody asks. */
const SIGHTED = new WeakMap<World, ReadonlySet<string>>();

function findSighted(world: World): ReadonlySet<string> {
  const lookups = new Map<string, (principal: string) => boolean>();
  const includesSelf = (provider: string): ((principal: string) => boolean) => {
    const directory = world.directoryOf(provider);
    if (directory === undefined) return () => true;
    const usersBehind = usersBehindIn(directory);
    return (principal) => usersBehind(principal).has(directory.self);
  };
  const sighted = new Set<string>();
  for (const text of world.desired.keys()) {
    const share = world.kinds.mustParse(text);
    if (share.kind !== 'share') continue;
    const lookup = lookups.get(share.provider) ?? includesSelf(share.provider);
    lookups.set(share.provider, lookup);
    if (lookup(share.member ?? '')) sighted.add(world.kinds.parentOf(share) ?? '');
  }
  return sighted;
}

/** Whether a share is that of the identity that runs the tool. */
function isSelf(world: World, address: Address): boolean {
  return address.kind === 'share' && address.member === world.directoryOf(address.provider)?.self;
}

/** Whether it is, and the file does not say `self: drop`: then it stays, even where the list does not name it. */
function isKeptSelf(world: World, address: Address): boolean {
  const parentAt = world.kinds.parentOf(address);
  return isSelf(world, address) && (parentAt === undefined || world.desired.get(parentAt)?.self !== 'drop');
}

function act(action: Decision['action'], reason: string, fields: readonly FieldChange[] = []): Decision {
  return { action, reason, fields, diagnostics: [] };
}

function refused(diagnostic: Diagnostic): Decision {
  return { action: 'refused', reason: diagnostic.summary, fields: [], diagnostics: [diagnostic] };
}

function allFields(
  fields: Readonly<Record<string, Field>>,
  action: 'add' | 'remove',
): readonly FieldChange[] {
  return Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, field]) =>
      action === 'add' ? showChange(path, undefined, field) : showChange(path, field, undefined),
    );
}
