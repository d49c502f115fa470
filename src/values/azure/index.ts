import { defined } from '../../model/index.js';
import type { SourceDefinition } from '../definition.js';
import { STORE_LIMIT_MS } from '../store-limits.js';
import { azureName } from './source.js';
import type { AzureSource } from './source.js';

export const azure: SourceDefinition<AzureSource> = {
  word: 'azure',
  schema: {
    type: 'string',
    title: 'a secret of Azure Key Vault',
    pattern:
      '^[A-Za-z0-9-]{3,24}(\\.vault\\.(azure\\.net|azure\\.cn|usgovcloudapi\\.net|microsoftazure\\.de))?/[A-Za-z0-9-]{1,127}$',
    patternErrorMessage:
      "Write VAULT/SECRET: the vault's name, or its host in one of Azure's clouds, and the secret's name.",
    description:
      'A secret of Azure Key Vault: the name of the vault (or its host), a slash, the name of the secret.',
    examples: ['analytics-prod/hf-token'],
  },
  beside: {
    version: {
      type: ['integer', 'string'],
      title: 'a version of an Azure secret',
      pattern: '^[A-Za-z0-9]{1,64}$',
      patternErrorMessage: 'Write the id of a version: az keyvault secret list-versions',
      description: 'Which version, by its id (with `azure`); the newest where none is written.',
      examples: ['4387e9f3d6e14c459867679a90fd0f79'],
    },
  },
  example: '{ azure: VAULT/SECRET }',
  references: {
    azurekeyvault: {
      example: '{ azure: VAULT/SECRET }',
      parameters: [],
      parse: ({ path }) => {
        const [vault, secret, version, ...more] = path.split('/');
        if (vault === undefined || secret === undefined || more.length > 0) return undefined;
        return { text: `${vault}/${secret}`, beside: { version } };
      },
    },
  },
  parse: ([text], { beside }) => {
    const [vault = '', name = ''] = text.split('/');
    return { from: 'azure', vault, name, ...defined({ version: beside.get('version') }) };
  },
  name: azureName,
  read: async (source, context) => (await import('./read.js')).readAzure(source, context),
  timeoutMs: () => STORE_LIMIT_MS,
  credentials: ['AZURE_CLIENT_SECRET', 'AZURE_PASSWORD'],
};
