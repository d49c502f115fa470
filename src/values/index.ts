export * from './fingerprint.js';
export * from './resolve.js';
