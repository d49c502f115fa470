import { defined } from '../model/index.js';
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
import type { Fingerprint } from './input.js';

/** How the wanted fields of a resource differ from those that the system has. */
export interface Difference {
  /** Only what is to change. */
  readonly changes: readonly FieldChange[];
  /** Fields that cannot be read in the system, though they are believed to be as wanted. */
  readonly unverifiable: readonly { readonly path: string; readonly reason: string }[];
  /** The paths that force a replacement. */
  readonly replaceBecause: readonly string[];
}

/** Shows one field change without a value of a secret: where one side is sensitive, neither is shown. */
export function showChange(
  path: string,
  before: Field | undefined,
  after: Field | undefined,
  extra: { readonly note?: string; readonly forcesReplacement?: boolean } = {},
): FieldChange {
  const isSensitive = [before, after].some((side) => side !== undefined && side.kind !== 'plain');
  return {
    path,
    action: before === undefined ? 'add' : after === undefined ? 'remove' : 'change',
    sensitive: isSensitive,
    ...(!isSensitive && before?.kind === 'plain' ? { before: before.value } : {}),
    ...(!isSensitive && after?.kind === 'plain' ? { after: after.value } : {}),
    ...defined({ note: extra.note }),
    ...(extra.forcesReplacement === true ? { forcesReplacement: true } : {}),
  };
}

/** Whether the configuration asks to leave a field alone. An option may be named without `options.`. */
export function isIgnored(path: string, ignore: readonly string[] | undefined): boolean {
  return ignore !== undefined && (ignore.includes(path) || ignore.includes(path.replace(/^options\./, '')));
}

/** Compares what is wanted with what is there. */
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
    if (isIgnored(path, desired.lifecycle.ignore)) continue;
    const wanted = desired.fields[path];
    const found = fieldAt(actual.fields, path);
    if (wanted === undefined && policy.managedWhereNamed.includes(path)) continue;
    // What is wanted was not read for this run: then nothing can be said but that it is there.
    if (wanted?.kind === 'hidden' && found !== undefined) continue;
    // Hidden by its own name, it is there for certain; and nobody wants it.
    const isUnwanted = wanted === undefined && actual.fields[path] !== undefined;
    if (found?.kind === 'hidden' && !isUnwanted) {
      const known = record === undefined ? 'unknown' : compareWithRecord(path, wanted, record, fingerprint);
      const touched = record !== undefined && touchedSince(actual, record);
      if (known !== 'different' && !touched && record !== undefined) {
        if (found.unchanged !== true) unverifiable.push({ path, reason: found.reason });
        continue;
      }
    } else if (wanted !== undefined && found !== undefined && compareFields(wanted, found) === 'same') {
      continue;
    } else if (wanted === undefined && found === undefined) {
      continue;
    }
    const forcesReplacement = policy.mustReplace(path, desired.fields);
    if (forcesReplacement) replaceBecause.push(path);
    changes.push(showChange(path, found, wanted, { forcesReplacement }));
  }
  return { changes, unverifiable, replaceBecause };
}

/** All paths of the three sides, sorted; what is hidden as a whole is named by what is wanted and remembered of it. */
function pathsOf(
  desired: DesiredResource,
  actual: ActualResource,
  record: StateRecord | undefined,
): readonly string[] {
  const paths = new Set(Object.keys(desired.fields));
  for (const [path, field] of Object.entries(actual.fields)) {
    if (!isHiddenWhole(path, field) || Object.hasOwn(desired.fields, path)) paths.add(path);
    else for (const one of record === undefined ? [] : recordedPaths(record)) paths.add(one);
  }
  return [...paths].sort();
}
