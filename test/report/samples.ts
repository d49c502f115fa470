import type { LockInfo } from '../../src/state/index.js';
import type {
  Change,
  Diagnostic,
  DriftEntry,
  FieldChange,
  Outcome,
  Plan,
  PlanSummary,
  Precondition,
  RotationNote,
  SourceRange,
  StateBinding,
  StateData,
  StateRecord,
  SystemIdentity,
  Undecided,
  Unmanaged,
  Unreachable,
  Unverified,
} from '../../src/model/index.js';
import type { ApplySums } from '../../src/report/index.js';

// One of each thing with every field that its type has: `Required` makes the compiler ask for a field that comes later.

export const range: Required<SourceRange> = {
  file: 'secrets.yaml',
  line: 12,
  column: 5,
  endLine: 12,
  endColumn: 10,
  excerpt: '    value: ••••',
};

export const related: Required<NonNullable<Diagnostic['related']>[number]> = {
  message: 'first defined here',
  range,
};

export const diagnostic: Required<Diagnostic> = {
  severity: 'warning',
  code: 'unknown-option',
  summary: 'The option `regoin` is unknown.',
  detail: 'It may come with a newer version.\nIt is kept.',
  next: 'Did you mean `region`?',
  range,
  related: [related],
  address: 'duckdb_server.warehouse.lake',
};

export const fieldChange: Required<FieldChange> = {
  path: 'options.region',
  action: 'change',
  sensitive: false,
  before: 'us-east-1',
  after: ['eu-west-1', null, { zone: 1.5, spare: false }],
  note: 'changed by ben',
  forcesReplacement: true,
};

export const sensitiveChange: FieldChange = { path: 'value', action: 'change', sensitive: true };

export const preconditions: readonly Required<Precondition>[] = [
  { kind: 'absent' },
  { kind: 'present', id: '16385', version: '7' },
  { kind: 'none' },
];

export const ACTIONS = ['create', 'update', 'replace', 'delete', 'forget', 'import', 'noop'] as const;

export const changes: readonly Required<Change>[] = ACTIONS.map((action, index) => ({
  action,
  address: `duckdb_server.warehouse.lake_${index}`,
  reason: 'the configuration changed',
  fields: [fieldChange, sensitiveChange],
  precondition: preconditions[index % preconditions.length] ?? { kind: 'none' },
  after: ['secret.helios.HF_TOKEN'],
  range,
  fingerprints: { value: 'hmac-sha256:abc' },
  id: '16385',
  movedFrom: 'duckdb_server.warehouse.pond',
  movedTo: { address: 'duckdb_server.warehouse.sea', isListed: true },
  mark: index % 2 === 0 ? { action: 'set', from: 'analytics-old' } : { action: 'remove' },
}));

export const drift: readonly Required<DriftEntry>[] = (
  ['changed', 'missing', 'added', 'replaced', 'renamed'] as const
).map((kind) => ({
  address: 'share.helios.HF_TOKEN/user:ana@example.com',
  kind,
  mayBeHidden: true,
  fields: [fieldChange, sensitiveChange],
  to: 'share.helios.HF_TOKEN/user:ben@example.com',
  changedAt: '2026-01-30T22:10:00Z',
  changedBy: 'user:ben@example.com',
  lastAppliedAt: '2026-01-02T08:00:00.000Z',
}));

export const rotation: readonly Required<RotationNote>[] = (['due-soon', 'overdue'] as const).map(
  (status) => ({
    address: 'secret.helios.HF_TOKEN',
    status,
    changedAt: '2025-10-01T00:00:00Z',
    dueAt: '2026-01-01T00:00:00.000Z',
  }),
);

export const system: Required<SystemIdentity> = {
  type: 'singlestore',
  id: '0e1f5c2a-0000-4000-8000-000000000001',
  name: 'Example',
  principal: 'user:ci-bot@example.com',
  actor: 'user:ci-reader@example.com',
};

export const unreachable: Required<Unreachable> = {
  provider: 'warehouse',
  message: 'connection refused',
  next: 'Check that it runs.',
};

export const unverified: readonly Required<Unverified>[] = (['written', 'left'] as const).map((outcome) => ({
  address: 'user_mapping.warehouse.lake/analyst',
  cause: 'hidden',
  path: 'options',
  members: 'share',
  reason: 'the role app may not read it',
  outcome,
  accepted: true,
}));

