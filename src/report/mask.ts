import { defined } from '../model/index.js';
import type {
  ActualResource,
  Diagnostic,
  DriftReport,
  Field,
  FieldChange,
  Outcome,
  Plain,
  Plan,
  SourceRange,
  StateRecord,
  Unreachable,
} from '../model/index.js';
import type { ApplyDocument, ReportDocument } from './document.js';

/** Masks what a run must not show. */
export interface TextMask {
  /** Masks values inside a text, such as an error message. */
  readonly text: (text: string) => string;
  /** Masks the value of a field: as {@link text}, and also where the whole of it is a value, however short. */
  readonly field: (text: string) => string;
}

/**
 * A document with every text from outside masked, field by field, so that a format renders only what may be shown. Structure,
 * addresses, names and times are left alone.
 */
export function maskDocument(document: ReportDocument, mask: TextMask): ReportDocument {
  if (document.kind === 'apply') return maskEvent(document, mask);
  const diagnostics = maskDiagnostics(document.diagnostics, mask);
  switch (document.kind) {
    case 'plan':
      return {
        ...document,
        diagnostics,
        ...defined({ plan: document.plan && maskPlan(document.plan, mask) }),
      };
    case 'drift':
      return {
        ...document,
        diagnostics,
        ...defined({ plan: document.plan && maskDrift(document.plan, mask) }),
      };
    case 'state':
      return {
        ...document,
        diagnostics,
        ...defined({ records: document.records?.map((record) => maskRecord(record, mask)) }),
      };
    case 'pull':
      return { ...document, diagnostics, resources: maskResources(document.resources, mask) };
    case 'validate':
    case 'graph':
    case 'sandbox':
    case 'init':
    case 'error':
      return { ...document, diagnostics };
  }
}

/** Diagnostics with their words masked. */
export function maskDiagnostics(diagnostics: readonly Diagnostic[], mask: TextMask): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    summary: mask.text(diagnostic.summary),
    ...defined({
      detail: masked(diagnostic.detail, mask),
      next: masked(diagnostic.next, mask),
      range: diagnostic.range && maskRange(diagnostic.range, mask),
      related: diagnostic.related?.map(({ message, range }) => ({
        message: mask.text(message),
        range: maskRange(range, mask),
      })),
    }),
  }));
}

/** Resources of a system with their plain fields masked. */
export function maskResources(
  resources: readonly ActualResource[],
  mask: TextMask,
): readonly ActualResource[] {
  return resources.map((resource) => ({
    ...resource,
    fields: mapValues(resource.fields, (field): Field =>
      field.kind === 'plain' ? { ...field, value: maskPlain(field.value, mask) } : field,
    ),
  }));
}

function maskEvent(event: ApplyDocument, mask: TextMask): ApplyDocument {
  switch (event.event) {
    case 'plan':
      return { ...event, plan: maskPlan(event.plan, mask) };
    case 'outcome':
      return { ...event, outcome: maskOutcome(event.outcome, mask) };
    case 'end':
      return { ...event, diagnostics: maskDiagnostics(event.diagnostics, mask) };
  }
}

function maskOutcome(outcome: Outcome, mask: TextMask): Outcome {
  switch (outcome.status) {
    case 'done':
      return outcome;
    case 'skipped':
      return { ...outcome, message: mask.text(outcome.message) };
    case 'failed':
      return {
        ...outcome,
        message: mask.text(outcome.message),
        ...defined({ next: masked(outcome.next, mask) }),
      };
  }
}

function maskPlan(plan: Plan, mask: TextMask): Plan {
  return {
    ...plan,
    ...maskDrift(plan, mask),
    changes: plan.changes.map((change) => ({
      ...change,
      reason: mask.text(change.reason),
      fields: maskFieldChanges(change.fields, mask),
      ...defined({ range: change.range && maskRange(change.range, mask) }),
    })),
  };
}

function maskDrift(plan: DriftReport, mask: TextMask): DriftReport {
  return {
    ...plan,
    drift: plan.drift.map((entry) => ({ ...entry, fields: maskFieldChanges(entry.fields, mask) })),
    unreachable: plan.unreachable.map((system) => maskUnreachable(system, mask)),
    diagnostics: maskDiagnostics(plan.diagnostics, mask),
  };
}

function maskUnreachable(system: Unreachable, mask: TextMask): Unreachable {
  return {
    ...system,
    message: mask.text(system.message),
    ...defined({ next: masked(system.next, mask) }),
  };
}

function maskFieldChanges(fields: readonly FieldChange[], mask: TextMask): readonly FieldChange[] {
  return fields.map((field) => ({
    ...field,
    ...defined({
      before: field.before === undefined ? undefined : maskPlain(field.before, mask),
      after: field.after === undefined ? undefined : maskPlain(field.after, mask),
      note: masked(field.note, mask),
    }),
  }));
}

function maskRecord(record: StateRecord, mask: TextMask): StateRecord {
  return { ...record, fields: mapValues(record.fields, (value) => maskPlain(value, mask)) };
}

function maskRange(range: SourceRange, mask: TextMask): SourceRange {
  return { ...range, ...defined({ excerpt: masked(range.excerpt, mask) }) };
}

/** The strings in plain data, at any depth; keys are names. */
function maskPlain(value: Plain, mask: TextMask): Plain {
  if (typeof value === 'string') return mask.field(value);
  if (Array.isArray(value)) return value.map((item: Plain) => maskPlain(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return mapValues(value as Readonly<Record<string, Plain>>, (item) => maskPlain(item, mask));
}

function masked(text: string | undefined, mask: TextMask): string | undefined {
  return text === undefined ? undefined : mask.text(text);
}

function mapValues<Value>(
  map: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
