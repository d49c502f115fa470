import { ref } from '../../model/json-schema.js';
import type { SchemaSection } from '../../model/json-schema.js';

/** `moved`: the state follows a new address. */
export const moved: SchemaSection = {
  word: 'moved',
  defs: {
    move: {
      type: 'object',
      title: 'a move',
      additionalProperties: false,
      required: ['from', 'to'],
      properties: {
        from: ref('address', 'The address that it had.', ['secret.helios.OLD_NAME']),
        to: ref('address', 'The address that it has now.', ['secret.helios.NEW_NAME']),
      },
      examples: [{ from: 'secret.helios.OLD_NAME', to: 'secret.helios.NEW_NAME' }],
    },
  },
  schema: {
    type: 'array',
    title: 'a list of moves',
    description: 'What only has another address now: the state follows, nothing is destroyed.',
    items: { $ref: '#/$defs/move' },
    examples: [[{ from: 'secret.helios.OLD_NAME', to: 'secret.helios.NEW_NAME' }]],
  },
};

/** `removed`: forgotten, not destroyed. */
export const removed: SchemaSection = {
  word: 'removed',
  schema: {
    type: 'array',
    title: 'a list of addresses',
    description: 'What is forgotten when it leaves the configuration, instead of destroyed.',
    items: { $ref: '#/$defs/address' },
    examples: [['secret.helios.HANDED_OVER']],
  },
};
