import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withExtensions } from '../../src/engine/index.js';
import { runInProcess } from '../support/cli.js';
import { toyFormat } from './toy-format.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-extend-'));
  const configuration = `version: 1
stack: toy
providers: { helios: { type: singlestore, api_key: { env: KEY } } }
secrets: { A: { value: { env: A } } }
`;
  await writeFile(join(folder, 'secrets.yaml'), configuration);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('an output format that lives outside of src', () => {
  const extensions = withExtensions({ formats: [toyFormat] });
  const run = (...argv: readonly string[]) => runInProcess(argv, { cwd: folder, extensions });

  it('renders the results of commands', async () => {
    expect(await run('validate', '--format', 'toy')).toEqual({
      code: 0,
      stdout: 'toy: validate is ok, with 0 diagnostics\n',
      stderr: '',
    });
    expect((await run('graph', '--format=toy')).stdout).toBe('toy: graph is ok, with 0 diagnostics\n');
  });

  it('renders errors, and errors of the command line', async () => {
    const failed = await run('plan', '--format', 'toy', '--bogus');
    expect(failed).toMatchObject({ code: 1, stdout: 'toy: plan is error, with 1 diagnostics\n' });
    const unknown = await run('pln', '--format', 'toy');
    expect(unknown).toMatchObject({ code: 1, stdout: 'toy: error is error, with 1 diagnostics\n' });
  });

  it('is one of the known formats', async () => {
    expect((await run('plan', '--format', 'tyo')).stderr).toContain(
      'Did you mean toy? The formats are: human, json, toy.',
    );
    const builtIn = await runInProcess(['validate', '--format', 'toy'], { cwd: folder });
    expect(builtIn.code).toBe(1);
    expect(builtIn.stderr).toContain('Unknown format: toy');
  });
});
