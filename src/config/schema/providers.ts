import type { JsonSchema, SchemaSection } from '../../model/index.js';
import type { ProviderLanguage, SettingsSchema } from '../../providers/sdk/index.js';

/** The settings that every provider has, whatever its type. */
const COMMON: Readonly<Record<string, JsonSchema>> = {
  unverifiable: {
    enum: ['accept'],
    description:
      'Accepts that the identity of this provider cannot check everything: it is still named, and no longer changes the exit code.',
    examples: ['accept'],
  },
};

/** A provider of one type: `type`, what every provider has, and its own settings; nothing else. */
function providerSchema(type: string, { description, properties }: SettingsSchema): JsonSchema {
  return {
    title: type,
    additionalProperties: false,
    required: ['type'],
    properties: { type: { const: type, description, examples: [type] }, ...COMMON, ...properties },
  };
}

/** `providers`: the systems. */
export async function providersSection(providers: readonly ProviderLanguage[]): Promise<SchemaSection> {
  const types = await Promise.all(
    providers.map(async ({ type, settings }) => ({ type, settings: await settings.schema() })),
  );
  const examples = types.map(({ settings }) => settings.example);
  return {
    word: 'providers',
    defs: {
      ...Object.fromEntries(types.flatMap(({ settings }) => Object.entries(settings.defs ?? {}))),
      provider: {
        type: 'object',
        title: 'a provider',
        required: ['type'],
        discriminator: { propertyName: 'type' },
        oneOf: types.map(({ type, settings }) => providerSchema(type, settings)),
        examples: examples.flatMap((example) => Object.values(example)),
      },
    },
    schema: {
      type: 'object',
      title: 'the providers, by name',
      description: 'The systems to keep true, each under a name of its own.',
      propertyNames: { $ref: '#/$defs/providerName' },
      additionalProperties: { $ref: '#/$defs/provider' },
      examples,
    },
  };
}
