import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expect, it } from 'vitest';
import { CONFIGURATION, expectSettled, onPostgres, openSite } from '../support/site.js';

const PROVIDERS = CONFIGURATION.slice(0, CONFIGURATION.indexOf('secrets:'));

onPostgres('what the systems have', (server) => {
  it('is printed as a configuration, which takes over all of it and then finds nothing to do', async () => {
    const site = await openSite(server());
    await site.applied();
    const nothing = await site.run('pull');
    expect(nothing.stdout).toContain('# Nothing was found that the configuration does not name.');
    expect(nothing.code).toBe(0);
    const graph = await site.run('graph');
    expect(graph.stdout).toContain(
      '"user_mapping.warehouse.lake/analyst" -> "secret.helios.AWS_SECRET_KEY";',
    );

    await rm(join(site.folder, '.secrets'), { recursive: true });
    await site.write('secrets.yaml', PROVIDERS);
    const { code, stdout, stderr } = await site.run('pull');
    expect(stderr).not.toContain('Error:');
    expect(code).toBe(0);
    expect(Object.keys(parse(stdout) as object)).toEqual(['secrets', 'duckdb_servers']);
    await site.write('found.yaml', stdout);
    site.env['LAKE_ANALYST_KEY_ID'] = site.env['AWS_ACCESS_KEY_ID'] ?? '';
    site.env['LAKE_ANALYST_SECRET'] = site.env['AWS_SECRET_KEY'] ?? '';
    const files = ['-f', 'secrets.yaml', '-f', 'found.yaml'];
    const applied = await site.applied(...files);
    expect(applied.stdout).toMatch(/Resources: \d+ imported, 0 added, 0 changed, 0 destroyed/);
    await expectSettled(site, ...files);
  });

  it('and what no configuration can have is a comment', async () => {
    const site = await openSite(server());
    await site.applied();
    const { control } = site.helios;
    control.edit({ kind: 'add-role', name: 'Auditor', permissions: ['View'] });
    const grant = { kind: 'grant', role: 'Auditor', by: 'ci-bot@example.com' } as const;
    control.edit({ ...grant, secret: 'HF_TOKEN', user: 'chloe@example.com' });
    control.edit({ kind: 'create-secret', name: 'BY_HAND', value: 'v', by: 'ci-bot@example.com' });
    control.edit({ ...grant, secret: 'BY_HAND', team: 'Interns' });
    const { code, stdout } = await site.run('pull');
    expect(code).toBe(0);
    expect(Object.keys((parse(stdout) as { secrets: object }).secrets)).toEqual(['BY_HAND']);
    expect(stdout).toContain('# share.helios.HF_TOKEN/user:chloe@example.com: the role Auditor\n');
    expect(stdout).toContain('# share.helios.BY_HAND/team:Interns: the role Auditor\n');
  });
});
