import { defined } from '../../model/index.js';
import type { KindYaml } from '../../model/index.js';
import { optionSources, optionsUnder, plainFields } from '../sdk/yaml.js';

/** Persistent secrets as `pull` writes them. */
export const yaml: Readonly<Record<string, KindYaml>> = {
  duckdb_secret: {
    section: 'duckdb_secrets',
    entry: ({ name }, resource) => {
      const { type, scope, ...options } = plainFields(resource);
      const sensitive = optionSources(resource, name);
      return {
        type,
        ...defined({ scope }),
        ...optionsUnder('options', options),
        ...(Object.keys(sensitive).length === 0 ? {} : { sensitive }),
      };
    },
  },
};
