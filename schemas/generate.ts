/**
 * Writes what is made: the option table as a module of `src/providers/sdk` (committed), `schemas/config.schema.json` (for editors; committed)
 * and the compiled validators, into the sources and into `dist` beside the compiled modules that import it.
 * Run: `tsx schemas/generate.ts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { JsonSchema } from '../src/model/json-schema.js';
import { compileValidator } from './compile.js';
import { editorSchema } from './editor.js';
import { optionModule } from './option-table.js';

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

const modulePath = join(root, 'src/providers/sdk/duckdb-options.ts');
const style = await resolveConfig(modulePath);
writeIfChanged(modulePath, await format(optionModule(), { ...style, parser: 'typescript' }));

// The schema is made with the table, so it is loaded when the table is written.
const { configSchema } = await import('../src/config/schema/index.js');
const { sourceTable } = await import('../src/config/sources/table.js');
const { sources } = await import('../src/values/registry.js');
const { backends } = await import('../src/state/registry.js');
const { backendTable } = await import('../src/model/index.js');
const schema = configSchema({ sources: sourceTable(sources), backends: backendTable(backends) });
const schemaText = await format(JSON.stringify(editorSchema(schema)), {
  parser: 'json',
  printWidth: 110,
});
writeIfChanged(join(root, 'schemas/config.schema.json'), schemaText);
const validator = compileValidator(schema);
const planFile = compileValidator(readSchema('plan-file'), [readSchema('common')]);
for (const folder of ['src', 'dist']) {
  writeIfChanged(join(root, folder, 'config/check/validator.generated.js'), validator);
  writeIfChanged(join(root, folder, 'plan/plan-file.generated.js'), planFile);
}
