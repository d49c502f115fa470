import { compareText } from '../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  Field,
  FieldChange,
  KindPolicy,
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
import { showChange } from './field-change.js';
import type { Fingerprint } from './input.js';

/** How the desired fields of a resource differ from those that the system has. */
export interface Difference {
  /** Only what is to change. */
  readonly changes: readonly FieldChange[];
  /** What could not be compared: written where nothing tells that it is as wanted, else left. */
  readonly unverified: readonly Unverified[];
  /** The paths that force a replacement. */
  readonly replaceBecause: readonly string[];
}

/** What is to be done about one field, and why it could not be compared, where it could not. */
interface Verdict {
  readonly differs: boolean;
  readonly unverified?: Pick<Unverified, 'cause' | 'reason'>;
}

const SAME: Verdict = { differs: false };
const DIFFERS: Verdict = { differs: true };

/** The sides of one comparison. */
interface Sides {
  readonly actual: ActualResource;
  readonly record: StateRecord | undefined;
  readonly fingerprint: Fingerprint | undefined;
}

type Hidden = Extract<Field, { kind: 'hidden' }>;

/** Whether the configuration ignores a field. An option may be named without `options.`. */
export function isIgnored(path: string, ignore: readonly string[] | undefined): boolean {
  return ignore !== undefined && (ignore.includes(path) || ignore.includes(path.replace(/^options\./, '')));
}

/** Whether what is wanted of a field waits for a decision. */
function waits(path: string, { changedOutside }: DesiredResource): boolean {
  const state = changedOutside?.[path];
  return state === 'undecided' || state === 'waiting';
}

/** Compares the desired fields of a resource with the actual ones. */
export function diffResource(
  desired: DesiredResource,
  actual: ActualResource,
  record: StateRecord | undefined,
  policy: KindPolicy,
  fingerprint: Fingerprint | undefined,
): Difference {
  const verdicts = new Map<string, Verdict>();
  for (const path of pathsOf(desired, actual, record)) {
    const wanted = desired.fields[path];
    const isUnmanaged = wanted === undefined && policy.managedWhereNamed.includes(path);
    if (isUnmanaged || isIgnored(path, desired.lifecycle.ignore) || waits(path, desired)) continue;
    verdicts.set(path, compareField(path, wanted, { actual, record, fingerprint }));
  }
  const written = pathsToWrite(verdicts, desired, actual);
  const replaceBecause = written.filter((path) => policy.mustReplace(path, desired.fields));
  const changes = written.map((path) =>
    showChange(path, fieldAt(actual.fields, path), desired.fields[path], {
      forcesReplacement: replaceBecause.includes(path),
      wasSensitive: record?.sensitiveFields.includes(path) === true,
    }),
  );
  return { changes, replaceBecause, unverified: unverifiedOf(verdicts, written, actual, record) };
}

/**
 * The paths that differ. Where something changes in a map that is hidden as a whole, all that is wanted of the map is written: part of
 * it might be something else by now.
 */
function pathsToWrite(
  verdicts: ReadonlyMap<string, Verdict>,
  desired: DesiredResource,
  { fields }: ActualResource,
): readonly string[] {
  const hiddenWhole = (path: string): string | undefined => {
    const whole = wholeOf(path);
    return whole !== undefined && fields[path] === undefined && fields[whole]?.kind === 'hidden'
      ? whole
      : undefined;
  };
  const rewritten = new Set(
    [...verdicts].flatMap(([path, { differs }]) => (differs && hiddenWhole(path)) || []),
  );
  return [...verdicts].flatMap(([path, { differs }]) => {
    const isKnown = desired.fields[path] !== undefined && desired.fields[path].kind !== 'hidden';
    return differs || (isKnown && rewritten.has(hiddenWhole(path) ?? '')) ? [path] : [];
  });
}

