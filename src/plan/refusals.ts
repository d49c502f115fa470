import { defined } from '../model/index.js';
import type { ActualResource, DesiredResource, Diagnostic, StateRecord } from '../model/index.js';
import { byWhomAndWhen } from './reasons.js';
import type { World } from './world.js';

/** A refusal about a wanted resource, at its place in the files. */
function refusal(desired: DesiredResource, code: string, summary: string, next: string): Diagnostic {
  return {
    severity: 'error',
    code,
    summary,
    next,
    address: desired.address,
    ...defined({ range: desired.range }),
  };
}

/** The object carries another stack's mark. */
export function claimed(desired: DesiredResource, actual: ActualResource): Diagnostic {
  return refusal(
    desired,
    'claimed-by-another-stack',
    `${desired.address} belongs to the stack ${actual.claimedBy ?? '?'}: it carries that stack's mark.`,
    'Remove it from one of the two configurations.',
  );
}

/** The state owns an object of this name, but another one stands there now. */
export function replacedByOther(
  desired: DesiredResource,
  actual: ActualResource,
  record: StateRecord,
): Diagnostic {
  return {
    ...refusal(
      desired,
      'replaced-by-another',
      `${desired.address} was deleted and made anew by somebody else${madeBy(actual)}: it is not ours any more.`,
      'Say `lifecycle: { adopt: true }` to take it over, or list it under `removed` to leave it to them.',
    ),
    detail: `The state owns the object ${record.id}; the one there now is ${actual.id}.`,
  };
}

/** Something of this name exists, and the state does not own it. */
export function existsAlready(desired: DesiredResource, actual: ActualResource): Diagnostic {
  return refusal(
    desired,
    'exists-already',
    `${desired.address} exists already${madeBy(actual)}, and is not ours.`,
    'Say `lifecycle: { adopt: true }` to take it over, or choose another name.',
  );
}

/** `protect` wins over everything. */
export function protectedFromRemoval(record: StateRecord): Diagnostic {
  return {
    severity: 'error',
    code: 'protected',
    summary: `${record.address} is protected, and the configuration no longer has it.`,
    next: 'Put it back; or apply it once with `protect: false` first; or list it under `removed`, which keeps it.',
    address: record.address,
  };
}

/** A protected resource would have to be made anew. */
export function protectedFromReplacement(desired: DesiredResource, reason: string): Diagnostic {
  return refusal(
    desired,
    'protected',
    `${desired.address} is protected, and would have to be destroyed and made anew: ${reason}.`,
    'Undo that change in the configuration, or take `protect` away first.',
  );
}

/**
 * What hangs on a resource that is to go, and neither goes before it nor with it: nothing here cascades.
 * @returns a refusal that names it, or `undefined` where nothing is in the way
 */
export function inTheWay(
  world: World,
  address: string,
  fate: 'replaced' | 'destroyed',
): Diagnostic | undefined {
  const foreign = (world.children.get(address) ?? []).filter(
    (child) => !world.policyOf(world.kinds.mustParse(child.address)).cascades && !goesToo(world, child, fate),
  );
  if (foreign.length === 0) return undefined;
  const names = foreign
    .map((child) => child.address)
    .sort()
    .join(', ');
  return {
    severity: 'error',
    code: 'carries-what-is-not-ours',
    summary: `${address} would be ${fate}, but carries what is not ours or is to stay: ${names}.`,
    next: 'Write it into the configuration with `lifecycle: { adopt: true }`, or remove it by hand first; do not exclude it.',
    address,
  };
}

/** Whether a plan of this scope takes a child away, or makes it anew, when what it lives in goes. */
function goesToo(world: World, child: ActualResource, fate: 'replaced' | 'destroyed'): boolean {
  const { address, id } = child;
  if (!world.inScope(address)) return false;
  if (fate === 'replaced' && world.desired.has(address)) return true;
  const record = world.records.get(address);
  const isLeft = record?.onRemove === 'forget' || world.input.removed.includes(address);
  return record?.id === id && !isLeft;
}

function madeBy(actual: ActualResource): string {
  const maker: ActualResource = {
    ...actual,
    ...defined({ changedBy: actual.createdBy, changedAt: actual.createdAt }),
  };
  const text = byWhomAndWhen(maker);
  return text === '' ? '' : ` (${text.trim()})`;
}
