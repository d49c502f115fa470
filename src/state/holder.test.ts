import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SCRIPT = `
  import { newHolder } from ${JSON.stringify(join(import.meta.dirname, 'holder.ts'))};
  const request = { operation: 'apply', timeoutMs: 0, onWait: () => undefined, signal: new AbortController().signal };
  process.stdout.write(newHolder(request, { toolVersion: '1', now: () => new Date(0) }).Who);
`;

it('names a user without an entry in the password file by its ID', (context) => {
  const run = (...argv: readonly string[]) => spawnSync('setpriv', argv, { encoding: 'utf8' });
  const change = ['--reuid', '54321', '--clear-groups', '--'];
  if (run(...change, 'true').status !== 0)
    context.skip('setpriv: there is none, or this user may not use it');
  const tsx = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', SCRIPT];
  const { stdout, stderr } = run(...change, process.execPath, ...tsx);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^uid 54321@/);
});
