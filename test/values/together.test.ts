import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/index.js';
import { builtInLanguage } from '../../src/engine/language.js';
import { resolveValues } from '../../src/values/index.js';
import { temporaryFolder } from '../core/folder.js';
import { world } from './read.js';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
const base = temporaryFolder();
const folder = join(base, 'config');
mkdirSync(folder);
for (const name of ['all.yaml', 'binary.age']) copyFileSync(join(fixtures, name), join(folder, name));
writeFileSync(join(folder, 'token.json'), '{"a":{"b":" from a file "}}');
writeFileSync(join(folder, '.env'), 'TOKEN=from a dotenv file\n');

const TEXT = `version: 1
stack: prod
providers: { helios: { type: singlestore } }
secrets:
  ENV: { value: { env: TOKEN } }
  FILE: { value: { file: token.json, key: a.b, trim: true } }
  DOTENV: { value: { dotenv: .env, name: TOKEN } }
  STDIN: { value: { stdin: true, base64: true } }
  EXEC: { value: { exec: [sh, -c, 'printf "$1"', sh, from a program], timeout: 20s } }
  SOPS: { value: { sops: all.yaml, key: hosts.1.password } }
  AGE: { value: { age: binary.age } }
  SECRET: { value: { secret: SOPS } }
  REF_SOPS: { value: ref+sops://all.yaml#/port }
  REF_FILE: { value: ref+file://token.json#/a/b }
  REF_ENV: { value: ref+envsubst://$TOKEN }
`;

describe('a configuration with every source of this machine', () => {
  it('gives the values, from where the configuration lies', async () => {
    const path = join(folder, 'secrets.yaml');
    const { configuration, diagnostics } = loadConfiguration(
      [{ path, absolutePath: path, bytes: new TextEncoder().encode(TEXT) }],
      { cwd: base, language: builtInLanguage },
    );
    expect(diagnostics).toEqual([]);
    const fields = new Map(
      (configuration?.resources ?? []).map(({ address, fields: { value } }) => [
        address.slice('secret.helios.'.length),
        value?.kind === 'source' ? value : undefined,
      ]),
    );
    const requests = [...fields.values()].flatMap((field) => field ?? []);
    const values = await resolveValues(
      requests,
      (address) => fields.get(address.slice('secret.helios.'.length))?.source,
      world(base, {
        allowExec: true,
        env: {
          HOME: base,
          PATH: process.env['PATH'],
          TOKEN: 'from the environment',
          SECRETS_AGE_KEY: readFileSync(join(fixtures, 'key.txt'), 'utf8'),
        },
        readStdin: () => Promise.resolve(Buffer.from(Buffer.from('from a pipe').toString('base64'))),
      }),
    );
    expect(values.diagnostics.map(({ code, range }) => [code, range?.line])).toEqual([
      ['untrimmed-value', 14],
    ]);
    expect(
      Object.fromEntries(
        [...fields].map(([name, field]) => [name, field && values.get(field.source)?.reveal()]),
      ),
    ).toEqual({
      ENV: 'from the environment',
      FILE: 'from a file',
      DOTENV: 'from a dotenv file',
      STDIN: 'from a pipe',
      EXEC: 'from a program',
      SOPS: 'p1',
      AGE: 'value of age\nüber two lines\n',
      SECRET: 'p1',
      REF_SOPS: '5432',
      REF_FILE: ' from a file ',
      REF_ENV: 'from the environment',
    });
  });
});
