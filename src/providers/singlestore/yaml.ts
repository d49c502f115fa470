import type { KindYaml } from '../../model/index.js';
import { append, plainFields, variableSource } from '../sdk/yaml.js';

/** Secrets and shares as `pull` writes them. */
export const yaml: Readonly<Record<string, KindYaml>> = {
  secret: { section: 'secrets', entry: ({ name }) => ({ value: variableSource(name) }) },
  share: {
    addTo: (secret, { member = '' }, resource) => {
      append(secret, plainFields(resource)['role'] === 'Owner' ? 'owners' : 'readers', member);
    },
  },
};
