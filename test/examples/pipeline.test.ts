import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { leaksIn, secretsOf } from '../support/canaries.js';
import { canary, onPostgres, openSite } from '../support/site.js';

const example = join(import.meta.dirname, '../../examples/pipeline');
const command = join(import.meta.dirname, '../../bin/run.js');

onPostgres('the example of a pipeline', (server) => {
  it('plans, applies just that, and finds nothing to do the next time', async () => {
    const site = await openSite(server(), {
      files: {},
      env: { SECRETS_KEY: canary('key'), STATE_URL: await server().createDatabase() },
    });
    await cp(example, site.folder, { recursive: true });
    await chmod(join(site.folder, 'deploy.sh'), 0o755);
    await mkdir(join(site.folder, 'bin'));
    await symlink(command, join(site.folder, 'bin', 'secrets'));
    const env = {
      ...site.env,
      PATH: `${join(site.folder, 'bin')}:${site.env['PATH'] ?? ''}`,
      SECRETS_ALLOWED_HOSTS: '127.0.0.1, localhost',
    };
    const deploy = async (): Promise<string> => {
      const child = spawn(join(site.folder, 'deploy.sh'), { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      expect(await ended, stderr).toBe(0);
      expect(leaksIn(stdout + stderr, secretsOf(site.env))).toEqual([]);
      return stdout;
    };
    const first = await deploy();
    expect(first).toMatch(/Apply complete! Resources: \d+ added, 0 changed, 0 destroyed\./);
    expect(first).toMatch(/^No drift\./m);
    expect(Object.keys(site.secrets()).sort()).toEqual(['AWS_SECRET_KEY', 'SESSION_KEY']);
    const before = site.secrets()['SESSION_KEY']?.value;
    expect(await deploy()).toContain('No changes. Your secrets match the configuration.');
    expect(site.secrets()['SESSION_KEY']?.value).toBe(before);
  });
});
