import { expect, it } from 'vitest';
import { CONFIGURATION, onPostgres, openSite } from '../support/site.js';
import { documentsIn } from '../support/project.js';

onPostgres('exit codes', (server) => {
  it('plan: 0 without, 2 with --detailed-exitcode where there are changes; drift: 0 and 2', async () => {
    const site = await openSite(server(), { where: 'process' });
    expect((await site.run('plan')).code).toBe(0);
    expect((await site.run('plan', '--detailed-exitcode')).code).toBe(2);
    const unapplied = await site.run('drift');
    expect(unapplied.code).toBe(1);
    expect(unapplied.stderr).toContain('No state at .secrets/e2e.state.json: there is nothing to compare');
    await site.applied();
    expect((await site.run('plan', '--detailed-exitcode')).code).toBe(0);
    await site.sql(`ALTER SERVER lake OPTIONS (SET region 'eu-west-1')`);
    const drift = await site.run('drift', '--json');
    expect(drift.code).toBe(2);
    expect(documentsIn(drift.stdout)).toMatchObject([
      {
        document: 'drift',
        status: 'ok',
        drift: [{ address: 'duckdb_server.warehouse.lake', kind: 'changed' }],
      },
    ]);
    const plan = await site.run('plan', '--json', '--detailed-exitcode');
    expect(plan.code).toBe(2);
    expect(documentsIn(plan.stdout)).toMatchObject([
      { document: 'plan', plan: { summary: { add: 0, change: 1, destroy: 0 } } },
    ]);
    const applied = await site.run('apply', '--auto-approve', '--json');
    expect(applied.code).toBe(0);
    expect(documentsIn(applied.stdout).map((one) => one['event'])).toEqual(['plan', 'outcome', 'end']);
  });

  it('what is taken out of the configuration is destroyed, in both systems', async () => {
    const site = await openSite(server(), { where: 'process' });
    await site.applied();
    const less = CONFIGURATION.replace(/ {2}HF_TOKEN:[^]*?(?=duckdb_servers)/, '').replace(
      / {2}lake_chain:[^]*?(?= {2}lake:)/,
      '',
    );
    await site.write('secrets.yaml', less);
    const applied = await site.applied();
    expect(applied.stdout).toMatch(/Apply complete! Resources: 0 added, 0 changed, 2 destroyed\./);
    expect(Object.keys(site.secrets())).toEqual(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_KEY']);
    expect((await site.database()).servers.map((one) => one.name)).toEqual(['lake']);
  });

  it('destroying more than a few is refused, unless --max-deletes asks for it', async () => {
    const site = await openSite(server(), { where: 'process' });
    await site.applied();
    const before = await site.everything();
    await site.write('secrets.yaml', CONFIGURATION.replace(/^secrets:[^]*/m, ''));
    const refused = await site.run('apply', '--auto-approve');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^Error: This would destroy 3 of 3 resources of the kind secret\.$/m);
    expect(await site.everything()).toEqual(before);
    await site.applied('--max-deletes', '3');
    expect(site.secrets()).toEqual({});
    expect((await site.database()).servers).toEqual([]);
  });

  it('a refused plan: 1, from plan and from apply, and nothing is touched', async () => {
    const site = await openSite(server(), { where: 'process' });
    await site.applied();
    const before = await site.everything();
    await site.write(
      'secrets.yaml',
      CONFIGURATION.replace(
        'owners: [user:ana@example.com, team:Platform]',
        'owners: [team:Archive]\n    self: drop',
      ),
    );
    for (const args of [['plan'], ['plan', '--detailed-exitcode'], ['apply', '--auto-approve']]) {
      const { code, stdout, stderr } = await site.run(...args);
      expect(code, args.join(' ')).toBe(1);
      expect(stderr).toMatch(/^Error: secret\.helios\.HF_TOKEN would be left without an Owner/m);
      expect(stdout).toMatch(/It is refused: \d errors?\./);
    }
    const refused = await site.run('plan', '--json');
    expect(refused.code).toBe(1);
    expect(documentsIn(refused.stdout)).toMatchObject([{ status: 'error', plan: {} }]);
    expect(await site.everything()).toEqual(before);
  });

  it('one value feeds both systems: changed once, both follow', async () => {
    const site = await openSite(server(), { where: 'process' });
    await site.applied();
    site.env['AWS_SECRET_KEY'] = `${site.env['AWS_SECRET_KEY'] ?? ''}-next`;
    const plan = await site.run('plan');
    expect(plan.stdout).toMatch(/Plan: 0 to add, 2 to change, 0 to destroy\./);
    await site.applied();
    const value = site.env['AWS_SECRET_KEY'];
    expect(site.secrets()['AWS_SECRET_KEY']?.value).toBe(value);
    const lake = (await site.database()).servers.find((one) => one.name === 'lake');
    expect(lake?.mappings['analyst']?.['secret']).toBe(value);
  });
});
