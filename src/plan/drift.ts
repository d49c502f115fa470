import { compareText, defined } from '../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  DriftEntry,
  Field,
  FieldChange,
  StateRecord,
} from '../model/index.js';
import {
  compareFields,
  compareWithRecord,
  fieldAt,
  isHiddenWhole,
  recordedPaths,
  touchedSince,
} from './compare.js';
import type { Decision } from './decision.js';
import { isIgnored } from './diff.js';
import { showChange } from './field-change.js';
import type { Fingerprint } from './input.js';
import { directActual } from './plan-index.js';
import type { PlanIndex, ResourceView } from './plan-index.js';

/** How a resource drifted, if it did. A member that somebody added to a list of ours is drift too. */
export function driftEntry(index: PlanIndex, view: ResourceView, decision: Decision): DriftEntry | undefined {
  if (decision.action === 'unseen') return undefined;
  const { record, desired, actual } = view;
  if (record !== undefined) {
    return driftOf(record, directActual(view), desired, index.input.fingerprint);
  }
  return actual !== undefined && decision.action === 'delete' ? addedMember(index, view, actual) : undefined;
}

/** A member of an authoritative list that neither the state nor the configuration has. */
function addedMember(
  { kinds, records, input }: PlanIndex,
  { text, address }: ResourceView,
  actual: ActualResource,
): DriftEntry | undefined {
  // Without a state nothing was ever applied, so nothing can have changed since.
  if (input.state === undefined) return undefined;
  const parent = kinds.parentOf(address);
  return {
    address: text,
    kind: 'added',
    fields: Object.entries(actual.fields).map(([path, field]) => showChange(path, undefined, field)),
    ...defined({
      changedAt: actual.changedAt,
      changedBy: actual.changedBy,
      lastAppliedAt: parent === undefined ? undefined : records.get(parent)?.appliedAt,
    }),
  };
}

/**
 * How a resource differs from what was last applied, by a change outside of this stack. What matches the configuration by now is
 * no drift.
 * @returns `undefined` where nothing drifted, or where it is not known
 */
function driftOf(
  record: StateRecord,
  actual: ActualResource | undefined,
  desired: DesiredResource | undefined,
  fingerprint: Fingerprint | undefined,
): DriftEntry | undefined {
  // What an interrupted run left was never read as it was applied.
  if (record.unfinished === true) return undefined;
  const base = { address: record.address, lastAppliedAt: record.appliedAt };
  if (actual === undefined) {
    return desired === undefined ? undefined : { ...base, kind: 'missing', fields: [] };
  }
  const when = defined({ changedAt: actual.changedAt, changedBy: actual.changedBy });
  if (actual.id !== record.id) return { ...base, ...when, kind: 'replaced', fields: [] };
  const fields = driftedFields(record, actual, desired, fingerprint);
  return fields.length === 0 ? undefined : { ...base, ...when, kind: 'changed', fields };
}

function driftedFields(
  record: StateRecord,
  actual: ActualResource,
  desired: DesiredResource | undefined,
  fingerprint: Fingerprint | undefined,
): readonly FieldChange[] {
  const recorded = new Set(recordedPaths(record));
  const paths = new Set(recorded);
  for (const [path, field] of Object.entries(actual.fields)) if (!isHiddenWhole(path, field)) paths.add(path);
  const fields: FieldChange[] = [];
  for (const path of [...paths].sort(compareText)) {
    if (isIgnored(path, desired?.lifecycle.ignore)) continue;
    const found = fieldAt(actual.fields, path);
    const wanted = desired?.fields[path];
    if (isAsWanted(found, wanted, desired)) continue;
    // A field that is not managed (an owner that the configuration does not name) cannot drift.
    const isManaged = desired === undefined ? recorded.has(path) : wanted !== undefined;
    if (!isManaged && !path.startsWith('options.')) continue;
    const sameness = compareWithRecord(path, found, record, fingerprint);
    if (sameness === 'different' || (sameness === 'unknown' && touchedSince(actual, record))) {
      fields.push(showChange(path, recordedField(record, path), found));
    }
  }
  return fields;
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
