export * from './fingerprint.js';
export type { SourceDefinition } from './definition.js';
export type { ValueContext } from './reading.js';
export { sources } from './registry.js';
export * from './resolve.js';
export { readStandardInput } from './stdin/read.js';
export * from './hand-over.js';
