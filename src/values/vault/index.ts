import { defined } from '../../model/index.js';
import type { SourceDefinition } from '../definition.js';
import { STORE_LIMIT_MS } from '../store-limits.js';
import { vaultReferences } from './references.js';
import { NAMESPACE_PATTERN, vaultName } from './source.js';
import type { VaultSource } from './source.js';

export const vault: SourceDefinition<VaultSource> = {
  word: 'vault',
  schema: {
    type: 'string',
    title: 'the path of a secret in Vault',
    pattern: '^[^\\s/?#][^\\s?#]*[^\\s/?#]$',
    patternErrorMessage: 'Write the path with its mount and without a slash at the ends: secret/team/prod.',
    description:
      'A secret in the key/value store (version 1 or 2) of HashiCorp Vault, by its path with the mount; `key` says which field.',
    examples: ['secret/team/huggingface'],
  },
  beside: {
    version: {
      type: ['integer', 'string'],
      title: 'a version number of a Vault secret',
      minimum: 1,
      pattern: '^[1-9][0-9]{0,9}$',
      patternErrorMessage:
        'Write a whole number such as `version: 3`, or remove it to read the newest version.',
      description: 'Which version, a number (with `vault`); the newest where none is written.',
      examples: [3],
    },
    namespace: {
      type: 'string',
      title: 'a namespace of Vault',
      pattern: NAMESPACE_PATTERN,
      patternErrorMessage: 'Write the namespace without a slash at the ends: team-a or parent/child.',
      description:
        'Which namespace of Vault Enterprise (with `vault`), below that of VAULT_NAMESPACE where that is set.',
      examples: ['team-a'],
    },
  },
  example: '{ vault: PATH, key: FIELD }',
  references: vaultReferences,
  parse: ([path], { beside }) => ({
    from: 'vault',
    path,
    ...defined({ version: numberOf(beside.get('version')), namespace: beside.get('namespace') }),
  }),
  name: vaultName,
  read: async (source, context) => (await import('./read.js')).readVault(source, context),
  timeoutMs: () => STORE_LIMIT_MS,
  credentials: ['VAULT_TOKEN', 'VAULT_SECRET_ID'],
};

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);
