import { validate } from '../config/check/validator.generated.js';
import type { Language } from '../config/index.js';
import { builtInSources } from '../config/value-sources.js';
import { kindTable } from '../model/index.js';
import { policies as duckdb } from '../providers/duckdb/kinds.js';
import { policies as postgres } from '../providers/postgres/kinds.js';
import { policies as singlestore } from '../providers/singlestore/kinds.js';

/** The language of this version, with the validator that was compiled when it was built. */
export const builtInLanguage: Language = {
  kinds: kindTable([...singlestore, ...postgres, ...duckdb]),
  sources: builtInSources,
  validate: (data) => (validate(data) ? undefined : (validate.errors ?? [])),
};
