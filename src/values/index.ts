export * from './fingerprint.js';
export * from './resolve.js';
export type { ValueContext } from './reading.js';
