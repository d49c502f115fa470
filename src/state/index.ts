export * from './backend.js';
export * from './decode.js';
export * from './encode.js';
export * from './store.js';
export * from './moves.js';
export * from './intents.js';
export * from './lease.js';
export * from './edit.js';
