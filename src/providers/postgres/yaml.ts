import { defined } from '../../model/index.js';
import type { KindYaml, YamlMap } from '../../model/index.js';
import { append, optionSources, optionsUnder, plainFields } from '../sdk/yaml.js';

/** Servers, mappings and USAGE as `pull` writes them; who may use the wrapper is a setting of the provider, and left out. */
export const yaml: Readonly<Record<string, KindYaml>> = {
  duckdb_server: {
    section: 'duckdb_servers',
    entry: (_address, resource) => {
      const { type, owner, ...options } = plainFields(resource);
      return { type, ...defined({ owner }), ...optionsUnder('options', options) };
    },
  },
  user_mapping: {
    addTo: (server, { name, member = '' }, resource) => {
      const mappings = (server['user_mappings'] ?? {}) as YamlMap;
      const entry = [member, optionSources(resource, `${name}_${member}`)] as const;
      server['user_mappings'] = Object.fromEntries([...Object.entries(mappings), entry]);
    },
  },
  server_usage: {
    addTo: (server, { member = '' }) => {
      append(server, 'usage', member);
    },
  },
};