/** What could not be compared; a map that is hidden as a whole is named once, even where nothing of it is wanted. */
function unverifiedOf(
  verdicts: ReadonlyMap<string, Verdict>,
  written: readonly string[],
  actual: ActualResource,
  record: StateRecord | undefined,
): readonly Unverified[] {
  const found = new Map<string, Unverified>();
  const add = (path: string, why: Pick<Unverified, 'cause' | 'reason'>, isWritten: boolean): void => {
    const before = found.get(path);
    const outcome = isWritten || before?.outcome === 'written' ? 'written' : 'left';
    const cause = before?.cause === 'no-fingerprint' ? before : why;
    found.set(path, { address: actual.address, path, cause: cause.cause, reason: cause.reason, outcome });
  };
  for (const [path, { unverified }] of verdicts) {
    if (unverified === undefined) continue;
    const whole = wholeOf(path);
    const isWhole = whole !== undefined && actual.fields[path] === undefined;
    add(isWhole ? whole : path, unverified, written.includes(path));
  }
  for (const [path, field] of Object.entries(actual.fields)) {
    if (path !== 'options' || field.kind !== 'hidden' || found.has(path)) continue;
    if (!isVouchedFor(field, actual, record)) add(path, { cause: 'hidden', reason: field.reason }, false);
  }
  return [...found.values()];
}

function compareField(path: string, wanted: Field | undefined, sides: Sides): Verdict {
  const { actual } = sides;
  const found = fieldAt(actual.fields, path);
  if (found === undefined) return wanted === undefined ? SAME : DIFFERS;
  if (wanted?.kind === 'hidden') return compareUnread(path, wanted, found, sides);
  // A field that is hidden by its own name exists for certain, and nobody wants it.
  const isUnwanted = wanted === undefined && actual.fields[path] !== undefined;
  if (found.kind === 'hidden' && !isUnwanted) return compareHidden(path, wanted, found, sides);
  return wanted !== undefined && compareFields(wanted, found) === 'same' ? SAME : DIFFERS;
}

/** A wanted value that this run did not read: only its existence can be checked, unless both sides are as recorded. */
function compareUnread(path: string, wanted: Hidden, found: Field, sides: Sides): Verdict {
  const { actual, record, fingerprint } = sides;
  if (found.kind === 'hidden') {
    if (isVouchedFor(found, actual, record)) return SAME;
    return { differs: false, unverified: { cause: 'hidden', reason: found.reason } };
  }
  const isAsApplied =
    wanted.unchanged === true &&
    record !== undefined &&
    compareWithRecord(path, found, record, fingerprint) === 'same';
  return isAsApplied ? SAME : { differs: false, unverified: { cause: 'not-read', reason: wanted.reason } };
}

/**
 * A field that exists and cannot be read. It is as wanted where the state says that this was applied last, and the system that nobody
 * touched it since. Without the second it may have changed; without the first it is written.
 */
function compareHidden(
  path: string,
  wanted: Field | undefined,
  found: Hidden,
  { actual, record, fingerprint }: Sides,
): Verdict {
  const unverified = { cause: 'hidden', reason: found.reason } as const;
  if (record === undefined || record.unfinished === true) return { differs: true, unverified };
  const sameness = compareWithRecord(path, wanted, record, fingerprint);
  if (sameness === 'unknown') {
    const reason = `${found.reason}, and no fingerprint tells what was last applied`;
    return { differs: true, unverified: { cause: 'no-fingerprint', reason } };
  }
  if (isVouchedFor(found, actual, record)) return sameness === 'same' ? SAME : DIFFERS;
  return { differs: sameness === 'different' || touchedSince(actual, record), unverified };
}

/** Whether the system tells that a hidden field is as it was when it was last applied. */
export function isVouchedFor(
  field: Hidden,
  actual: ActualResource,
  record: StateRecord | undefined,
): boolean {
  return field.unchanged === true || (record !== undefined && attestedSince(actual, record));
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
