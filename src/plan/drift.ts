import { defined } from '../model/index.js';
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
import { isIgnored, showChange } from './diff.js';
import type { Fingerprint } from './input.js';

/**
 * What of a resource is not as it was last applied, by somebody else's hand. What happens to be as the configuration wants
 * it now is no drift, whoever made it so.
 * @returns `undefined` where nothing drifted, or where it cannot be told
 */
export function driftOf(
  record: StateRecord,
  actual: ActualResource | undefined,
  desired: DesiredResource | undefined,
  fingerprint: Fingerprint | undefined,
): DriftEntry | undefined {
  // What an interrupted run left was never seen as we made it.
  if (record.unfinished === true) return undefined;
  const base = { address: record.address, lastAppliedAt: record.appliedAt };
  if (actual === undefined) {
    return desired === undefined ? undefined : { ...base, kind: 'missing', fields: [] };
  }
  const when = {
    ...defined({ changedAt: actual.changedAt, changedBy: actual.changedBy }),
  };
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
  for (const path of [...paths].sort()) {
    if (isIgnored(path, desired?.lifecycle.ignore)) continue;
    const found = fieldAt(actual.fields, path);
    const wanted = desired?.fields[path];
    if (isAsWanted(found, wanted, desired)) continue;
    // A field that nobody manages (an owner that the file does not name, or names no more) can't drift.
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

/** The remembered side, for showing: a sensitive one is there, without its value. */
function recordedField(record: StateRecord, path: string): Field | undefined {
  const value = record.fields[path];
  if (value !== undefined) return { kind: 'plain', value };
  return record.sensitiveFields.includes(path) ? { kind: 'hidden', reason: 'sensitive' } : undefined;
}
