import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../examples/sources');
const command = join(import.meta.dirname, '../../bin/run.js');

it.each([
  ['VARIABLE', 'from-the-environment', []],
  ['WHOLE_FILE', 'a-token-in-a-file', []],
  ['ENCODED', 'a-token-in-base64', []],
  ['ONE_OF_MANY', 'a-key-in-a-document', []],
  ['FROM_DOTENV', 'a-key-in-a-dotenv-file', []],
  ['PIPED', 'piped in', []],
  ['PROGRAM', 'made-by-a-program', ['--allow-exec']],
  ['AS_VALS_WRITES_IT', 'a-key-in-a-document', []],
  ['THE_SAME', 'from-the-environment', []],
])('the example of the value sources: %s', (name, value, flags) => {
  const { status, stdout, stderr } = spawnSync(command, ['get', name, ...flags], {
    cwd: folder,
    encoding: 'utf8',
    input: 'piped in',
    env: { PATH: process.env['PATH'], EXAMPLE_TOKEN: 'from-the-environment' },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toBe(value);
});

it('runs no program without leave', () => {
  const { status, stdout, stderr } = spawnSync(command, ['get', 'PROGRAM'], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  expect(stderr).toContain('--allow-exec');
  expect(status).toBe(1);
  expect(stdout).toBe('');
});
