import type { ProviderDefinition } from '../sdk/index.js';
import { audit, auditValues } from './audit.js';
import { settingsKey } from '../sdk/same-system.js';
import { desiredSecrets } from './desired.js';
import { TYPE, policies } from './kinds.js';
import { resolveConnection } from './settings.js';
import { yaml } from './yaml.js';

/** SingleStore Helios: secrets and their shares, through the Management API. */
export const singlestore: ProviderDefinition = {
  type: TYPE,
  kinds: policies,
  credentials: ['SINGLESTOREDB_MANAGEMENT_TOKEN'],
  settings: {
    schema: async () => (await import('./schema.js')).settings,
    excerpts: { shown: ['base_url', 'organization', 'self'], sources: ['*'], maps: [''], urls: ['base_url'] },
  },
  sections: [
    {
      word: 'secrets',
      shape: 'map',
      schema: async () => (await import('./schema.js')).secrets,
      excerpts: {
        shown: ['provider', 'providers.*', 'owners.*', 'readers.*', 'self', 'min_owners', 'rotation.max_age'],
        sources: ['value'],
        maps: ['', 'rotation'],
        short: ['self', 'min_owners', 'max_age'],
        anywhere: ['self'],
      },
      valueKind: 'secret',
      desired: desiredSecrets,
    },
    {
      // Read with `secrets`, which it adds grants to.
      word: 'shares',
      shape: 'list',
      schema: async () => (await import('./schema.js')).shares,
      excerpts: { shown: ['secrets.*', 'provider', 'owners.*', 'readers.*'], maps: [''] },
    },
  ],
  yaml,
  // Each call to the API stands for itself.
  transactional: false,
  audit: (_settings, resources) => audit(resources),
  auditValues,
  // A key belongs to one organization.
  sameSystem: (settings) => Promise.resolve(settingsKey(settings, ['api_key', 'base_url', 'organization'])),
  hosts: (settings, env) => [resolveConnection(settings, env).target],
  open: async (settings, context) => (await import('./session.js')).openSession(settings, context),
};
