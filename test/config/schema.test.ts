import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema/index.js';
import { builtInLanguage } from '../../src/engine/language.js';
import type { JsonSchema } from '../../src/model/json-schema.js';

const { editor } = await configSchema(builtInLanguage);

/** Every property of every map in a schema, with its path. */
function propertiesOf(schema: unknown, path: string): [string, JsonSchema][] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => [
    ...(key === 'properties'
      ? Object.entries(value as Record<string, JsonSchema>).map(([name, one]): [string, JsonSchema] => [
          `${path}/${name}`,
          one,
        ])
      : []),
    ...(key === 'examples' || key === 'if' ? [] : propertiesOf(value, `${path}/${key}`)),
  ]);
}
const properties = propertiesOf(editor, '');

describe('the schema', () => {
  it.each(properties)('explains %s', (_, schema) => {
    expect(schema['description']).toMatch(/\.$/);
    expect(schema['examples']).toHaveProperty('0');
  });

  it('has many properties', () => {
    expect(properties.length).toBeGreaterThan(60);
  });

  it('is the one in schemas/ (run `tsx schemas/generate.ts`)', () => {
    const written = readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(written)).toEqual(editor);
  });
});
