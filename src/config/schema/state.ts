import type { BackendLanguage, BackendTable, JsonSchema, SchemaSection } from '../../model/index.js';

/** How long a lock outlives its holder: every backend has it. */
const lease: JsonSchema = {
  type: 'string',
  pattern: '^[1-9][0-9]{0,5}(s|m|h)$',
  patternErrorMessage: 'Write a duration such as 60s or 5m.',
  description:
    'How long the lock of a run that died keeps others out, where nobody can see that it died. Default: 60s.',
  examples: ['60s'],
};

function backendSchema({ name, description, settings }: BackendLanguage): JsonSchema {
  return {
    title: name,
    additionalProperties: false,
    required: ['backend'],
    properties: { backend: { const: name, description, examples: [name] }, ...settings, lease },
  };
}

/** `state`: where the state is kept, by backend. */
export function stateSection({ all, standard }: BackendTable): SchemaSection {
  return {
    word: 'state',
    schema: {
      type: 'object',
      title: 'where the state is kept',
      description: `Where the state is kept. Default: the backend \`${standard.name}\`.`,
      required: ['backend'],
      discriminator: { propertyName: 'backend' },
      oneOf: all.map(backendSchema),
      examples: [{ backend: standard.name }],
    },
  };
}
