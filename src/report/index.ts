export { applySummaryText, outcomeText } from './human/apply.js';
export type { ApplySums } from './human/apply.js';
export { graphText } from './human/graph.js';
export { diagnosticText, diagnosticsText, placeOf } from './human/diagnostics.js';
export { driftText } from './human/drift.js';
export {
  applyEventLine,
  driftDocument,
  planDocument,
  stateDocument,
  validateDocument,
} from './json/documents.js';
export type { ApplyEvent, DocumentStatus } from './json/documents.js';
export { planText } from './human/plan.js';
export { printable, printableJson } from './printable.js';
export { addressLines, recordText, stateEditText } from './human/state.js';
export type { StateEdit } from './human/state.js';
export { PLAIN } from './human/style.js';
export type { Style } from './human/style.js';
export { count } from './human/words.js';
