import fc from 'fast-check';

import type {
  Change,
  Diagnostic,
  DriftEntry,
  FieldChange,
  Outcome,
  Plain,
  Plan,
  Precondition,
  RotationNote,
  SourceRange,
  StateData,
  StateRecord,
  SystemIdentity,
  Undecided,
  Unmanaged,
  Unreachable,
  Unverified,
} from '../../src/model/index.js';
import type { ApplySums } from '../../src/report/index.js';
import { ACTIONS } from './samples.js';
import { kinds } from '../core/kinds.js';

/** Text as it may come from anywhere: any code units, with a taste for what terminals obey. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 24 }),
  fc.string({
    unit: fc.constantFrom('\u001b', '\u009b', '[2J', '\n', '\r', '\t', '\u202e', '\u007f', 'a', '表'),
  }),
  fc.constantFrom('us-east-1', 'a\nb\n', ''),
);

/** Makes each of some fields absent now and then, as `exactOptionalPropertyTypes` wants it. */
function optional<T>(shape: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<Partial<T>> {
  return fc.record<T>(shape, { requiredKeys: [] });
}

function both<A, B>(a: fc.Arbitrary<A>, b: fc.Arbitrary<B>): fc.Arbitrary<A & B> {
  return fc.tuple(a, b).map(([one, other]) => ({ ...one, ...other }));
}

export const plainValue: fc.Arbitrary<Plain> = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

const moment = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

const name = anyText.map((text) => `n${text}`);
/** An address whose name may hold anything. */
export const address: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...kinds.all.map(({ kind }) => kind)), name)
  .map(([kind, text]) => `${kind}.helios.${text}/m`);

export const range: fc.Arbitrary<SourceRange> = both(
  fc.record({
    file: anyText,
    line: fc.integer({ min: 1, max: 9999 }),
    column: fc.integer({ min: 1, max: 60 }),
    endLine: fc.integer({ min: 1, max: 9999 }),
    endColumn: fc.integer({ min: 1, max: 60 }),
  }),
  optional<{ excerpt: string }>({ excerpt: anyText }),
);

export const diagnostic: fc.Arbitrary<Diagnostic> = both(
  fc.record({
    severity: fc.constantFrom('error' as const, 'warning' as const, 'info' as const),
    code: anyText,
    summary: anyText,
  }),
  optional<Omit<Required<Diagnostic>, 'severity' | 'code' | 'summary'>>({
    detail: anyText,
    next: anyText,
    range,
    related: fc.array(fc.record({ message: anyText, range }), { maxLength: 2 }),
    address,
  }),
);

export const fieldChange: fc.Arbitrary<FieldChange> = both(
  fc.record({
    path: anyText,
    action: fc.constantFrom('add' as const, 'change' as const, 'remove' as const, 'keep' as const),
    sensitive: fc.boolean(),
  }),
  optional<Required<Pick<FieldChange, 'before' | 'after' | 'note' | 'forcesReplacement'>>>({
    before: plainValue,
    after: plainValue,
    note: anyText,
    forcesReplacement: fc.boolean(),
  }),
);

const precondition: fc.Arbitrary<Precondition> = fc.oneof(
  fc.constant<Precondition>({ kind: 'absent' }),
  fc.record({ kind: fc.constant('present' as const), id: anyText, version: anyText }),
  fc.constant<Precondition>({ kind: 'none' }),
);

export const change: fc.Arbitrary<Change> = both(
  fc.record({
    action: fc.constantFrom(...ACTIONS),
    address,
    reason: anyText,
    fields: fc.array(fieldChange, { maxLength: 4 }),
    precondition,
    after: fc.array(address, { maxLength: 3 }),
    fingerprints: fc.dictionary(anyText, anyText, { maxKeys: 2 }),
  }),
  optional<{ range: SourceRange; id: string }>({ range, id: anyText }),
);

export const driftEntry: fc.Arbitrary<DriftEntry> = both(
  fc.record({
    address,
    kind: fc.constantFrom('changed' as const, 'missing' as const, 'added' as const, 'replaced' as const),
    fields: fc.array(fieldChange, { maxLength: 3 }),
  }),
  optional<{ changedAt: string; changedBy: string; lastAppliedAt: string }>({
    changedAt: anyText,
    changedBy: anyText,
    lastAppliedAt: moment,
  }),
);

