import type { SourceDefinition } from '../definition.js';
import { pathSchema } from '../path-schema.js';
import type { SopsSource } from './source.js';

export const sops: SourceDefinition<SopsSource> = {
  word: 'sops',
  schema: pathSchema(
    'a file that sops has encrypted',
    'A value of a file encrypted by sops (YAML, JSON or dotenv); `key` says which.',
    'secrets.prod.enc.yaml',
  ),
  example: '{ sops: PATH, key: KEY }',
  common: true,
  references: {
    sops: {
      example: '{ sops: PATH, key: KEY }',
      parameters: ['key_type', 'format'],
      parse: ({ path, parameters }) => (parameters.get('key_type') === 'base64' ? undefined : { text: path }),
    },
  },
  parse: ([path], { base }) => ({ from: 'sops', path, base }),
  name: ({ path }) => `The sops file ${path}`,
  read: async (source, context) => (await import('./read.js')).readSops(source, context),
  credentials: ['SOPS_AGE_KEY', 'SECRETS_AGE_KEY'],
};
