export { makeLanguage } from './language.js';
export type { Language, LanguageParts, Validate } from './language.js';
export { findSources } from './parse/files.js';
export { loadConfiguration } from './load.js';
export type { Loaded } from './load.js';
export type { SourceFile } from './parse/source-file.js';
