export { failedDocument } from './document.js';
export type {
  ApplyEvent,
  ApplySums,
  DocumentStatus,
  ReportDocument,
  SandboxDocument,
  StateDocument,
  StateEdit,
} from './document.js';
export type { Format } from './format.js';
export { diagnosticsText, placeOf } from './human/diagnostics.js';
export { PLAIN } from './human/style.js';
export type { Style } from './human/style.js';
export { printable, printableJson, withoutCommands } from './printable.js';
export { formats } from './registry.js';
