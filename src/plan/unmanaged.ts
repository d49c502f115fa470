import { byAddress, defined, fieldText, own } from '../model/index.js';
import type { ActualResource, Address, Unmanaged } from '../model/index.js';
import type { Decision } from './decision.js';
import { directActual } from './plan-index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';
import { isRenamed } from './renamed.js';
import { isKeptSelf } from './unwanted.js';

/**
 * What others put on objects of this stack, and the configuration does not name: children, owners, and what the providers report
 * beside their resources.
 * @param decisions about everything in scope, by address
 */
export function unmanagedIn(
  index: PlanIndex,
  views: readonly ResourceView[],
  decisions: ReadonlyMap<string, Decision>,
): readonly Unmanaged[] {
  const isManaged = (address: string): boolean => index.desired.has(address) || index.records.has(address);
  const reported = Object.values(index.input.actual).flatMap(({ unmanaged = [] }) => unmanaged);
  return [
    ...views.flatMap((view) => [
      ...childOf(index, view, decisions.get(view.text), isManaged),
      ...ownerOf(index, view),
    ]),
    ...reported.filter(
      ({ address }) => index.inScope(address) && isManaged(index.kinds.parentOf(address) ?? address),
    ),
  ].sort(byAddress);
}

/** A child that neither the configuration nor the state has. A member that a list of ours does not name is removed instead. */
function childOf(
  index: PlanIndex,
  view: ResourceView,
  decision: Decision | undefined,
  isManaged: (address: string) => boolean,
): readonly Unmanaged[] {
  const { address, text, desired, record } = view;
  const actual = directActual(view);
  const parent = index.kinds.parentOf(address);
  if (actual === undefined || desired !== undefined || record !== undefined) return [];
  if (parent === undefined || !isManaged(parent) || isKeptSelf(index, address) || isRenamed(index, view)) {
    return [];
  }
  return decision?.action === 'noop' ? [entryOf(text, wordsFor(address, actual), actual)] : [];
}

/** An owner that the configuration does not name, and that is not the identity that makes such objects. */
function ownerOf(
  index: PlanIndex,
  { address, text, desired, record, actual }: ResourceView,
): readonly Unmanaged[] {
  const path = index.policyOf(address).ownerField;
  if (path === undefined || actual === undefined || (desired === undefined && record === undefined))
    return [];
  const owner = fieldText(actual.fields[path]);
  const system = own(index.input.actual, address.provider)?.system;
  const isNamed = desired?.fields[path] !== undefined || record?.fields[path] !== undefined;
  if (owner === undefined || isNamed || [system?.principal, system?.actor].includes(owner)) return [];
  return [{ ...entryOf(text, `${path} ${owner}`, actual), path }];
}

function entryOf(address: string, what: string, { changedAt, changedBy }: ActualResource): Unmanaged {
  return { address, what, ...defined({ changedAt, changedBy }) };
}

/** `user mapping`, `share (role Reader)`: the kind, and what may be shown. */
function wordsFor({ kind }: Address, { fields }: ActualResource): string {
  const shown = Object.keys(fields).flatMap((path) => {
    const text = fieldText(fields[path]);
    return text === undefined ? [] : [`${path} ${text}`];
  });
  const noun = kind.replaceAll('_', ' ');
  return shown.length === 0 ? noun : `${noun} (${shown.join(', ')})`;
}
