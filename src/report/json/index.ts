import { safePlan, withSafeFields } from '../../model/index.js';
import type { ActualResource, Diagnostic, DriftReport, Plan } from '../../model/index.js';
import type { DriftDocument, ReportDocument } from '../document.js';
import type { Format } from '../format.js';
import { printableJson } from '../printable.js';

/** The version of the JSON documents. It grows when a field changes its meaning or is removed. */
export const DOCUMENT_VERSION = 1;

/** One line of JSON for each document. */
export const json: Format = {
  name: 'json',
  open: ({ out }) => ({
    render: (document) => {
      out(`${printableJson(JSON.stringify(shapeOf(document)))}\n`);
    },
  }),
};

/** A document as its schema describes it. */
export function shapeOf(document: ReportDocument): object {
  switch (document.kind) {
    case 'apply': {
      const { kind: _kind, ...event } = document;
      return {
        version: DOCUMENT_VERSION,
        ...(event.event === 'plan' ? { ...event, plan: planShape(event.plan) } : event),
      };
    }
    case 'plan':
      return { ...headOf(document), ...(document.plan && { plan: planShape(document.plan) }) };
    case 'drift':
      return { ...headOf(document), ...(document.plan && driftShape(document.plan, document.failedOn)) };
    case 'state': {
      const { kind: _kind, view: _view, status: _status, diagnostics: _diagnostics, ...found } = document;
      return {
        ...headOf(document),
        ...found,
        ...(found.records && { records: found.records.map(withoutFingerprints) }),
      };
    }
    case 'pull':
      return { ...headOf(document), resources: document.resources.map(resourceShape) };
    case 'sandbox': {
      const { kind, status: _status, diagnostics: _diagnostics, ...running } = document;
      return { document: kind, version: DOCUMENT_VERSION, ...running };
    }
    case 'validate':
    case 'graph':
    case 'init':
    case 'error': {
      const { kind: _kind, status: _status, diagnostics: _diagnostics, ...body } = document;
      return { ...headOf(document), ...body };
    }
  }
}

function headOf({
  kind,
  status,
  diagnostics,
}: {
  readonly kind: string;
  readonly status: string;
  readonly diagnostics: readonly Diagnostic[];
}): object {
  return { document: kind, version: DOCUMENT_VERSION, status, diagnostics };
}

/** A plan as it is printed. */
function planShape(plan: Plan): object {
  const safe = safePlan(plan);
  return { ...safe, changes: safe.changes.map(withoutFingerprints) };
}

/** Fingerprints are for the state and for saved plans: printed into a log they would let others test guesses once the key is known. */
function withoutFingerprints({
  fingerprints: _fingerprints,
  ...rest
}: {
  readonly fingerprints: unknown;
}): object {
  return rest;
}

function driftShape(plan: DriftReport, failedOn: DriftDocument['failedOn'] = []): object {
  return {
    stack: plan.stack,
    checkedAt: plan.createdAt,
    systems: plan.systems,
    drift: plan.drift.map(withSafeFields),
    rotation: plan.rotation,
    unreachable: plan.unreachable,
    unverified: plan.unverified,
    unmanaged: plan.unmanaged,
    undecided: plan.undecided,
    leftOut: plan.leftOut,
    failedOn,
  };
}

/** A resource of a system without its values. */
function resourceShape({ address, id, fields }: ActualResource): object {
  const entries = Object.entries(fields);
  return {
    address,
    id,
    fields: Object.fromEntries(
      entries.flatMap(([path, field]) => (field.kind === 'plain' ? [[path, field.value]] : [])),
    ),
    sensitiveFields: entries.flatMap(([path, field]) => (field.kind === 'plain' ? [] : [path])).sort(),
  };
}
