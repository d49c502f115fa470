import { defined } from '../../src/model/index.js';
import type { Diagnostic, Plan } from '../../src/model/index.js';
import { PLAIN } from '../../src/report/index.js';
import type {
  ApplyEvent,
  DocumentStatus,
  Format,
  ReportDocument,
  StateDocument,
} from '../../src/report/index.js';
import { json } from '../../src/report/json/index.js';

/** What a format writes to stdout for some documents. */
export function rendered(format: Format, ...documents: readonly ReportDocument[]): string {
  let text = '';
  const renderer = format.open({
    out: (written) => {
      text += written;
    },
    err: () => undefined,
    outStyle: PLAIN,
    errStyle: PLAIN,
  });
  for (const document of documents) renderer.render(document);
  return text;
}

/** `plan --json`. */
export function planDocument(
  status: DocumentStatus,
  diagnostics: readonly Diagnostic[],
  plan?: Plan,
): string {
  return rendered(json, { kind: 'plan', status, diagnostics, ...defined({ plan }) });
}

/** `drift --json`. */
export function driftDocument(
  status: DocumentStatus,
  diagnostics: readonly Diagnostic[],
  plan?: Plan,
): string {
  return rendered(json, { kind: 'drift', status, diagnostics, ...defined({ plan }) });
}

/** `validate --json`. */
export function validateDocument(
  status: DocumentStatus,
  diagnostics: readonly Diagnostic[],
  counts: { readonly files: number; readonly resources: number },
): string {
  return rendered(json, { kind: 'validate', status, diagnostics, ...counts });
}

/** `--json` of the commands that work on the state. */
export function stateDocument(
  status: DocumentStatus,
  diagnostics: readonly Diagnostic[],
  found: Omit<StateDocument, 'kind' | 'view' | 'status' | 'diagnostics'> = {},
): string {
  return rendered(json, { kind: 'state', view: 'changes', status, diagnostics, ...found });
}

/** One line of `apply --json`. */
export function applyEventLine(event: ApplyEvent): string {
  return rendered(json, { kind: 'apply', ...event });
}
