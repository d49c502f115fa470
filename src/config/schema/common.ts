import type { JsonSchema } from '../../model/json-schema.js';

/**
 * Names and small shapes that several sections use. `patternErrorMessage` is a word that editors know (the YAML language
 * server shows it); the messages of this program use it too.
 */
export const commonDefs: Readonly<Record<string, JsonSchema>> = {
  providerName: {
    type: 'string',
    title: 'a provider name',
    pattern: '^[a-z][a-z0-9_-]{0,62}$',
    patternErrorMessage:
      'A provider name starts with a small letter and holds small letters, digits, _ and - (at most 63).',
    examples: ['helios', 'warehouse'],
  },
  providerNames: {
    type: 'array',
    title: 'a list of provider names',
    minItems: 1,
    items: { $ref: '#/$defs/providerName' },
    examples: [['helios', 'helios_eu']],
  },
  stackName: {
    type: 'string',
    title: 'a stack name',
    pattern: '^[a-z][a-z0-9_-]{0,62}$',
    patternErrorMessage:
      'A stack name starts with a small letter and holds small letters, digits, _ and - (at most 63).',
  },
  resourceName: {
    type: 'string',
    title: 'a name',
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_$-]{0,254}$',
    patternErrorMessage:
      'A name holds letters, digits, _, $ and - (at most 255), since it is part of addresses and file names.',
    examples: ['HF_TOKEN', 'lake'],
  },
  optionName: {
    type: 'string',
    title: 'an option name',
    pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
    patternErrorMessage: 'An option name holds letters, digits and _.',
  },
  address: {
    type: 'string',
    title: 'an address',
    pattern: '^[a-z_]+\\.[^./]+\\..+$',
    patternErrorMessage: 'Write an address such as secret.helios.HF_TOKEN.',
    examples: ['secret.helios.HF_TOKEN'],
  },
  lifecycle: {
    type: 'object',
    title: 'a lifecycle',
    additionalProperties: false,
    properties: {
      protect: {
        type: 'boolean',
        description: 'Never destroyed or replaced by a plan. Wins over everything.',
        examples: [true],
      },
      ignore: {
        type: 'array',
        description: 'Fields that are left alone when they differ: names of options, or `value`.',
        examples: [['value'], ['region']],
        items: { $ref: '#/$defs/optionName' },
      },
      not_secret: {
        type: 'array',
        description:
          'Fields that look like a credential, or that this program does not know, and that are none: names of options, or keys.',
        examples: [['external_id']],
        items: { $ref: '#/$defs/optionName' },
      },
      on_remove: {
        enum: ['delete', 'forget'],
        description:
          'What happens when it leaves the configuration: destroy it (the default), or only forget it.',
        examples: ['forget'],
      },
      adopt: {
        type: ['boolean', 'object'],
        title: 'true, false or { from: STACK }',
        description:
          'Take over what exists already under this name, instead of refusing to touch it. `from`: the stack whose mark it carries, where that stack has let it go or is no more.',
        additionalProperties: false,
        required: ['from'],
        properties: {
          from: {
            $ref: '#/$defs/stackName',
            description: 'The stack from which it is taken over.',
            examples: ['analytics-old'],
          },
        },
        examples: [true, { from: 'analytics-old' }],
      },
    },
    examples: [{ protect: true }],
  },
};
