import { compareText } from '../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  Field,
  FieldChange,
  KindPolicy,
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
import { showChange } from './field-change.js';
import type { Fingerprint } from './input.js';

/** How the desired fields of a resource differ from those that the system has. */
export interface Difference {
  /** Only what is to change. */
  readonly changes: readonly FieldChange[];
  /** Fields that cannot be read in the system; only the state says that they match. */
  readonly unverifiable: readonly { readonly path: string; readonly reason: string }[];
  /** The paths that force a replacement. */
  readonly replaceBecause: readonly string[];
}

/** What is to be done about one field. */
type Verdict = 'same' | 'differs' | { readonly unverifiable: string };

/** Whether the configuration ignores a field. An option may be named without `options.`. */
export function isIgnored(path: string, ignore: readonly string[] | undefined): boolean {
  return ignore !== undefined && (ignore.includes(path) || ignore.includes(path.replace(/^options\./, '')));
}

/** Compares the desired fields of a resource with the actual ones. */
export function diffResource(
  desired: DesiredResource,
  actual: ActualResource,
  record: StateRecord | undefined,
  policy: KindPolicy,
  fingerprint: Fingerprint | undefined,
): Difference {
  const changes: FieldChange[] = [];
  const unverifiable: { path: string; reason: string }[] = [];
  const replaceBecause: string[] = [];
  for (const path of pathsOf(desired, actual, record)) {
    const wanted = desired.fields[path];
    const isUnmanaged = wanted === undefined && policy.managedWhereNamed.includes(path);
    if (isUnmanaged || isIgnored(path, desired.lifecycle.ignore)) continue;
    const verdict = compareField(path, wanted, actual, record, fingerprint);
    if (verdict === 'same') continue;
    if (verdict !== 'differs') {
      unverifiable.push({ path, reason: verdict.unverifiable });
      continue;
    }
    const forcesReplacement = policy.mustReplace(path, desired.fields);
    if (forcesReplacement) replaceBecause.push(path);
    const wasSensitive = record?.sensitiveFields.includes(path) === true;
    changes.push(showChange(path, fieldAt(actual.fields, path), wanted, { forcesReplacement, wasSensitive }));
  }
  return { changes, unverifiable, replaceBecause };
}

function compareField(
  path: string,
  wanted: Field | undefined,
  actual: ActualResource,
  record: StateRecord | undefined,
  fingerprint: Fingerprint | undefined,
): Verdict {
  const found = fieldAt(actual.fields, path);
  if (found === undefined) return wanted === undefined ? 'same' : 'differs';
  // A desired value that this run did not read can only be checked for existence.
  if (wanted?.kind === 'hidden') return 'same';
  // A field that is hidden by its own name exists for certain, and nobody wants it.
  const isUnwanted = wanted === undefined && actual.fields[path] !== undefined;
  if (found.kind === 'hidden' && !isUnwanted) {
    return isAsRecorded(path, wanted, actual, record, fingerprint) ? unreadable(found) : 'differs';
  }
  return wanted !== undefined && compareFields(wanted, found) === 'same' ? 'same' : 'differs';
}

/** Whether, of a field that cannot be read, the state says that it was last applied as wanted and not touched since. */
function isAsRecorded(
  path: string,
  wanted: Field | undefined,
  actual: ActualResource,
  record: StateRecord | undefined,
  fingerprint: Fingerprint | undefined,
): boolean {
  if (record === undefined || touchedSince(actual, record)) return false;
  return compareWithRecord(path, wanted, record, fingerprint) !== 'different';
}

function unreadable(hidden: Extract<Field, { kind: 'hidden' }>): Verdict {
  return hidden.unchanged === true ? 'same' : { unverifiable: hidden.reason };
}

/** All paths of the three sides, sorted. What is hidden as a whole is replaced by the paths that are desired and recorded of it. */
function pathsOf(
  desired: DesiredResource,
  actual: ActualResource,
  record: StateRecord | undefined,
): readonly string[] {
  const paths = new Set(Object.keys(desired.fields));
  for (const [path, field] of Object.entries(actual.fields)) {
    if (!isHiddenWhole(path, field) || Object.hasOwn(desired.fields, path)) paths.add(path);
    else for (const recorded of record === undefined ? [] : recordedPaths(record)) paths.add(recorded);
  }
  return [...paths].sort(compareText);
}
