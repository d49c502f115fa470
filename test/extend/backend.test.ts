import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema/index.js';
import { withExtensions } from '../../src/engine/index.js';
import { languageOf } from '../../src/engine/language.js';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { runInProcess } from '../support/cli.js';
import { toyBackend } from './toy-backend.js';

const CONFIGURATION = `version: 1
stack: toys
state: { backend: toy, drawer: top }
providers: { helios: { type: singlestore } }
secrets: { A: { value: { env: A } } }
`;

let folder: string;
let helios: HeliosSandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-extend-'));
  helios = await startHelios();
});
afterAll(async () => {
  await helios.close();
  await rm(folder, { recursive: true });
});

describe('a state backend that lives outside of src', () => {
  const toy = toyBackend();
  const extensions = withExtensions({ backends: [toy] });
  const run = (...argv: readonly string[]) =>
    runInProcess(argv, {
      cwd: folder,
      env: {
        A: 'a-value-of-the-toy',
        SECRETS_KEY: '0123456789abcdef0123456789abcdef',
        SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
        SINGLESTOREDB_MANAGEMENT_TOKEN: helios.keys[0]?.token ?? '',
      },
      extensions,
    });

  it('keeps the state of every verb', async () => {
    await writeFile(join(folder, 'secrets.yaml'), CONFIGURATION);
    expect(await run('validate')).toMatchObject({ code: 0 });
    expect((await run('plan')).stdout).toContain('Plan: 1 to add, 0 to change, 0 to destroy.');
    expect((await run('apply', '--auto-approve')).stdout).toContain('Apply complete! Resources: 1 added');
    expect(toy.drawers.get('top')).toMatchObject({ stack: 'toys' });
    expect((await run('drift')).code).toBe(0);
    expect((await run('state', 'list')).stdout).toContain('secret.helios.A');
    expect(await readdir(folder)).toEqual(['secrets.yaml']);
  });

  it('is checked by its schema, and completed by its defaults', async () => {
    await writeFile(join(folder, 'secrets.yaml'), CONFIGURATION.replace('drawer: top', 'drawer: TOP'));
    const wrong = await run('validate');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('A drawer is named with lower-case letters.');
    expect(wrong.stderr).toContain('drawer: TOP');
    await writeFile(join(folder, 'secrets.yaml'), CONFIGURATION.replace(', drawer: top', ''));
    expect((await run('apply', '--auto-approve')).code).toBe(1);
    await writeFile(
      join(folder, 'secrets.yaml'),
      CONFIGURATION.replace(', drawer: top', '').replace(' A: ', ' B: '),
    );
    expect((await run('apply', '--auto-approve')).code).toBe(0);
    expect([...toy.drawers.keys()]).toEqual(['top', 'toys']);
  });

  it('is unknown without its extension', async () => {
    await writeFile(join(folder, 'secrets.yaml'), CONFIGURATION);
    const { code, stderr } = await runInProcess(['validate'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('Write one of `local`, `postgres`, `http`.');
  });

  it('is in the JSON Schema of the language', async () => {
    const { editor } = await configSchema(await languageOf(extensions));
    const { properties } = editor as {
      properties: Record<string, { oneOf: readonly { title: string; properties: object }[] }>;
    };
    const backends = properties['state']?.oneOf ?? [];
    expect(backends.map(({ title }) => title)).toEqual(['local', 'postgres', 'http', 'toy']);
    expect(backends.at(-1)?.properties).toMatchObject({ drawer: { pattern: '^[a-z]+$' } });
  });
});
