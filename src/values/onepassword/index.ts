import type { SourceDefinition } from '../definition.js';
import { STORE_LIMIT_MS } from '../store-limits.js';
import { onePasswordName } from './source.js';
import type { OnePasswordSource } from './source.js';

export const onepassword: SourceDefinition<OnePasswordSource> = {
  word: 'onepassword',
  schema: {
    type: 'string',
    title: 'a secret reference of 1Password',
    pattern: '^op://[^/\\s][^/]*/[^/]+/.*[^/\\s]$',
    patternErrorMessage: 'Write op://VAULT/ITEM/FIELD, as 1Password copies it.',
    description: 'A field of an item in 1Password, by its secret reference; read with the program `op`.',
    examples: ['op://Platform/Hugging Face/token'],
  },
  example: '{ onepassword: "op://VAULT/ITEM/FIELD" }',
  references: {
    op: {
      example: '{ onepassword: "op://VAULT/ITEM/FIELD" }',
      parameters: [],
      parse: ({ path }) => ({ text: `op://${path}` }),
    },
    onepasswordconnect:
      'Write { onepassword: "op://VAULT/ITEM/FIELD" }: `op` uses a Connect server where OP_CONNECT_HOST is set.',
  },
  parse: ([reference]) => ({ from: 'onepassword', reference }),
  name: onePasswordName,
  read: async (source, context) => (await import('./read.js')).readOnePassword(source, context),
  timeoutMs: () => STORE_LIMIT_MS,
  credentials: ['OP_SERVICE_ACCOUNT_TOKEN', 'OP_CONNECT_TOKEN'],
};
