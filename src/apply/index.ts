export { makeBatches } from './batches.js';
export { openRecords } from './records.js';
export type { Records } from './records.js';
export { runChanges } from './run.js';
export type { Applier, ApplyRun } from './run.js';
