import { samePlain } from '../model/index.js';
import type { ActualResource, Field, Fields, Plain, Sensitive, StateRecord } from '../model/index.js';
import { fingerprintDomain } from './input.js';
import type { Fingerprint } from './input.js';

/** The result of a comparison: `unknown` where one side cannot be read. */
export type Sameness = 'same' | 'different' | 'unknown';

/** A plain value as a system that stores text has it. */
function textOf(value: Plain): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A field's content. A plain field does not become sensitive by being compared with a sensitive one. */
function contentOf(field: Exclude<Field, { kind: 'hidden' }>): Sensitive | string {
  return field.kind === 'sensitive' ? field.value : textOf(field.value);
}

/** Compares two fields. A plain one and a sensitive one are compared as text. */
export function compareFields(a: Field, b: Field): Sameness {
  if (a.kind === 'hidden' || b.kind === 'hidden') return 'unknown';
  if (a.kind === 'sensitive') return a.value.equals(contentOf(b)) ? 'same' : 'different';
  if (b.kind === 'sensitive') return b.value.equals(contentOf(a)) ? 'same' : 'different';
  return samePlain(a.value, b.value) ? 'same' : 'different';
}

/**
 * The field of a resource by path. A hidden `options` hides all of `options.*`: what is in it is unknown, not empty.
 */
export function fieldAt(fields: Fields, path: string): Field | undefined {
  const exact = fields[path];
  if (exact !== undefined) return exact;
  const whole = fields[wholeOf(path) ?? ''];
  return whole?.kind === 'hidden' ? whole : undefined;
}

/** The map that a field is in: `options` of `options.region`; `undefined` for a field of its own. */
export function wholeOf(path: string): string | undefined {
  const dot = path.indexOf('.');
  return dot < 0 ? undefined : path.slice(0, dot);
}

/**
 * Whether a hidden field represents a whole of which not even the names are known (`options`, `value`). A single option that is
 * hidden by its own name (`options.secret`) exists for certain.
 */
export function isHiddenWhole(path: string, field: Field): boolean {
  return field.kind === 'hidden' && !path.includes('.');
}

/** Compares a field with what the state recorded when it was last applied. */
export function compareWithRecord(
  path: string,
  field: Field | undefined,
  record: StateRecord,
  fingerprint: Fingerprint | undefined,
): Sameness {
  const recorded = record.fields[path];
  if (recorded !== undefined) {
    return field === undefined ? 'different' : compareFields({ kind: 'plain', value: recorded }, field);
  }
  if (!record.sensitiveFields.includes(path)) return field === undefined ? 'same' : 'different';
  if (field === undefined) return 'different';
  const recordedFingerprint = record.fingerprints[path];
  if (field.kind === 'hidden' || recordedFingerprint === undefined || fingerprint === undefined)
    return 'unknown';
  const current = fingerprint(
    fingerprintDomain(record.fingerprintedAs ?? record.address, path),
    contentOf(field),
    recordedFingerprint,
  );
  return current === recordedFingerprint ? 'same' : 'different';
}

/** Whether a field was changed since it was last applied, as far as the state and the system can tell. */
export function changedSince(
  path: string,
  actual: ActualResource,
  record: StateRecord,
  fingerprint: Fingerprint | undefined,
): boolean {
  const sameness = compareWithRecord(path, fieldAt(actual.fields, path), record, fingerprint);
  return sameness === 'different' || (sameness === 'unknown' && touchedSince(actual, record));
}

/** Every path that the state recorded of a resource. */
export function recordedPaths(record: StateRecord): readonly string[] {
  return [...Object.keys(record.fields), ...record.sensitiveFields];
}

/** Whether somebody else changed an object of ours after it was last applied, as far as the system or its fields tell. */
export function isChangedByOthers(
  record: StateRecord,
  actual: ActualResource,
  fingerprint: Fingerprint | undefined,
): boolean {
  if (record.unfinished === true || actual.id !== record.id) return false;
  if (touchedSince(actual, record)) return true;
  return recordedPaths(record).some(
    (path) => compareWithRecord(path, fieldAt(actual.fields, path), record, fingerprint) === 'different',
  );
}

/** Whether, according to the system, the object was changed since it was last applied. */
export function touchedSince(actual: ActualResource, record: StateRecord): boolean {
  if (actual.changedAt === undefined || record.changedAt === undefined) return false;
  return actual.changedAt !== record.changedAt || actual.changedBy !== record.changedBy;
}

/**
 * Whether, according to the system, nobody changed the object since it was last applied: its time and author of the last change are
 * the recorded ones. `false` where the system keeps none.
 */
export function attestedSince(actual: ActualResource, record: StateRecord): boolean {
  return (
    actual.changedAt !== undefined && actual.changedAt === record.changedAt && !touchedSince(actual, record)
  );
}
