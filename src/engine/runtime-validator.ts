import { Ajv2020 } from 'ajv/dist/2020.js';
import type { LanguageParts, Validate } from '../config/index.js';
import type { SchemaError } from '../config/check/validator.generated.js';
import { AJV_OPTIONS, ANNOTATIONS } from '../config/schema/ajv.js';
import { configSchema } from '../config/schema/index.js';

/**
 * Compiles the validator of a language that is not the built-in one.
 * @throws Error where the schema of an extension breaks ajv's strict rules
 */
export async function runtimeValidator(parts: LanguageParts): Promise<Validate> {
  const ajv = new Ajv2020(AJV_OPTIONS);
  for (const keyword of ANNOTATIONS) ajv.addKeyword({ keyword, schemaType: 'string' });
  const { tool } = await configSchema(parts);
  const validate = ajv.compile(tool);
  return (data) => (validate(data) ? undefined : ((validate.errors ?? []) as readonly SchemaError[]));
}
