import { builtInLanguage } from '../../src/engine/language.js';

/** The kinds of the real providers. */
export const { kinds } = builtInLanguage;