const rotationNote: fc.Arbitrary<RotationNote> = fc.record({
  address,
  status: fc.constantFrom('due-soon' as const, 'overdue' as const),
  changedAt: moment,
  dueAt: moment,
});

const system: fc.Arbitrary<SystemIdentity> = fc.record({
  type: anyText,
  id: anyText,
  name: anyText,
  principal: anyText,
});

const unreachable: fc.Arbitrary<Unreachable> = both(
  fc.record({ provider: anyText, message: anyText }),
  optional<{ next: string }>({ next: anyText }),
);

const unverified: fc.Arbitrary<Unverified> = both(
  fc.record({
    address,
    cause: fc.constantFrom('hidden', 'no-fingerprint', 'unseen', 'not-read', 'unfinished', 'unusable'),
    reason: anyText,
    outcome: fc.constantFrom('written', 'left'),
  }),
  optional<{ path: string; members: string; accepted: true }>({
    path: anyText,
    members: anyText,
    accepted: fc.constant(true as const),
  }),
);

const byWhom = optional<{ changedAt: string; changedBy: string }>({ changedAt: moment, changedBy: anyText });

const unmanaged: fc.Arbitrary<Unmanaged> = both(fc.record({ address, what: anyText }), byWhom);

const undecided: fc.Arbitrary<Undecided> = both(fc.record({ address, path: anyText }), byWhom);

const count = fc.nat({ max: 2000 });

export const plan: fc.Arbitrary<Plan> = fc.record({
  format: fc.constant(2 as const),
  stack: anyText,
  createdAt: moment,
  state: fc.record({ lineage: anyText, serial: count }),
  configuration: anyText,
  systems: fc.dictionary(anyText, system, { maxKeys: 2 }),
  changes: fc.array(change, { maxLength: 4 }),
  drift: fc.array(driftEntry, { maxLength: 3 }),
  rotation: fc.array(rotationNote, { maxLength: 2 }),
  unreachable: fc.array(unreachable, { maxLength: 2 }),
  unverified: fc.array(unverified, { maxLength: 2 }),
  unmanaged: fc.array(unmanaged, { maxLength: 2 }),
  undecided: fc.array(undecided, { maxLength: 2 }),
  leftOut: count,
  diagnostics: fc.array(diagnostic, { maxLength: 2 }),
  summary: fc.record({
    add: count,
    change: count,
    destroy: count,
    import: count,
    forget: count,
    unchanged: count,
  }),
});

export const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  both(
    fc.record({ status: fc.constant('done' as const), address }),
    optional<{ id: string; changedAt: string; changedBy: string }>({
      id: anyText,
      changedAt: anyText,
      changedBy: anyText,
    }),
  ),
  both(
    fc.record({ status: fc.constant('failed' as const), address, message: anyText }),
    optional<{ next: string; mayHaveHappened: boolean }>({ next: anyText, mayHaveHappened: fc.boolean() }),
  ),
  fc.record({ status: fc.constant('skipped' as const), address, message: anyText }),
);

export const applySums: fc.Arbitrary<ApplySums> = fc.record({
  added: count,
  changed: count,
  destroyed: count,
  imported: count,
  forgotten: count,
  failed: count,
  skipped: count,
});

const stateRecord: fc.Arbitrary<StateRecord> = both(
  fc.record({
    address,
    id: name,
    appliedAt: moment,
    fields: fc.dictionary(anyText, plainValue, { maxKeys: 3 }),
    fingerprints: fc.dictionary(anyText, anyText, { maxKeys: 2 }),
    sensitiveFields: fc.array(anyText, { maxLength: 2 }),
    dependsOn: fc.array(address, { maxLength: 2 }),
  }),
  optional<
    Required<Pick<StateRecord, 'fingerprintedAs' | 'changedAt' | 'changedBy' | 'protect' | 'onRemove'>>
  >({
    fingerprintedAs: address,
    changedAt: anyText,
    changedBy: anyText,
    protect: fc.boolean(),
    onRemove: fc.constantFrom('delete' as const, 'forget' as const),
  }),
);

export const state: fc.Arbitrary<StateData> = fc.record({
  version: fc.constant(2 as const),
  serial: fc.integer({ min: 1, max: 10_000 }),
  lineage: name,
  stack: anyText,
  systems: fc.dictionary(anyText, fc.record({ type: anyText, id: anyText, name: anyText }), { maxKeys: 2 }),
  records: fc.uniqueArray(stateRecord, { maxLength: 4, selector: (record) => record.address }),
});
