import { problem } from '../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  Diagnostic,
  FieldChange,
  MarkChange,
  StateRecord,
} from '../model/index.js';
import { compareWithRecord, fieldAt, isChangedByOthers, touchedSince } from './compare.js';
import type { Difference } from './diff.js';
import type { Fingerprint } from './input.js';
import type { PlanIndex } from './plan-index.js';

/** Who changed something last, and when. */
interface LastChange {
  readonly changedBy?: string | undefined;
  readonly changedAt?: string | undefined;
}

/** `by ben@example.com at 2026-01-02T03:04:05Z`, as far as the system knows; empty where it knows nothing. */
export function byWhomAndWhen({ changedBy, changedAt }: LastChange): string {
  const who = changedBy === undefined ? '' : ` by ${changedBy}`;
  const when = changedAt === undefined ? '' : ` at ${changedAt}`;
  return `${who}${when}`;
}

/** Why a resource is created. */
export function whyCreate(record: StateRecord | undefined, mayBeHidden = false): string {
  return record === undefined
    ? 'new in the configuration'
    : `gone from the system${mayBeHidden ? ', or no longer visible to this identity,' : ''} since it was last applied (${record.appliedAt})`;
}

/** Why an object is taken into the state as it is. */
export function whyImport(mark: MarkChange | undefined): string {
  return mark?.action === 'set' && mark.from !== undefined
    ? `taken over unchanged from the stack ${mark.from} (adopt: { from: … })`
    : 'adopted unchanged (adopt: true)';
}

/** Why a resource must be replaced. */
export function whyReplace(paths: readonly string[]): string {
  return `${paths.join(', ')} cannot be changed in place`;
}

/** Why a resource is updated: it drifted, the configuration changed, both, or nothing tells that it is as wanted. */
export function whyUpdate(
  { actual, desired }: { readonly actual: ActualResource; readonly desired: DesiredResource },
  record: StateRecord | undefined,
  { changes, unverified }: Difference,
  adopted: boolean,
  fingerprint: Fingerprint | undefined,
): string {
  if (adopted) return 'adopted (adopt: true); differs from the configuration';
  if (record === undefined) return 'differs from the configuration';
  if (record.unfinished === true) return 'left unfinished by an interrupted run';
  if (changes.every(({ path }) => desired.unpinned?.includes(path) === true)) {
    return 'a new value is generated (--rotate)';
  }
  const verdicts = changes.map((change) =>
    compareWithRecord(change.path, fieldAt(actual.fields, change.path), record, fingerprint),
  );
  const touched = touchedSince(actual, record);
  const uncertain = unverified.find(({ cause }) => cause === 'no-fingerprint');
  if (uncertain !== undefined && !touched && verdicts.every((verdict) => verdict === 'unknown')) {
    return `could not be compared: ${uncertain.reason}`;
  }
  const drifted = verdicts.filter(
    (verdict) => verdict === 'different' || (verdict === 'unknown' && touched),
  ).length;
  const since =
    actual.changedAt === undefined ? ` since the last apply (${record.appliedAt})` : byWhomAndWhen(actual);
  if (drifted === 0) return whatChanged(changes, record);
  if (drifted === changes.length) return `changed outside of this configuration${since}`;
  return `the configuration changed; and changed outside of it${since}`;
}

/** Whether the configuration changed, or only a value where it comes from. */
function whatChanged(changes: readonly FieldChange[], { sensitiveFields }: StateRecord): string {
  const values = changes.filter(
    ({ path, action }) => action === 'change' && sensitiveFields.includes(path),
  ).length;
  if (values === 0) return 'the configuration changed';
  return values === changes.length ? 'its value changed' : 'the configuration and a value changed';
}

/** Why the state takes in a value that was changed outside. */
export function whyAccepted(actual: ActualResource): string {
  return `its generated value was changed outside of this configuration${byWhomAndWhen(actual)}, and is kept (--accept)`;
}

/** A resource takes its value from a generated one that was changed outside. */
export function waitsForDecision(desired: DesiredResource, paths: readonly string[]): Diagnostic {
  return problem({
    severity: 'warning',
    code: 'waits-for-decision',
    summary: `${desired.address} is left as it is: ${paths.join(', ')} comes from a generated value that was changed outside of this stack.`,
    next: 'Decide about that one first: --rotate makes a new value, --accept keeps the one that was found.',
    address: desired.address,
    at: desired.range,
  });
}

/** Why a resource that was handed over is not seen. */
export const HANDED_OVER = 'it was handed over (self: drop), or is gone';

/** Why a member is removed from an authoritative list. */
export function whyNotListed(actual: ActualResource): string {
  return `not in the configuration; added outside of it${byWhomAndWhen(actual)}`;
}

/** Why a resource is forgotten whose name another object has now. */
export function replacedOutside(actual: ActualResource): string {
  return `recreated outside this stack${byWhomAndWhen(actual)}; no longer managed by it`;
}

/** `; changed by … at … since …`, of what would be destroyed though somebody else changed it after us; empty otherwise. */
export function changedSince(index: PlanIndex, record: StateRecord, actual: ActualResource): string {
  if (!isChangedByOthers(record, actual, index.input.fingerprint)) return '';
  const how = touchedSince(actual, record) ? byWhomAndWhen(actual) : ' outside of this configuration';
  return `; changed${how} since the last apply (${record.appliedAt})`;
}

/** A replacement would drop children that nothing recreates: USAGE that the configuration does not name. */
export function lostWithReplacement(index: PlanIndex, desired: DesiredResource): readonly Diagnostic[] {
  const lost = (index.children.get(desired.address) ?? []).filter(({ address }) => {
    const parsed = index.kinds.mustParse(address);
    return index.policyOf(parsed).cascades && !index.desired.has(address) && !index.isListed(parsed);
  });
  if (lost.length === 0) return [];
  return [
    problem({
      severity: 'warning',
      code: 'lost-with-replacement',
      summary: `${desired.address} would be replaced, which drops what the configuration does not name: ${lost.map(({ address }) => address).join(', ')}.`,
      next: 'List them under `usage` to have them granted again.',
      address: desired.address,
      at: desired.range,
    }),
  ];
}

/** ` (changed by ben@example.com at …)`, as far as the system knows. */
export function changedNote(actual: ActualResource): string {
  const text = byWhomAndWhen(actual);
  return text === '' ? '' : ` (changed${text})`;
}
