import { providerOf } from '../model/index.js';
import type { ActualResource, Kinds, StateData, StateRecord } from '../model/index.js';

/** A record whose object has another id now. */
export interface RecordMatch {
  readonly address: string;
  readonly from: string;
  readonly to: string;
}

/** A record whose object was not found. */
export interface UnmatchedRecord {
  readonly address: string;
  readonly why: string;
}

/**
 * Finds the objects of records in a system that was restored: those of the same name that carry this stack's mark, themselves or by
 * what they live in. Members of lists follow what they live in, or their name where they live in nothing. An object that has its id
 * still needs no match, and one that can carry no mark gets none.
 */
export function matchRecords(
  { records, stack }: StateData,
  provider: string,
  actual: readonly ActualResource[],
  kinds: Kinds,
): { readonly matches: readonly RecordMatch[]; readonly unmatched: readonly UnmatchedRecord[] } {
  const byAddress = new Map(actual.map((resource) => [resource.address, resource]));
  const ids = new Set(actual.map(({ id }) => id));
  const matches: RecordMatch[] = [];
  const unmatched: UnmatchedRecord[] = [];
  for (const record of records) {
    if (providerOf(record.address) !== provider) continue;
    const found = byAddress.get(record.address);
    const isList = kinds.isList(kinds.mustParse(record.address).kind);
    // Lists are compared by their members' names; what has its id somewhere was renamed at most.
    if (found?.id === record.id || (!isList && found === undefined && ids.has(record.id))) continue;
    const why = obstacleTo(record, found, byAddress, stack, kinds);
    if (why === undefined && found !== undefined) {
      matches.push({ address: record.address, from: record.id, to: found.id });
    } else if (!isList) {
      unmatched.push({ address: record.address, why: why ?? 'not found' });
    }
  }
  return { matches, unmatched };
}

/** Why an object is not taken for that of a record. */
function obstacleTo(
  { address }: StateRecord,
  found: ActualResource | undefined,
  byAddress: ReadonlyMap<string, ActualResource>,
  stack: string,
  kinds: Kinds,
): string | undefined {
  if (found === undefined) return 'there is no such object';
  const parent = kinds.parentOf(address);
  const isList = kinds.isList(kinds.mustParse(address).kind);
  if (isList && parent === undefined) return undefined;
  const claimedBy = found.claimedBy ?? (parent === undefined ? undefined : byAddress.get(parent)?.claimedBy);
  if (claimedBy === stack) return undefined;
  return claimedBy === undefined ? 'it carries no mark' : `it carries the mark of the stack ${claimedBy}`;
}
