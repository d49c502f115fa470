import { VALUE_SOURCES } from '../value-sources.js';
import type { JsonSchema } from './json-schema.js';

/** The title by which messages recognise a place that takes a value source and nothing else. */
export const VALUE_SOURCE_TITLE = 'a value source';

/** The title by which messages recognise a place that takes text or a value source. */
export const TEXT_OR_SOURCE_TITLE = 'text or a value source';

/** Value sources, made from the table: exactly one source word, and only the words that go beside it. */
export const valueSourceDefs: Readonly<Record<string, JsonSchema>> = {
  valueSource: {
    type: 'object',
    title: VALUE_SOURCE_TITLE,
    description: 'Where the value is read from. A value itself never stands in the file.',
    additionalProperties: false,
    minProperties: 1,
    properties: Object.fromEntries(
      VALUE_SOURCES.flatMap(({ word, schema, beside }) => [[word, schema], ...Object.entries(beside)]),
    ),
    oneOf: VALUE_SOURCES.map(({ word }) => ({ required: [word] })),
    dependentRequired: Object.fromEntries(
      VALUE_SOURCES.flatMap(({ word, beside }) => Object.keys(beside).map((key) => [key, [word]])),
    ),
    examples: [{ env: 'HF_TOKEN' }],
  },
  textOrSource: {
    title: TEXT_OR_SOURCE_TITLE,
    anyOf: [{ type: ['string', 'number', 'boolean'] }, { $ref: '#/$defs/valueSource' }],
    examples: ['us-east-1', { env: 'AWS_REGION' }],
  },
};
