import { safePlan, withSafeFields } from '../../model/index.js';
import type { Diagnostic, Outcome, Plan, StateRecord } from '../../model/index.js';
import type { ApplySums } from '../human/apply.js';
import { printableJson } from '../printable.js';
import type { StateEdit } from '../human/state.js';

/** How a run ended. */
export type DocumentStatus = 'ok' | 'error' | 'unreachable';

/** The version of the documents that `--json` prints. It grows when a field changes its meaning or goes. */
export const DOCUMENT_VERSION = 1;

/** `plan --json`: one document, in every case. Without `plan`, nothing could be compared; the diagnostics say why. */
export function planDocument(
  status: DocumentStatus,
  diagnostics: readonly Diagnostic[],
  plan?: Plan,
): string {
  return line({
    document: 'plan',
    version: DOCUMENT_VERSION,
    status,
    diagnostics,
    ...(plan === undefined ? {} : { plan: safePlan(plan) }),
  });
}

/** `drift --json`: one document, in every case. */
export function driftDocument(
  status: DocumentStatus,
  diagnostics: readonly Diagnostic[],
  plan?: Plan,
): string {
  const found =
    plan === undefined
      ? {}
      : {
          stack: plan.stack,
          checkedAt: plan.createdAt,
          systems: plan.systems,
          drift: plan.drift.map(withSafeFields),
          rotation: plan.rotation,
          unreachable: plan.unreachable,
        };
  return line({ document: 'drift', version: DOCUMENT_VERSION, status, diagnostics, ...found });
}

/** `validate --json`: one document, in every case. */
export function validateDocument(
  status: DocumentStatus,
  diagnostics: readonly Diagnostic[],
  sums: { readonly files: number; readonly resources: number },
): string {
  return line({ document: 'validate', version: DOCUMENT_VERSION, status, diagnostics, ...sums });
}

/** What the commands that work on the state print with `--json`: one document, in every case. */
export function stateDocument(
  status: DocumentStatus,
  diagnostics: readonly Diagnostic[],
  found: {
    readonly serial?: number;
    readonly lineage?: string;
    readonly records?: readonly StateRecord[];
    readonly changes?: readonly StateEdit[];
  } = {},
): string {
  return line({ document: 'state', version: DOCUMENT_VERSION, status, diagnostics, ...found });
}

/** One line of `apply --json`. */
export type ApplyEvent =
  | { readonly event: 'plan'; readonly plan: Plan }
  | { readonly event: 'outcome'; readonly action: string; readonly outcome: Outcome }
  | {
      readonly event: 'end';
      readonly status: DocumentStatus;
      readonly diagnostics: readonly Diagnostic[];
      readonly summary?: ApplySums;
    };

/** The text of one event, on one line. */
export function applyEventLine(event: ApplyEvent): string {
  const body = event.event === 'plan' ? { ...event, plan: safePlan(event.plan) } : event;
  return line({ version: DOCUMENT_VERSION, ...body });
}

/** One line of JSON that may be looked at on a terminal. */
function line(value: unknown): string {
  return `${printableJson(JSON.stringify(value))}\n`;
}