export const unmanaged: Required<Unmanaged> = {
  address: 'share.helios.HF_TOKEN/user:ana@example.com',
  what: 'the role Auditor',
  path: 'owner',
  changedAt: '2026-01-30T22:10:00Z',
  changedBy: 'user:ben@example.com',
};

export const undecided: Required<Undecided> = {
  address: 'secret.helios.HF_TOKEN',
  path: 'value',
  changedAt: '2026-01-30T22:10:00Z',
  changedBy: 'user:ben@example.com',
};

export const summary: Required<PlanSummary> = {
  add: 2,
  change: 1,
  destroy: 2,
  import: 1,
  forget: 1,
  unchanged: 4,
};

export const plan: Required<Plan> = {
  format: 2,
  stack: 'analytics-prod',
  createdAt: '2026-01-31T09:30:00.000Z',
  state: { lineage: '7b7b5a4e-7c3e-4b5e-9d8f-1c1c5b9f5a11', serial: 4 },
  configuration: 'sha256:0f343b0931126a20f133d67c2b018a3b',
  systems: { helios: system },
  changes,
  drift,
  rotation,
  unreachable: [unreachable],
  unverified,
  unmanaged: [unmanaged],
  undecided: [undecided],
  leftOut: 3,
  diagnostics: [diagnostic],
  summary,
};

export const outcomes: readonly Required<Outcome>[] = [
  {
    status: 'done',
    address: 'secret.helios.HF_TOKEN',
    id: 's-1',
    changedAt: '2026-01-30T22:10:00Z',
    changedBy: 'user:ben@example.com',
    note: 'Another session of the database is open.',
  },
  {
    status: 'failed',
    address: 'secret.helios.HF_TOKEN',
    message: 'the system answered 500',
    next: 'Try again.',
    mayHaveHappened: true,
  },
  { status: 'skipped', address: 'secret.helios.HF_TOKEN', message: 'the run was stopped' },
];

export const applySums: Required<ApplySums> = {
  added: 1,
  changed: 2,
  destroyed: 3,
  imported: 4,
  forgotten: 5,
  failed: 6,
  skipped: 7,
};

export const binding: Required<StateBinding> = { type: 'postgres', id: '7301:warehouse', name: 'warehouse' };

export const record: Required<StateRecord> = {
  address: 'user_mapping.warehouse.lake/analyst',
  configuredAs: 'user_mapping.warehouse.lake/current_user',
  copiedFrom: '16380',
  id: '16390',
  appliedAt: '2026-01-02T08:00:00.000Z',
  fields: { type: 's3', 'options.use_ssl': false, list: ['a', 1, null], map: { a: 'b' } },
  fingerprints: { 'options.secret': 'hmac-sha256:abc' },
  fingerprintedAs: 'user_mapping.warehouse.pond/analyst',
  generated: ['value'],
  sensitiveFields: ['options.secret'],
  changedAt: '2026-01-02T08:00:00Z',
  changedBy: 'user:ci-bot@example.com',
  dependsOn: ['duckdb_server.warehouse.lake'],
  unfinished: true,
  handedOver: true,
  deleting: true,
  protect: true,
  onRemove: 'forget',
  file: 'teams/data/secrets.yaml',
};

export const state: Required<StateData> = {
  version: 2,
  serial: 4,
  lineage: '7b7b5a4e-7c3e-4b5e-9d8f-1c1c5b9f5a11',
  stack: 'analytics-prod',
  systems: { warehouse: binding },
  records: [record],
  intents: [
    { address: 'secret.helios.HF_TOKEN', at: '2026-01-02T08:00:00.000Z', by: 'user:ci-bot@example.com' },
  ],
  plans: [{ id: '5f2b1c1e-0c5e-4a3e-9a55-b6f3a8a0f1d2', at: '2026-01-02T08:00:00.000Z' }],
  configurations: [{ digest: 'b6f3', at: '2026-01-02T08:00:00.000Z' }],
  keyCheck: 'scrypt-hmac-sha256:abc',
};

export const holder: Required<LockInfo> = {
  ID: '5f2b1c1e-0c5e-4a3e-9a55-b6f3a8a0f1d2',
  Operation: 'apply',
  Info: '{}',
  Who: 'ana@laptop',
  Version: '0.1.0',
  Created: '2026-01-02T08:00:00.000Z',
};
