import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema/index.js';
import { credentialVariables, withExtensions } from '../../src/engine/index.js';
import { languageParts } from '../../src/engine/language-parts.js';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { runInProcess } from '../support/cli.js';
import type { FinishedCli } from '../support/cli.js';
import { logins, toySource } from './toy-source.js';

const CANARY = 'cAn4ry of the toy store';
const extensions = withExtensions({ sources: [toySource] });

let folder: string;
let helios: HeliosSandbox;
beforeAll(async () => {
  helios = await startHelios();
});
afterAll(async () => {
  await helios.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-extend-'));
  logins.length = 0;
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Runs a command with a configuration whose secret TOY has this value, and secret REF this one. */
async function run(
  argv: readonly string[],
  toy: string,
  ref = 'ref+toy://bear?shelf=low',
): Promise<FinishedCli> {
  await writeFile(
    join(folder, 'secrets.yaml'),
    `version: 1
stack: toy
providers: { helios: { type: singlestore, api_key: { env: KEY }, base_url: "${helios.url}" } }
secrets:
  TOY: { value: ${toy} }
  REF: { value: "${ref}" }
`,
  );
  const env = {
    HOME: folder,
    KEY: helios.keys[0]?.token,
    SECRETS_KEY: 'k'.repeat(40),
    TOY_TOKEN: 'the token of the toy store',
    TOY_STORE: JSON.stringify({ 'top/bear': CANARY, 'low/bear': `${CANARY} below` }),
  };
  return runInProcess(argv, { cwd: folder, env, extensions });
}

describe('a value source that lives outside of src', () => {
  it('works in validate, plan, apply and get, with one login for each run', async () => {
    expect(await run(['validate'], '{ toy: bear }')).toMatchObject({ code: 0 });
    expect(logins).toEqual([]);
    const planned = await run(['plan'], '{ toy: bear }');
    expect(planned).toMatchObject({ code: 0 });
    expect(planned.stdout).toContain('Plan: 2 to add');
    const applied = await run(['apply', '--auto-approve'], '{ toy: bear }');
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain('2 added');
    expect(await run(['plan', '--detailed-exitcode'], '{ toy: bear }')).toMatchObject({ code: 0 });
    expect((await run(['get', 'TOY'], '{ toy: bear }')).stdout).toBe(CANARY);
    expect((await run(['get', 'REF'], '{ toy: bear }')).stdout).toBe(`${CANARY} below`);
    expect(logins).toEqual(Array(5).fill('the token of the toy store'));
    for (const text of [planned.stdout, planned.stderr, applied.stdout, applied.stderr]) {
      expect(text).not.toContain(CANARY);
    }
  });

  it.each([
    ['{ toys: bear }', 'Unknown value source. Known sources: env, file,', 'Did you mean `toy`?'],
    ['{ toy: Bear }', '`Bear` is not the name of a toy.', 'Write a name in small letters, such as bear.'],
    [
      '{ toy: bear, shelve: top }',
      'Allowed: `shelf`, `version`, `base64`, `key`, `trim`, `allow_empty`.',
      '`shelf`?',
    ],
    ['{ toy: bear, version: 3 }', 'Expected a version of a toy, found a number.', 'Write old or new.'],
    ['{ toy: bear, version: older }', '`older` is not a version of a toy.', 'Write old or new.'],
    ['{ vault: a/b, version: old }', '`old` is not a version number of a Vault secret.', 'version: 3'],
    ['{ env: X, shelf: top }', '`shelf` is allowed beside `toy` only.', 'Remove it.'],
    ['{ env: X, version: old }', '`version` is allowed beside', 'Remove it.'],
  ])('is checked: %s', async (toy, summary, next) => {
    const { code, stderr } = await run(['validate'], toy);
    expect(code).toBe(1);
    expect(stderr.replace(/\s+/g, ' ')).toContain(summary);
    expect(stderr.replace(/\s+/g, ' ')).toContain(next);
  });

  it('is listed where a source is missing or unknown', async () => {
    const { stderr } = await run(['validate'], '{ base64: true }');
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/Missing value source: one of env, file, .*, toy, secret\./);
    expect((await run(['validate'], '{ what: x }')).stderr).toMatch(/generate, toy, secret/);
  });

  it.each([
    ['ref+toys://bear', /Supported: .*, toy\./],
    ['ref+toy://bear?color=red', /A parameter of `ref\+toy:\/\/` has no counterpart here\./],
    ['ref+toy://BEAR', /A part of this reference is not the name of a toy\./],
  ])('has a vals form, which is checked: %s', async (ref, words) => {
    const { code, stderr } = await run(['validate'], '{ toy: bear }', ref);
    expect(code).toBe(1);
    expect(stderr.replace(/\s+/g, ' ')).toMatch(words);
  });

  it('says what is wrong with a value, and where', async () => {
    const { code, stderr } = await run(['plan'], '{ toy: duck }');
    expect(code).toBe(1);
    expect(stderr).toContain('The toy duck is not in the store.');
    expect(stderr).toContain('secrets.yaml:5');
  });

  it('is part of the JSON Schema that editors use, and its credentials are masked', async () => {
    const { editor } = await configSchema(languageParts(extensions));
    const text = JSON.stringify(editor);
    expect(text).toContain('A value of the toy store, by its name.');
    expect(text).toContain('Which shelf of the store (with `toy`).');
    expect(credentialVariables(extensions)).toEqual(expect.arrayContaining(['TOY_TOKEN', 'VAULT_TOKEN']));
    expect(credentialVariables()).not.toContain('TOY_TOKEN');
  });

  it('is unknown where it is not brought along', async () => {
    await run(['validate'], '{ toy: bear }');
    const { code, stderr } = await runInProcess(['validate'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('Unknown value source');
  });
});
