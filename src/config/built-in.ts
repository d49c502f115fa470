import { validate } from './check/validator.generated.js';
import type { Language } from './language.js';
import { builtInSources } from './value-sources.js';

/** The language of this version, with the validator that was compiled when it was built. */
export const builtInLanguage: Language = {
  sources: builtInSources,
  validate: (data) => (validate(data) ? undefined : (validate.errors ?? [])),
};
