import { ref, sourceOnly, textOrSource } from '../../model/index.js';
import type { JsonSchema, SectionSchema } from '../../model/index.js';
import type { SettingsSchema } from '../sdk/index.js';

const principals: Readonly<Record<string, JsonSchema>> = {
  principal: {
    type: 'string',
    title: 'a user or a team',
    pattern:
      '^(self|(user|team):[^\\s\\u0000-\\u001f\\u007f-\\u009f]([^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f])?)$',
    patternErrorMessage:
      'Write user:<e-mail address>, team:<name>, or self for the identity that runs the tool.',
    examples: ['user:ana@example.com', 'team:Platform'],
  },
  principals: {
    type: 'array',
    title: 'a list of users and teams',
    items: { $ref: '#/$defs/principal' },
    examples: [['user:ana@example.com', 'team:Platform']],
  },
};

/** The settings of an entry of `providers:`. */
export const settings: SettingsSchema = {
  description: 'A SingleStore Helios organization, through its Management API.',
  properties: {
    api_key: sourceOnly('The API key. SINGLESTOREDB_MANAGEMENT_TOKEN counts where it is absent.', {
      env: 'SINGLESTOREDB_MANAGEMENT_TOKEN',
    }),
    base_url: textOrSource(
      'The address of the Management API. SINGLESTOREDB_MANAGEMENT_BASE_URL also sets it; else https://api.singlestore.com.',
      'https://api.singlestore.com',
    ),
    organization: textOrSource(
      'The id of the organization: any other one is refused.',
      '0e1f5c2a-8c1d-4b8e-9d0a-3f6b1c2d4e5f',
    ),
    self: textOrSource(
      'Who applies: `self` in plans, also in those of another key. So one key may plan, and another apply. The user of the key where it is absent.',
      'user:ci@example.com',
    ),
  },
  example: { helios: { type: 'singlestore', api_key: { env: 'SINGLESTOREDB_MANAGEMENT_TOKEN' } } },
};

/** `secrets`: secrets of SingleStore Helios. */
export const secrets: SectionSchema = {
  defs: {
    ...principals,
    secret: {
      type: 'object',
      title: 'a secret',
      additionalProperties: false,
      required: ['value'],
      properties: {
        provider: ref('providerName', 'The provider. May be left out where only one fits.', ['helios']),
        providers: ref('providerNames', 'Several providers: one secret in each of them.', [
          ['helios', 'helios_eu'],
        ]),
        value: ref('valueSource', 'Where the value is read from. Never the value itself.', [
          { env: 'HF_TOKEN' },
        ]),
        owners: ref(
          'principals',
          'Who may edit, share and delete it. With `owners` or `readers` the lists are authoritative: others lose access.',
          [['user:ana@example.com', 'team:Platform']],
        ),
        readers: ref(
          'principals',
          'Who may read it. With `owners` or `readers` the lists are authoritative: others lose access.',
          [['team:Machine Learning']],
        ),
        self: {
          enum: ['keep', 'drop'],
          description:
            'Whether the identity that runs the tool keeps its Owner (the default), or drops it last.',
          examples: ['keep'],
        },
        min_owners: {
          type: 'integer',
          minimum: 1,
          maximum: 1000,
          description: 'With fewer Owners who can act than this the plan is refused.',
          examples: [2],
        },
        lifecycle: ref('lifecycle', 'What a plan may do to it.', [{ protect: true }]),
        rotation: {
          type: 'object',
          title: 'a rotation',
          description: 'How often the value has to change.',
          additionalProperties: false,
          required: ['max_age'],
          properties: {
            max_age: {
              type: 'string',
              title: 'an age',
              pattern: '^[1-9][0-9]{0,5}[smhdw]$',
              patternErrorMessage: 'Write a number and a unit: s, m, h, d or w, such as 90d.',
              description: 'Older than this: plan and drift say so. Units: s, m, h, d, w.',
              examples: ['90d'],
            },
          },
          examples: [{ max_age: '90d' }],
        },
      },
      examples: [{ value: { env: 'HF_TOKEN' }, readers: ['team:Machine Learning'] }],
    },
  },
  schema: {
    type: 'object',
    title: 'the secrets, by name',
    description: 'Secrets of SingleStore Helios, by name.',
    propertyNames: { $ref: '#/$defs/resourceName' },
    additionalProperties: { $ref: '#/$defs/secret' },
    examples: [{ HF_TOKEN: { value: { env: 'HF_TOKEN' } } }],
  },
};

/** `shares`: one grant over many secrets. */
export const shares: SectionSchema = {
  defs: {
    shareRule: {
      type: 'object',
      title: 'a grant over several secrets',
      additionalProperties: false,
      required: ['secrets'],
      anyOf: [{ required: ['owners'] }, { required: ['readers'] }],
      properties: {
        secrets: {
          type: 'array',
          minItems: 1,
          description: 'Names of secrets of this configuration; `*` matches any text, `?` one character.',
          items: {
            type: 'string',
            title: 'a name pattern',
            pattern: '^[A-Za-z0-9_$*?-]{1,255}$',
            patternErrorMessage: 'A pattern holds letters, digits, _, $, -, and the wildcards * and ?.',
          },
          examples: [['AWS_*']],
        },
        provider: ref('providerName', 'Only the secrets of this provider.', ['helios']),
        owners: ref('principals', 'Who becomes Owner of all of them.', [['team:Platform']]),
        readers: ref('principals', 'Who becomes Reader of all of them.', [['team:Data Engineering']]),
      },
      examples: [{ secrets: ['AWS_*'], readers: ['team:Data Engineering'] }],
    },
  },
  schema: {
    type: 'array',
    title: 'a list of grants',
    description: 'The same grant over many secrets. It adds to the `owners` and `readers` of each.',
    items: { $ref: '#/$defs/shareRule' },
    examples: [[{ secrets: ['AWS_*'], readers: ['team:Data Engineering'] }]],
  },
};
