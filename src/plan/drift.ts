import { compareText, defined } from '../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  DriftEntry,
  Field,
  FieldChange,
  StateRecord,
  Unverified,
} from '../model/index.js';
import {
  attestedSince,
  compareFields,
  compareWithRecord,
  fieldAt,
  isHiddenWhole,
  recordedPaths,
  touchedSince,
  wholeOf,
} from './compare.js';
import type { Decision } from './decision.js';
import { isIgnored, isVouchedFor } from './diff.js';
import { showChange } from './field-change.js';
import type { Fingerprint } from './input.js';
import { directActual } from './plan-index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';
import { renamedTo } from './renamed.js';

/** How a resource differs from what was last applied, and what of it could not be compared. */
export interface Drifted {
  readonly entry?: DriftEntry;
  readonly unverified: readonly Unverified[];
}

const NOTHING: Drifted = { unverified: [] };

/** How a resource drifted, if it did. A member that somebody added to a list of ours is drift too. */
export function driftOf(index: PlanIndex, view: ResourceView, decision: Decision): Drifted {
  if (decision.action === 'unseen') return { unverified: decision.unverified ?? [] };
  const { record, desired, actual } = view;
  if (record !== undefined) {
    const renamed = renamedTo(index, view);
    if (renamed !== undefined) return renamedEntry(index, view, record, renamed);
    const drifted = driftSince(record, directActual(view), desired, index.input.fingerprint);
    const { mayBeHidden } = index.policyOf(view.address);
    return drifted.entry?.kind === 'missing' && mayBeHidden === true
      ? { ...drifted, entry: { ...drifted.entry, mayBeHidden } }
      : drifted;
  }
  const isAdded = actual !== undefined && decision.action === 'delete';
  return isAdded ? addedMember(index, view, actual) : NOTHING;
}

/** What was renamed by itself is named so; what lives in something that was renamed has drifted where its fields have. */
function renamedEntry(
  index: PlanIndex,
  { address, desired }: ResourceView,
  record: StateRecord,
  found: ActualResource,
): Drifted {
  const { entry: changed, unverified } = driftSince(record, found, desired, index.input.fingerprint);
  const { name, member } = index.kinds.mustParse(found.address);
  const isOwnName = member === undefined ? name !== address.name : member !== address.member;
  if (!isOwnName) return { ...defined({ entry: changed }), unverified };
  const entry: DriftEntry = {
    address: record.address,
    kind: 'renamed',
    to: found.address,
    fields: changed?.fields ?? [],
    lastAppliedAt: record.appliedAt,
    ...defined({ changedAt: found.changedAt, changedBy: found.changedBy }),
  };
  return { entry, unverified };
}

/** A member of an authoritative list that neither the state nor the configuration has. */
function addedMember(
  { kinds, records, input }: PlanIndex,
  { text, address }: ResourceView,
  actual: ActualResource,
): Drifted {
  // Without a state nothing was ever applied, so nothing can have changed since.
  if (input.state === undefined) return NOTHING;
  const parent = kinds.parentOf(address);
  const entry: DriftEntry = {
    address: text,
    kind: 'added',
    fields: Object.entries(actual.fields).map(([path, field]) => showChange(path, undefined, field)),
    ...defined({
      changedAt: actual.changedAt,
      changedBy: actual.changedBy,
      lastAppliedAt: parent === undefined ? undefined : records.get(parent)?.appliedAt,
    }),
  };
  return { entry, unverified: [] };
}

/**
 * How a resource differs from what was last applied, by a change outside of this stack. What matches the configuration by now is
 * no drift.
 */
function driftSince(
  record: StateRecord,
  actual: ActualResource | undefined,
  desired: DesiredResource | undefined,
  fingerprint: Fingerprint | undefined,
): Drifted {
  const { address } = record;
  const base = { address, lastAppliedAt: record.appliedAt };
  if (record.unfinished === true) return { unverified: [unfinished(address)] };
  if (actual === undefined) {
    return desired === undefined
      ? NOTHING
      : { entry: { ...base, kind: 'missing', fields: [] }, unverified: [] };
  }
  const when = defined({ changedAt: actual.changedAt, changedBy: actual.changedBy });
  if (actual.id !== record.id)
    return { entry: { ...base, ...when, kind: 'replaced', fields: [] }, unverified: [] };
  const { fields, unverified } = driftedFields(record, actual, desired, fingerprint);
  return fields.length === 0
    ? { unverified }
    : { entry: { ...base, ...when, kind: 'changed', fields }, unverified };
}

