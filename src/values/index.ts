export * from './fingerprint.js';
export type { ValueContext } from './reading.js';
export * from './resolve.js';
export { readStandardInput } from './stdin/read.js';
export * from './hand-over.js';
