/**
 * Writes what is generated from the registries: `schemas/config.schema.json` (for editors; committed) and the compiled
 * validators, into the sources and into `dist` beside the modules that import them.
 * Run: `tsx schemas/generate.ts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { configSchema } from '../src/config/schema/index.js';
import { builtIn } from '../src/engine/extensions.js';
import { languageParts } from '../src/engine/language-parts.js';
import type { JsonSchema } from '../src/model/json-schema.js';
import { compileValidator } from './compile.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Writes a file only where its text differs, so that nothing is rebuilt without need. */
function writeIfChanged(path: string, text: string): void {
  let before: string | undefined;
  try {
    before = readFileSync(path, 'utf8');
  } catch {
    before = undefined;
  }
  if (before === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A schema that is written by hand. */
function readSchema(name: string): JsonSchema {
  return JSON.parse(readFileSync(join(root, 'schemas', `${name}.schema.json`), 'utf8')) as JsonSchema;
}

const { tool, editor } = await configSchema(languageParts(builtIn));
const schemaText = await format(JSON.stringify(editor), { parser: 'json', printWidth: 110 });
writeIfChanged(join(root, 'schemas/config.schema.json'), schemaText);
const validator = compileValidator(tool);
const planFile = compileValidator(readSchema('plan-file'), [readSchema('common')]);
for (const folder of ['src', 'dist']) {
  writeIfChanged(join(root, folder, 'config/check/validator.generated.js'), validator);
  writeIfChanged(join(root, folder, 'plan/plan-file.generated.js'), planFile);
}
