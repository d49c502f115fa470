import type { SourceTable } from '../value-sources.js';
import type { JsonSchema } from '../../model/json-schema.js';
import { BESIDE, TRANSFORMS } from './source-words.js';

/** The title by which messages recognise a place that takes a value source and nothing else. */
export const VALUE_SOURCE_TITLE = 'a value source';

/** The title by which messages recognise a place that takes text or a value source. */
export const TEXT_OR_SOURCE_TITLE = 'text or a value source';

/** Value sources, made from the table: exactly one source word, and only the words that go beside it; or the text form of vals. */
export function valueSourceDefs({ all, wordsBeside }: SourceTable): Readonly<Record<string, JsonSchema>> {
  return {
    valueSource: {
      type: ['object', 'string'],
      title: VALUE_SOURCE_TITLE,
      description: 'Where the value is read from. A value itself never stands in the file.',
      pattern: '^(secret)?ref\\+',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        ...Object.fromEntries(all.map(({ word, schema }) => [word, schema])),
        ...BESIDE,
        ...TRANSFORMS,
      },
      oneOf: [{ type: 'string' }, ...all.map(({ word }) => ({ type: 'object', required: [word] }))],
      dependentRequired: Object.fromEntries(
        all.flatMap(({ word, needs }) => (needs === undefined ? [] : [[word, needs]])),
      ),
      dependentSchemas: Object.fromEntries(
        [...Object.keys(BESIDE), ...Object.keys(TRANSFORMS)].map((key) => [
          key,
          { title: VALUE_SOURCE_TITLE, anyOf: wordsBeside(key).map((word) => ({ required: [word] })) },
        ]),
      ),
      examples: [
        { env: 'HF_TOKEN' },
        { sops: 'secrets.prod.enc.yaml', key: 'aws.secret_key' },
        'ref+vault://secret/team/huggingface#/token',
      ],
    },
    textOrSource: {
      title: TEXT_OR_SOURCE_TITLE,
      anyOf: [{ type: ['string', 'number', 'boolean'] }, { $ref: '#/$defs/valueSource' }],
      examples: ['us-east-1', { env: 'AWS_REGION' }],
    },
  };
}
