import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';

const folder = new URL('../../schemas/', import.meta.url);

/** A JSON schema, or a part of one. */
export interface SchemaNode {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode | boolean>>;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** The schemas of what is printed and kept (not that of the configuration, which is made from its own modules). */
export const SCHEMAS: ReadonlyMap<string, SchemaNode> = new Map(
  readdirSync(fileURLToPath(folder))
    .filter((name) => name.endsWith('.schema.json') && name !== 'config.schema.json')
    .map((name) => [
      name.replace('.schema.json', ''),
      JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as SchemaNode,
    ]),
);

/** A checker that knows all of them, and refuses whatever is doubtful in a schema. */
export function makeAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  ajv.addFormat('date-time', {
    type: 'string',
    validate: (text: string) =>
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
      !Number.isNaN(Date.parse(text)),
  });
  for (const schema of SCHEMAS.values()) ajv.addSchema(schema);
  return ajv;
}

/**
 * The compiled schema of a name, such as `plan`, or of a part of the shared ones, such as `common.schema.json#/$defs/change`.
 * @throws Error where there is none
 */
export function validatorOf(name: string, ajv: Ajv2020 = makeAjv()): ValidateFunction {
  const id = name.includes('#') ? name : `${name}.schema.json`;
  const found = ajv.getSchema(id);
  if (found === undefined) throw new Error(`no schema ${id}`);
  return found;
}

/** What is wrong with data, one line for each problem; empty where nothing is. */
export function problemsOf(validate: ValidateFunction, data: unknown): readonly string[] {
  if (validate(data)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}
