export { makeBatches } from './batches.js';
export { openRecords } from './records.js';
export type { FieldFingerprint, Records } from './records.js';
export { runChanges } from './run.js';
export type { Applier, ApplyRun } from './run.js';
