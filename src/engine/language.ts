import { validate } from '../config/check/validator.generated.js';
import { makeLanguage } from '../config/index.js';
import type { Language } from '../config/index.js';
import { builtIn } from './extensions.js';
import type { Extensions } from './extensions.js';
import { languageParts } from './language-parts.js';

/** The language of this version, with the validator that was compiled when it was built. */
export const builtInLanguage: Language = makeLanguage(languageParts(builtIn), (data) =>
  validate(data) ? undefined : (validate.errors ?? []),
);

/** The language that some extensions make; its validator is compiled here, unless they are the built-in ones. */
export async function languageOf(extensions: Extensions = builtIn): Promise<Language> {
  if (extensions === builtIn) return builtInLanguage;
  const { runtimeValidator } = await import('./runtime-validator.js');
  const parts = languageParts(extensions);
  return makeLanguage(parts, await runtimeValidator(parts));
}
