import { ref, textOrSource } from '../../model/index.js';
import type { SectionSchema } from '../../model/index.js';
import { optionDefs, optionsByType, whenType } from '../sdk/duckdb-option-schema.js';
import type { SettingsSchema } from '../sdk/index.js';

/** The settings of an entry of `providers:`. */
export const settings: SettingsSchema = {
  description: 'A secret directory of DuckDB: where its persistent secrets lie.',
  properties: {
    secret_directory: textOrSource(
      'The directory, relative to the folder of the file that names it. `~/.duckdb/stored_secrets`, as DuckDB has it, where it is absent.',
      './.duckdb/stored_secrets',
    ),
    extension_directory: textOrSource(
      'Where DuckDB finds its extensions, which are never downloaded: `~/.duckdb/extensions` where it is absent.',
      '~/.duckdb/extensions',
    ),
  },
  example: { laptop: { type: 'duckdb', secret_directory: './.duckdb/stored_secrets' } },
};

/** `duckdb_secrets`: persistent secrets of DuckDB itself, in a secret directory. */
export const duckdbSecrets: SectionSchema = {
  defs: {
    ...optionDefs,
    sensitiveOptions: {
      type: 'object',
      title: 'credentials by option',
      propertyNames: { $ref: '#/$defs/optionName' },
      additionalProperties: { $ref: '#/$defs/valueSource' },
      examples: [{ bearer_token: { env: 'PROXY_TOKEN' } }],
    },
    scopes: {
      title: 'a scope or a list of scopes',
      type: ['string', 'array'],
      pattern: '^[^\\u0000]+$',
      patternErrorMessage: 'Write the start of the paths that it is used for, such as s3://lake.',
      minItems: 1,
      items: {
        type: 'string',
        title: 'a scope',
        pattern: '^[^\\u0000]+$',
        patternErrorMessage: 'Write the start of the paths that it is used for, such as s3://lake.',
        description: 'The start of the paths that the secret is used for.',
        examples: ['s3://lake'],
      },
      examples: ['s3://lake', ['s3://lake', 's3://archive']],
    },
    duckdbSecret: {
      type: 'object',
      title: 'a DuckDB secret',
      additionalProperties: false,
      required: ['type'],
      properties: {
        provider: ref('providerName', 'The provider: the directory that it lies in.', ['laptop']),
        providers: ref('providerNames', 'Several providers: one secret in each directory.', [
          ['laptop', 'jobs'],
        ]),
        type: {
          type: 'string',
          title: 'a secret type of DuckDB',
          pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
          patternErrorMessage:
            'Write a secret type of DuckDB, such as http, s3, gcs, r2, azure or huggingface.',
          description: 'The secret type of DuckDB: http, s3, gcs, r2, azure, huggingface and others.',
          examples: ['http'],
        },
        options: ref(
          'serverOptions',
          'Options that anybody may see. `provider` says how DuckDB gets credentials.',
          [{ http_proxy: 'proxy:3128' }],
        ),
        sensitive: ref('sensitiveOptions', 'Options that are credentials, each from a value source.', [
          { bearer_token: { env: 'PROXY_TOKEN' } },
        ]),
        scope: ref('scopes', 'The paths that it is used for: one scope, or a list.', ['s3://lake']),
        lifecycle: ref('lifecycle', 'What a plan may do to it.', [{ protect: true }]),
      },
      examples: [{ type: 'http', sensitive: { bearer_token: { env: 'PROXY_TOKEN' } } }],
    },
  },
  schema: {
    type: 'object',
    title: 'the DuckDB secrets, by name',
    description:
      "DuckDB's own persistent secrets, by name, in the secret directory of a provider. DuckDB has names in lower case.",
    propertyNames: { $ref: '#/$defs/resourceName' },
    additionalProperties: { $ref: '#/$defs/duckdbSecret' },
    examples: [{ proxy: { type: 'http', sensitive: { bearer_token: { env: 'PROXY_TOKEN' } } } }],
  },
  editorDefs: {
    ...optionsByType('options', 'open'),
    ...optionsByType('sensitive', 'sensitive'),
    duckdbSecret: whenType((type) => ({
      options: ref(`options_${type}`, `Options of a ${type} secret.`, [{}]),
      sensitive: ref(`sensitive_${type}`, `Credentials of a ${type} secret.`, [{}]),
    })),
  },
};
