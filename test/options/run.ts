/**
 * Records which secret types, providers and options a DuckDB has, and writes the table that `src/providers/sdk/duckdb-options` has for its
 * release line: `npm run options:record -- [--library FOLDER | --python INTERPRETER] [--extensions DIRECTORY] [--out FILE]`.
 * FOLDER has `node_modules/@duckdb/node-api`, default: this project; INTERPRETER has the package `duckdb`; DIRECTORY is laid out as DuckDB's
 * `extension_directory`, default: only what DuckDB is built with. Types whose extensions are absent stay as the table has them.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import type { ReleaseTable } from '../../src/providers/sdk/duckdb-options/table.js';
import { nodeDriver, pythonDriver } from './drivers.js';
import { mergeTables } from './merge.js';
import { recordOptions } from './record.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    library: { type: 'string', default: root },
    python: { type: 'string' },
    extensions: { type: 'string' },
    out: { type: 'string' },
  },
});
// Providers that look for credentials find none, and ask nobody.
const home = await mkdtemp(join(tmpdir(), 'secrets-options-'));
for (const name of Object.keys(process.env))
  if (/^(AWS_|AZURE_|HF_)/.test(name)) process.env[name] = undefined;
Object.assign(process.env, { HOME: home, AWS_EC2_METADATA_DISABLED: 'true' });
const settings = {
  allow_persistent_secrets: 'false',
  allow_unsigned_extensions: 'true',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};
const driver =
  values.python === undefined
    ? await nodeDriver(values.library, settings)
    : pythonDriver(values.python, settings);
try {
  const recorded = await recordOptions(driver, values.extensions);
  const file =
    values.out ?? join(root, 'src/providers/sdk/duckdb-options/releases', `${recorded.release}.json`);
  const before = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as ReleaseTable,
    () => undefined,
  );
  const table = mergeTables(before, recorded);
  await writeFile(file, await format(JSON.stringify(table), { parser: 'json', printWidth: 110 }));
  console.log(
    `${file}: DuckDB ${table.version}, ${recorded.sets.length} of ${table.sets.length} sets recorded now`,
  );
} finally {
  await driver.close();
  await rm(home, { recursive: true, force: true });
}