function unfinished(address: string): Unverified {
  const reason = 'an interrupted run left it, and which of its fields were applied is not known';
  return { address, cause: 'unfinished', reason, outcome: 'left' };
}

/** What became of one field since it was last applied. */
type FieldDrift = 'none' | 'drifted' | Pick<Unverified, 'cause' | 'reason' | 'path'>;

function driftedFields(
  record: StateRecord,
  actual: ActualResource,
  desired: DesiredResource | undefined,
  fingerprint: Fingerprint | undefined,
): { readonly fields: readonly FieldChange[]; readonly unverified: readonly Unverified[] } {
  const paths = new Set([...recordedPaths(record), ...Object.keys(actual.fields)]);
  const fields: FieldChange[] = [];
  const unverified = new Map<string | undefined, Unverified>();
  for (const path of [...paths].sort(compareText)) {
    if (isIgnored(path, desired?.lifecycle.ignore)) continue;
    const drift = fieldDrift(path, record, actual, desired, fingerprint);
    if (drift === 'none') continue;
    if (drift === 'drifted') {
      fields.push(showChange(path, recordedField(record, path), fieldAt(actual.fields, path)));
    } else unverified.set(drift.path, { address: record.address, ...drift, outcome: 'left' });
  }
  return { fields, unverified: [...unverified.values()] };
}

function fieldDrift(
  path: string,
  record: StateRecord,
  actual: ActualResource,
  desired: DesiredResource | undefined,
  fingerprint: Fingerprint | undefined,
): FieldDrift {
  const found = fieldAt(actual.fields, path);
  const wanted = desired?.fields[path];
  if (isAsWanted(found, wanted, desired) || !isManaged(path, record, desired)) return 'none';
  const isWhole = found !== undefined && isHiddenWhole(path, found) && !recordedPaths(record).includes(path);
  const sameness = isWhole ? 'unknown' : compareWithRecord(path, found, record, fingerprint);
  if (sameness !== 'unknown') return sameness === 'same' ? 'none' : 'drifted';
  if (touchedSince(actual, record) && !isWhole) return 'drifted';
  return uncertain(path, found, actual, record);
}

/** What is said of a field of which the state cannot tell whether it is as last applied; nothing where the system can. */
function uncertain(
  path: string,
  found: Field | undefined,
  actual: ActualResource,
  record: StateRecord,
): FieldDrift {
  if (found?.kind === 'hidden') {
    if (isVouchedFor(found, actual, record)) return 'none';
    const whole = actual.fields[path] === undefined ? wholeOf(path) : path;
    return { ...defined({ path: whole }), cause: 'hidden', reason: found.reason };
  }
  if (attestedSince(actual, record)) return 'none';
  return { path, cause: 'no-fingerprint', reason: 'no fingerprint tells what was last applied' };
}

/** Whether a field can drift: an owner that the configuration does not name cannot. Options are managed as a whole. */
function isManaged(path: string, record: StateRecord, desired: DesiredResource | undefined): boolean {
  if (path === 'options' || path.startsWith('options.')) return true;
  return desired === undefined ? recordedPaths(record).includes(path) : desired.fields[path] !== undefined;
}

function isAsWanted(
  found: Field | undefined,
  wanted: Field | undefined,
  desired: DesiredResource | undefined,
): boolean {
  if (desired === undefined) return false;
  if (found === undefined || wanted === undefined) return found === wanted;
  return compareFields(found, wanted) === 'same';
}

/** The recorded side, for showing: a sensitive field without its value. */
function recordedField(record: StateRecord, path: string): Field | undefined {
  const value = record.fields[path];
  if (value !== undefined) return { kind: 'plain', value };
  return record.sensitiveFields.includes(path) ? { kind: 'hidden', reason: 'sensitive' } : undefined;
}
