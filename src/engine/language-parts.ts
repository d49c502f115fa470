import { sourceTable } from '../config/sources/table.js';
import type { LanguageParts } from '../config/index.js';
import { backendTable } from '../model/index.js';
import type { Extensions } from './extensions.js';

/** What some extensions add to the language. Apart from the language itself, so that its validator can be made from them. */
export function languageParts({ providers, sources, backends }: Extensions): LanguageParts {
  return { providers, sources: sourceTable(sources), backends: backendTable(backends) };
}
