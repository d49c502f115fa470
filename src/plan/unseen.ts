import { formatAddress, kindOf } from '../model/index.js';
import type { Address, Kinds, ReadResult, Unseen, Unverified } from '../model/index.js';

/** What the sessions could not see, to be asked by address. */
export interface UnseenIndex {
  /** Why it is not known whether a resource exists; `undefined` where its system says whether it does. */
  readonly reasonOf: (address: Address) => string | undefined;
  /** What stands against whole objects: members that could not be listed, and what its system cannot use. */
  readonly ofObjects: readonly Unverified[];
}

/** Indexes what the sessions could not see, once. */
export function unseenIn(results: Iterable<ReadResult>, kinds: Kinds): UnseenIndex {
  const all = [...results].flatMap(({ unseen = [] }) => unseen);
  const reasons = new Map<string, string>();
  for (const entry of all) {
    if (entry.what === 'object') reasons.set(entry.address, entry.reason);
    if (entry.what === 'members') reasons.set(membersKey(entry.kind, entry.address), entry.reason);
  }
  return {
    reasonOf: (address) => {
      const parent = kinds.parentOf(address);
      const members = parent === undefined ? undefined : reasons.get(membersKey(address.kind, parent));
      return reasons.get(formatAddress(address)) ?? members;
    },
    ofObjects: all.flatMap((entry) => ofObject(entry) ?? []),
  };
}

/** Whether a resource is a member of a list that could not be seen: the list is named, its members are not. */
export function isUnseenMember(address: string, unverified: readonly Unverified[], kinds: Kinds): boolean {
  const parent = kinds.parentOf(address);
  return unverified.some((entry) => entry.address === parent && entry.members === kindOf(address));
}

function ofObject(entry: Unseen): Unverified | undefined {
  const { address, reason } = entry;
  switch (entry.what) {
    case 'object':
      return undefined;
    case 'members':
      return { address, cause: 'unseen', members: entry.kind, reason, outcome: 'left' };
    case 'use':
      return { address, cause: 'unusable', reason, outcome: 'left' };
  }
}

function membersKey(kind: string, parent: string): string {
  return `${kind} in ${parent}`;
}
