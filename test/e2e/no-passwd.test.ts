import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { COMMAND } from '../support/command.js';

const canSwitch = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;

/** As Kubernetes' `runAsUser` starts a program. */
it.skipIf(!canSwitch)('works for a user id without a passwd entry, HOME or SHELL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-uid-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  chmodSync(folder, 0o755);
  writeFileSync(
    join(folder, 'secrets.yaml'),
    `version: 1
stack: uid
providers: { helios: { type: singlestore, api_key: { env: KEY } } }
secrets: { A: { value: { env: A } } }
`,
  );
  const run = (...argv: readonly string[]) =>
    spawnSync('setpriv', ['--reuid', '54321', '--clear-groups', '--', COMMAND, ...argv], {
      cwd: folder,
      env: { PATH: process.env['PATH'], A: 'the-value' },
      encoding: 'utf8',
    });
  expect(run('validate').stdout).toContain('The configuration is valid');
  expect(run('get', 'A')).toMatchObject({ status: 0, stdout: 'the-value', stderr: '' });
  expect(run('--version').status).toBe(0);
});
