import { defined } from '../../model/index.js';
import type { KindYaml, YamlMap } from '../../model/index.js';
import { mayBeSensitive } from '../sdk/duckdb-option-names.js';
import { append, optionSources, optionsUnder, plainFields } from '../sdk/yaml.js';

/** Servers, mappings and USAGE as `pull` writes them; who may use the wrapper is a setting of the provider, and left out. */
export const yaml: Readonly<Record<string, KindYaml>> = {
  duckdb_server: {
    section: 'duckdb_servers',
    entry: ({ name }, resource) => {
      const { type, owner, ...fields } = plainFields(resource);
      // What nobody knows is not printed, and would be removed if it were left out; a credential should be removed.
      const unknown = Object.entries(optionSources(resource, name)).filter(
        ([option]) => !mayBeSensitive(String(type), option),
      );
      const { options } = optionsUnder('options', fields) as { readonly options?: YamlMap };
      const all = { ...options, ...Object.fromEntries(unknown) };
      return { type, ...defined({ owner }), ...(Object.keys(all).length === 0 ? {} : { options: all }) };
    },
    finish: (server, { name }) => {
      if (isPublicSimple(server, name)) writeSimple(server);
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

/** The options that the function `create_simple_secret` writes. */
const OF_SERVER = ['region', 'url_style', 'provider', 'endpoint', 'scope', 'validation', 'use_ssl'];
const OF_MAPPING = ['key_id', 'secret', 'session_token'];

const keysOf = (map: unknown): readonly string[] => Object.keys(map ?? {});

/**
 * Whether a server is what `create_simple_secret` of Postgres Pro AXE 1.1 makes: its name, one mapping, for PUBLIC, and no other
 * options. pg_duckdb's function makes a mapping for a role.
 */
function isPublicSimple(server: YamlMap, name: string): boolean {
  const mappings = (server['user_mappings'] ?? {}) as YamlMap;
  const inMapping = keysOf(mappings['public']);
  return (
    /^simple_(s3|gcs|r2)_secret(_\d+)?$/.test(name) &&
    keysOf(mappings).length === 1 &&
    inMapping.includes('key_id') &&
    inMapping.includes('secret') &&
    inMapping.every((option) => OF_MAPPING.includes(option)) &&
    keysOf(server['options']).every((option) => OF_SERVER.includes(option))
  );
}

/** Writes a server as the parameters of the function, with the role that it gave the credentials to. */
function writeSimple(server: YamlMap): void {
  const { type, options, user_mappings: mappings, usage, lifecycle } = server;
  for (const key of ['type', 'options', 'user_mappings', 'usage', 'lifecycle'])
    Reflect.deleteProperty(server, key);
  const parameters = (mappings as Readonly<Record<string, YamlMap>>)['public'];
  server['simple'] = { type, ...parameters, ...((options ?? {}) as YamlMap), user: 'public' };
  Object.assign(server, defined({ usage, lifecycle }));
}
