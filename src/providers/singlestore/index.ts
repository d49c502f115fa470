import type { ProviderDefinition } from '../sdk/index.js';
import { audit, auditValues } from './audit.js';
import { policies, TYPE } from './kinds.js';
import { resolveConnection } from './settings.js';

/** SingleStore Helios: secrets and their shares, through the Management API. */
export const singlestore: ProviderDefinition = {
  type: TYPE,
  kinds: policies,
  credentials: ['SINGLESTOREDB_MANAGEMENT_TOKEN'],
  // Each call to the API stands for itself.
  transactional: false,
  audit: (_settings, resources) => audit(resources),
  auditValues,
  hosts: (settings, env) => [resolveConnection(settings, env).host],
  open: async (settings, context) => (await import('./session.js')).openSession(settings, context),
};
