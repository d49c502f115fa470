import { formatAddress, mustParseAddress, parseAddress } from '../model/index.js';
import type { StateData, StateRecord } from '../model/index.js';

/** One entry of `moved:`. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Lets the state follow addresses that changed: the record of `from`, and of what lives in it, is taken as that of `to`. The
 * systems are not touched. An entry whose `from` is not in the state, or whose `to` is, has been done already.
 */
export function applyMoves(state: StateData, moves: readonly Move[]): StateData {
  if (moves.length === 0) return state;
  const taken = new Set(state.records.map((record) => record.address));
  const renamed = new Map<string, string>();
  for (const { from, to } of moves) {
    if (!taken.has(from) || taken.has(to)) continue;
    for (const { address } of state.records) {
      const next = moveAddress(address, from, to);
      if (next !== undefined) renamed.set(address, next);
    }
  }
  if (renamed.size === 0) return state;
  const records = state.records.map((record): StateRecord => {
    const address = renamed.get(record.address);
    const dependsOn = record.dependsOn.map((one) => renamed.get(one) ?? one);
    if (address === undefined) return { ...record, dependsOn };
    return { ...record, address, dependsOn, fingerprintedAs: record.fingerprintedAs ?? record.address };
  });
  return { ...state, records };
}

/** The new address of a resource, or of one that lives in it. */
function moveAddress(address: string, from: string, to: string): string | undefined {
  if (address === from) return to;
  const [child, source, target] = [mustParseAddress(address), parseAddress(from), parseAddress(to)];
  if (source === undefined || target === undefined || child.member === undefined) return undefined;
  if (source.member !== undefined || child.provider !== source.provider || child.name !== source.name) {
    return undefined;
  }
  const isChild = (source.kind === 'secret') === (child.kind === 'share');
  return isChild ? formatAddress({ ...child, provider: target.provider, name: target.name }) : undefined;
}
