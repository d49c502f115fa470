import type { JsonSchema } from '../../model/json-schema.js';
import type { SourceTable } from './table.js';
import { TRANSFORMS } from './transforms.js';

/** The title by which messages recognise a place that takes a value source and nothing else. */
export const VALUE_SOURCE_TITLE = 'a value source';

/** The title by which messages recognise a place that takes text or a value source. */
export const TEXT_OR_SOURCE_TITLE = 'text or a value source';

/** Value sources, made from the table: exactly one source word, and only the words that go beside it; or the text form of vals. */
export function valueSourceDefs(sources: SourceTable): Readonly<Record<string, JsonSchema>> {
  const { all, beside } = sources;
  return {
    valueSource: {
      type: ['object', 'string'],
      title: VALUE_SOURCE_TITLE,
      description: 'Where the value is read from. A value itself is never in the file.',
      pattern: '^(secret)?ref\\+',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        ...Object.fromEntries(all.map(({ word, schema }) => [word, schema])),
        ...Object.fromEntries([...beside].map(([key, schemas]) => [key, besideSchema(schemas)])),
        ...TRANSFORMS,
      },
      oneOf: [{ type: 'string' }, ...all.map(({ word }) => ({ type: 'object', required: [word] }))],
      dependentRequired: Object.fromEntries(
        all.flatMap(({ word, needs }) => (needs === undefined ? [] : [[word, needs]])),
      ),
      dependentSchemas: { ...companions(sources), ...ownSchemas(sources) },
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

/** Each key beside a source: one of the sources that it goes with must be there. */
function companions({ beside, wordsBeside }: SourceTable): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    [...beside.keys(), ...Object.keys(TRANSFORMS)].map((key) => [
      key,
      { title: VALUE_SOURCE_TITLE, anyOf: wordsBeside(key).map((word) => ({ required: [word] })) },
    ]),
  );
}

/** The schemas of keys that mean something else with each source, by the word of the source. */
function ownSchemas({ beside }: SourceTable): Readonly<Record<string, JsonSchema>> {
  const own = new Map<string, Record<string, JsonSchema>>();
  for (const [key, schemas] of beside) {
    if (isShared(schemas)) continue;
    for (const [word, schema] of schemas) own.set(word, { ...own.get(word), [key]: schema });
  }
  return Object.fromEntries([...own].map(([word, properties]) => [word, { type: 'object', properties }]));
}

const isShared = (schemas: ReadonlyMap<string, JsonSchema>): boolean =>
  new Set([...schemas.values()].map((schema) => JSON.stringify(schema))).size === 1;

/** The schema of a key where any source may be beside it; what differs is checked with each source. */
function besideSchema(schemas: ReadonlyMap<string, JsonSchema>): JsonSchema {
  const [first = {}] = schemas.values();
  if (isShared(schemas)) return first;
  return {
    description: [...new Set([...schemas.values()].map((schema) => schema['description']))].join(' '),
    examples: [...schemas.values()].flatMap((schema) => schema['examples'] ?? []),
  };
}
