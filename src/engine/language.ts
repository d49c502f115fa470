import { sourceTable } from '../config/index.js';
import type { Language } from '../config/index.js';
import { validate } from '../config/check/validator.generated.js';
import { backendTable, kindTable } from '../model/index.js';
import type { Kinds } from '../model/index.js';
import { builtIn } from './extensions.js';
import type { Extensions } from './extensions.js';

/** The kinds of resource of all providers. */
export function kindsOf(extensions: Extensions = builtIn): Kinds {
  return extensions === builtIn ? builtInLanguage.kinds : kindTable(policiesOf(extensions));
}

const policiesOf = ({ providers }: Extensions): Kinds['all'] => providers.flatMap(({ kinds }) => kinds);

/** The language without its validator. */
function partsOf(extensions: Extensions): Omit<Language, 'validate'> {
  return {
    kinds: kindTable(policiesOf(extensions)),
    sources: sourceTable(extensions.sources),
    backends: backendTable(extensions.backends),
  };
}

/** The language of this version, with the validator that was compiled when it was built. */
export const builtInLanguage: Language = {
  ...partsOf(builtIn),
  validate: (data) => (validate(data) ? undefined : (validate.errors ?? [])),
};

/** The language that some extensions make. */
export function languageOf(extensions: Extensions = builtIn): Promise<Language> {
  if (extensions === builtIn) return Promise.resolve(builtInLanguage);
  return Promise.resolve({ ...builtInLanguage, ...partsOf(extensions) });
}
