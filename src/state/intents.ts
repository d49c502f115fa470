import { byAddress, defined, problem } from '../model/index.js';
import type { ActualResource, Diagnostic, Intent, Kinds, StateData, StateRecord } from '../model/index.js';

/**
 * How much earlier than the intent an object may seem to have been made: clocks differ. Its name was free when the intent was
 * kept, so this only keeps out what was there all the time, unseen.
 */
const CLOCK_TOLERANCE_MS = 24 * 60 * 60 * 1000;

/** Where the intents of an interrupted run led. */
export interface Settled {
  /** The state with what is ours taken in, and without the intents that are settled. */
  readonly state: StateData;
  /** What was taken in, and what was dropped. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Records under which a read finds what intents speak of: their names count, their ids are not known. */
export function recordsOfIntents(state: StateData | undefined): readonly StateRecord[] {
  const known = new Set(state?.records.map((record) => record.address));
  return (state?.intents ?? [])
    .filter((intent) => !known.has(intent.address))
    .map((intent) => unfinished(intent, 'unknown', undefined));
}

/**
 * Settles the intents of an interrupted run: an object that is there now and was made by us is taken in as ours; of what is
 * not there, or was made by somebody else, the intent is dropped. What was not looked at stays open.
 * @param actual what the systems have, by address
 * @param isSeen whether an address was looked at
 */
export function settleIntents(
  state: StateData,
  actual: ReadonlyMap<string, ActualResource>,
  isSeen: (address: string) => boolean,
  kinds: Kinds,
): Settled {
  if (state.intents === undefined) return { state, diagnostics: [] };
  const records = new Map(state.records.map((record) => [record.address, record]));
  const diagnostics: Diagnostic[] = [];
  const open: Intent[] = [];
  for (const intent of state.intents) {
    const { address } = intent;
    if (!isSeen(address)) {
      open.push(intent);
      continue;
    }
    const found = actual.get(address);
    const record = records.get(address);
    if (found !== undefined && record?.id === found.id) continue;
    const isOurs = found !== undefined && isMadeByUs(found, intent, actual, state.stack, kinds);
    if (isOurs) records.set(address, unfinished(intent, found.id, record));
    diagnostics.push(isOurs ? takenIn(intent) : dropped(intent));
  }
  const { intents, ...rest } = state;
  const sorted = [...records.values()].sort(byAddress);
  return {
    state: { ...rest, records: sorted, ...(open.length === 0 ? {} : { intents: open }) },
    diagnostics,
  };
}

/** By its mark, where the system can hold one, or that of what it lives in; else by who made it, and when. */
function isMadeByUs(
  found: ActualResource,
  intent: Intent,
  actual: ReadonlyMap<string, ActualResource>,
  stack: string,
  kinds: Kinds,
): boolean {
  if (found.claimedBy !== undefined) return found.claimedBy === stack;
  if (found.createdBy !== undefined) {
    const isBySelf = intent.by === found.createdBy || intent.by === `user:${found.createdBy.toLowerCase()}`;
    const madeAt = Date.parse(found.createdAt ?? '');
    return isBySelf && madeAt >= Date.parse(intent.at) - CLOCK_TOLERANCE_MS;
  }
  const parent = kinds.parentOf(found.address);
  return parent !== undefined && actual.get(parent)?.claimedBy === stack;
}

/** A record of which only the identity is known. */
function unfinished(intent: Intent, id: string, before: StateRecord | undefined): StateRecord {
  return {
    address: intent.address,
    id,
    appliedAt: intent.at,
    fields: {},
    fingerprints: {},
    sensitiveFields: [],
    dependsOn: before?.dependsOn ?? [],
    unfinished: true,
    ...defined({ protect: before?.protect, onRemove: before?.onRemove }),
  };
}

function takenIn({ address, at }: Intent): Diagnostic {
  return problem({
    severity: 'info',
    code: 'intent-taken-in',
    summary: `${address} was created by an earlier run (${at}) that was interrupted: it is now in the state.`,
    address,
  });
}

function dropped({ address, at }: Intent): Diagnostic {
  return problem({
    severity: 'info',
    code: 'intent-dropped',
    summary: `${address} was to be created by an earlier run (${at}) that was interrupted: it was not.`,
    address,
  });
}
