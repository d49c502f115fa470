import type { ActualResource } from '../model/index.js';
import { directActual, isRemoved } from './plan-index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';

/**
 * Where the object of a record is now, if it was renamed by hand: the same id, under another name, and no other stack's mark.
 * @returns `undefined` where it has its name, or is not there
 */
export function renamedTo(index: PlanIndex, view: ResourceView): ActualResource | undefined {
  const { record, address } = view;
  if (record === undefined || directActual(view)?.id === record.id) return undefined;
  const found = index.actualById(address, record.id);
  if (found === undefined || found.address === view.text) return undefined;
  return found.claimedBy === undefined || found.claimedBy === index.input.stack ? found : undefined;
}

/** Whether an object is one that the state owns under another address. */
export function isRenamed(index: PlanIndex, { address, text, record, actual }: ResourceView): boolean {
  if (actual === undefined || record?.id === actual.id) return false;
  const owner = index.recordById(address, actual.id);
  if (owner === undefined || owner.address === text || isRemoved(index, owner.address)) return false;
  // Access by way of an object that still has its name too is not a new name.
  return index.actual.get(owner.address)?.id !== owner.id;
}
