import { defined } from '../model/index.js';
import type {
  ActualResource,
  DesiredResource,
  Diagnostic,
  FieldChange,
  StateRecord,
} from '../model/index.js';
import { compareWithRecord, fieldAt, touchedSince } from './compare.js';
import type { Fingerprint } from './input.js';
import type { World } from './world.js';

/** `by ben@example.com at 2026-01-02T03:04:05Z`, as far as the system knows; empty where it knows nothing. */
export function byWhomAndWhen(actual: ActualResource): string {
  const who = actual.changedBy === undefined ? '' : ` by ${actual.changedBy}`;
  const when = actual.changedAt === undefined ? '' : ` at ${actual.changedAt}`;
  return `${who}${when}`;
}

/** Why a resource is made. */
export function whyCreate(record: StateRecord | undefined): string {
  return record === undefined
    ? 'new in the configuration'
    : `gone from the system since it was last applied (${record.appliedAt})`;
}

/** Why a resource must be made anew. */
export function whyReplace(paths: readonly string[]): string {
  return `${paths.join(', ')} cannot be changed in place`;
}

/** Why a resource is changed: somebody else's hand, the configuration, or both. */
export function whyUpdate(
  actual: ActualResource,
  record: StateRecord | undefined,
  changes: readonly FieldChange[],
  adopted: boolean,
  fingerprint: Fingerprint | undefined,
): string {
  if (adopted) return 'taken over (adopt: true), and not as the configuration wants it';
  if (record === undefined) return 'not as the configuration wants it';
  if (record.unfinished === true) return 'left unfinished by an earlier run that was interrupted';
  const verdicts = changes.map((change) =>
    compareWithRecord(change.path, fieldAt(actual.fields, change.path), record, fingerprint),
  );
  const touched = touchedSince(actual, record);
  const drifted = verdicts.filter(
    (verdict) => verdict === 'different' || (verdict === 'unknown' && touched),
  ).length;
  const since =
    actual.changedAt === undefined ? ` since the last apply (${record.appliedAt})` : byWhomAndWhen(actual);
  if (drifted === 0) return 'the configuration changed';
  if (drifted === changes.length) return `changed outside of this configuration${since}`;
  return `the configuration changed; and changed outside of it${since}`;
}

/** Why a member is taken off a list that is authoritative. */
export function whyNotListed(actual: ActualResource): string {
  return `not in the configuration; added outside of it${byWhomAndWhen(actual)}`;
}

/** What is said when an object that is to go is another one by now. */
export function replacedOutside(actual: ActualResource): string {
  return `another object stands there now, made${byWhomAndWhen(actual)}: it is not ours`;
}

/** Tells of something that lives in a resource of ours and is not ours. */
export function notOurs(address: string, actual: ActualResource): Diagnostic {
  return {
    severity: 'info',
    code: 'not-ours',
    summary: `${address} is there${byWhomAndWhen(actual)}, though nobody wrote it: it is not ours, and left alone.`,
    next: 'Write it into the configuration with `lifecycle: { adopt: true }`, or remove it by hand.',
    address,
  };
}

/** Tells that a secret was handed over, so that it can't be seen any more. */
export function handedOver(desired: DesiredResource): Diagnostic {
  return {
    severity: 'info',
    code: 'handed-over',
    summary: `${desired.address} cannot be seen with this key: it was handed over (self: drop), or is gone. It is left alone.`,
    next: 'List it under `removed` once nobody needs to look after it here.',
    address: desired.address,
    ...defined({ range: desired.range }),
  };
}

/** Tells that a field could not be read, so that its being as wanted rests on what the state remembers. */
export function notVerifiable(desired: DesiredResource, path: string, reason: string): Diagnostic {
  return {
    severity: 'info',
    code: 'not-verifiable',
    summary: `${desired.address}: ${path} is ${reason}; the state says that it is as wanted.`,
    address: desired.address,
  };
}

/** Warns of what a replacement takes along and nobody makes again: USAGE that the configuration does not name. */
export function lostWithReplacement(world: World, desired: DesiredResource): readonly Diagnostic[] {
  const lost = (world.children.get(desired.address) ?? []).filter(({ address }) => {
    const parsed = world.kinds.mustParse(address);
    return world.policyOf(parsed).cascades && !world.desired.has(address) && !world.isListed(parsed);
  });
  if (lost.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'lost-with-replacement',
      summary: `${desired.address} would be replaced, and with it goes what the configuration does not name: ${lost.map((resource) => resource.address).join(', ')}.`,
      next: 'List them (`usage`), so that they are made again.',
      address: desired.address,
      ...defined({ range: desired.range }),
    },
  ];
}
