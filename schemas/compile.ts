import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { AJV_OPTIONS, ANNOTATIONS } from '../src/config/schema/ajv.js';
import type { JsonSchema } from '../src/model/json-schema.js';

/**
 * Compiles a schema to the text of an ES module that needs nothing at run time. It exports `validate(data)`, which gives a
 * boolean and leaves `validate.errors`, each with the schema that it comes from (`parentSchema`).
 * @param others schemas that it refers to
 * @throws Error where the schema breaks ajv's strict rules, or where the code would import something.
 */
export function compileValidator(schema: JsonSchema, others: readonly JsonSchema[] = []): string {
  const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { source: true, esm: true, lines: true } });
  for (const keyword of ANNOTATIONS) ajv.addKeyword({ keyword, schemaType: 'string' });
  for (const other of others) ajv.addSchema(other);
  const code = standaloneCode.default(ajv, ajv.compile(schema));
  if (/\brequire\(|\bimport\b[^;]*from/.test(code))
    throw new Error('the compiled validator imports something');
  return code;
}
