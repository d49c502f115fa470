import {
  byAddress,
  defined,
  fieldText,
  formatAddress,
  groupBy,
  kindOf,
  own,
  problem,
} from '../model/index.js';
import type { ActualResource, Diagnostic, Intent, Kinds, StateData, StateRecord } from '../model/index.js';

/**
 * How much earlier than the intent an object may seem to have been made: the intent has the time of the run's machine, the object that of
 * its system, and the former may be ahead by days. What it is like tells more (see `isMadeByUs`); this only keeps out what was there all
 * the time, unseen.
 */
const CLOCK_TOLERANCE_MS = 14 * 24 * 60 * 60 * 1000;

/** Where the intents of an interrupted run led. */
export interface Settled {
  /** The state with what is ours taken in, and without the intents that are settled. */
  readonly state: StateData;
  /** What was taken in, and what was dropped. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Records under which a read finds what intents speak of, and who has access to it: their names count, their ids are not known.
 */
export function recordsOfIntents(state: StateData | undefined, kinds: Kinds): readonly StateRecord[] {
  const known = new Set(state?.records.map((record) => record.address));
  return (state?.intents ?? [])
    .filter((intent) => !known.has(intent.address))
    .flatMap((intent) => [
      unfinished(intent, 'unknown', undefined),
      ...ownGrants(intent, kinds).map((address) => unfinished({ ...intent, address }, 'unknown', undefined)),
    ]);
}

/** The grants that make whoever creates an object an owner of it. */
function ownGrants({ address, by }: Intent, kinds: Kinds): readonly string[] {
  const { kind, provider, name } = kinds.mustParse(address);
  return kinds.all
    .filter(({ parent, ownership }) => parent === kind && ownership !== undefined)
    .map((grant) => formatAddress({ kind: grant.kind, provider, name, member: by }));
}

/** What tells whether an object is the one that an intent speaks of. */
export interface Evidence {
  /** What the systems have, by address. */
  readonly actual: ReadonlyMap<string, ActualResource>;
  /** Whether an address was looked at. */
  readonly isSeen: (address: string) => boolean;
  /** Whether the values of an object are those that it was to be made with. */
  readonly isSameValue: (intent: Intent, found: ActualResource) => boolean;
  readonly kinds: Kinds;
}

/**
 * Settles the intents of an interrupted run: an object that is there now and was made by us is taken in as ours; of what is
 * not there, or was made by somebody else, the intent is dropped. What was not looked at stays open.
 */
export function settleIntents(state: StateData, evidence: Evidence): Settled {
  const { actual, isSeen, kinds } = evidence;
  if (state.intents === undefined) return { state, diagnostics: [] };
  const records = new Map(state.records.map((record) => [record.address, record]));
  const diagnostics: Diagnostic[] = [];
  const open: Intent[] = [];
  const grants = groupBy([...actual.values()].filter(isGrant(kinds)), ({ address }) =>
    kinds.parentOf(address),
  );
  for (const intent of state.intents) {
    const { address } = intent;
    if (!isSeen(address)) {
      open.push(intent);
      continue;
    }
    const found = actual.get(address);
    const record = records.get(address);
    if (found !== undefined && record?.id === found.id) continue;
    const isOurs =
      found !== undefined && isMadeByUs(found, intent, { ...evidence, stack: state.stack, grants });
    if (isOurs) records.set(address, unfinished(intent, found.id, record));
    diagnostics.push(isOurs ? takenIn(intent) : dropped(intent, found));
  }
  const { intents, ...rest } = state;
  const sorted = [...records.values()].sort(byAddress);
  return {
    state: { ...rest, records: sorted, ...(open.length === 0 ? {} : { intents: open }) },
    diagnostics,
  };
}

/**
 * By its mark, where the system can hold one, or that of what it lives in. Else several runs may work under one identity, so that who
 * made it, and when, is not enough: it must also be as this run was to leave it, and nobody may have written to it since.
 */
function isMadeByUs(
  found: ActualResource,
  intent: Intent,
  { stack, grants, actual, isSameValue, kinds }: Known,
): boolean {
  if (found.claimedBy !== undefined) return found.claimedBy === stack;
  const parent = kinds.parentOf(found.address);
  if (parent !== undefined) return actual.get(parent)?.claimedBy === stack;
  if (found.createdBy === undefined) return intent.fingerprints !== undefined && isSameValue(intent, found);
  const isBySelf = intent.by === found.createdBy || intent.by === `user:${found.createdBy.toLowerCase()}`;
  const madeAt = Date.parse(found.createdAt ?? '');
  const isUntouched = found.changedAt === undefined || found.changedAt === found.createdAt;
  return (
    isBySelf &&
    madeAt >= Date.parse(intent.at) - CLOCK_TOLERANCE_MS &&
    isUntouched &&
    isSameValue(intent, found) &&
    hasPlannedGrants(grants.get(found.address) ?? [], intent, kinds)
  );
}

/** What tells whether an object is ours, over all intents. */
interface Known extends Evidence {
  readonly stack: string;
  /** By what they are on. */
  readonly grants: ReadonlyMap<string, readonly ActualResource[]>;
}

function isGrant(kinds: Kinds): (resource: ActualResource) => boolean {
  return ({ address, inherited }) =>
    inherited !== true && kinds.policyOf(kindOf(address)).ownership !== undefined;
}

/** Whether nobody but its maker has access, apart from what the intent was to grant. */
function hasPlannedGrants(found: readonly ActualResource[], intent: Intent, kinds: Kinds): boolean {
  return found.every(({ address, fields }) => {
    const { kind, member } = kinds.mustParse(address);
    const field = kinds.policyOf(kind).ownership?.field ?? '';
    return member === intent.by || fieldText(fields[field]) === own(intent.grants, address);
  });
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
    ...defined({
      copiedFrom: intent.copiedFrom,
      protect: before?.protect,
      onRemove: before?.onRemove,
      file: before?.file,
    }),
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

function dropped({ address, at }: Intent, found: ActualResource | undefined): Diagnostic {
  return problem({
    severity: 'info',
    code: 'intent-dropped',
    summary: `${address} was to be created by an earlier run (${at}) that was interrupted: ${
      found === undefined ? 'it was not' : 'what has this name now is not what that run was to create'
    }.`,
    address,
  });
}
