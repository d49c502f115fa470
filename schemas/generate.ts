/**
 * Writes what is made from the schema modules of `src/config/schema`: `schemas/config.schema.json` (for editors; committed)
 * and the compiled validator, into the sources and into `dist` beside the compiled modules that import it.
 * Run: `tsx schemas/generate.ts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { configSchema } from '../src/config/schema/index.js';
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

const schemaText = await format(JSON.stringify(configSchema), { parser: 'json', printWidth: 110 });
writeIfChanged(join(root, 'schemas/config.schema.json'), schemaText);
const validator = compileValidator(configSchema);
for (const folder of ['src', 'dist']) {
  writeIfChanged(join(root, folder, 'config/validator.generated.js'), validator);
}
