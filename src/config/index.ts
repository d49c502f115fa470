export { findSources } from './files.js';
export { loadConfiguration } from './load.js';
export type { Loaded } from './load.js';
export type { SourceFile } from './source-file.js';
