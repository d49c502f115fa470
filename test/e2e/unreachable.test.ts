import { expect, it } from 'vitest';
import { onPostgres, openSite } from '../support/site.js';
import { documentsIn } from '../support/project.js';

/** A port of this machine where nobody listens: it is reserved (IANA), and only root could take it. */
const PORT = 1011;

/** Each system: the variable that leads to it, what is not seen without it, and what is planned all the same. */
const SYSTEMS = [
  {
    title: 'Postgres',
    variable: 'WAREHOUSE_URL',
    down: 'warehouse',
    url: (port: number) => `postgres://postgres@127.0.0.1:${String(port)}/warehouse`,
    planned: 'secret.helios.HF_TOKEN will be created',
    unplanned: 'duckdb_server.warehouse.lake_chain',
    exclude: '*.warehouse.*',
  },
  {
    title: 'Helios',
    variable: 'SINGLESTOREDB_MANAGEMENT_BASE_URL',
    down: 'helios',
    url: (port: number) => `http://127.0.0.1:${String(port)}`,
    planned: 'duckdb_server.warehouse.lake_chain will be created',
    unplanned: 'secret.helios.HF_TOKEN',
    exclude: '*.helios.*',
  },
] as const;

/** Drift compares with a state, be it an empty one. */
const EMPTY = '{"version":2,"serial":1,"lineage":"l","stack":"e2e","systems":{},"records":[]}';

onPostgres('a system that cannot be reached', (server) => {
  it.each(SYSTEMS)('$title: the other is planned, and nothing is changed', async (system) => {
    const site = await openSite(server());
    await site.write('.secrets/e2e.state.json', EMPTY);
    site.env[system.variable] = system.url(PORT);
    const before = await site.everything();

    const plan = await site.run('plan');
    expect(plan.code).toBe(3);
    expect(plan.stdout).toContain(system.planned);
    expect(plan.stdout).not.toContain(`${system.unplanned} will`);
    expect(plan.stdout).toMatch(
      new RegExp(`^Not seen: ${system.down}: .*127\\.0\\.0\\.1.*${String(PORT)}`, 'm'),
    );
    expect(plan.stdout).toMatch(/^ {2}Next: ./m);
    expect((await site.run('plan', '--detailed-exitcode')).code).toBe(3);

    const drift = await site.run('drift');
    expect(drift.code).toBe(3);
    expect(drift.stdout).toMatch(new RegExp(`^Not seen: ${system.down}`, 'm'));
    expect(drift.stdout).toContain('No drift in what could be seen. 1 system could not be.');

    const apply = await site.run('apply', '--auto-approve');
    expect(apply.code).toBe(3);
    expect(apply.stderr).toContain('Nothing was changed');
    expect(apply.stderr).toContain('--exclude');
    expect(await site.everything()).toEqual(before);
  });

  it.each(SYSTEMS)('$title: --json says so in documents', async (system) => {
    const site = await openSite(server());
    await site.write('.secrets/e2e.state.json', EMPTY);
    site.env[system.variable] = system.url(PORT);
    for (const verb of ['plan', 'drift'] as const) {
      const { code, stdout } = await site.run(verb, '--json');
      expect(code).toBe(3);
      const [document] = documentsIn(stdout);
      expect(document).toMatchObject({ document: verb, version: 1, status: 'unreachable' });
      const unreachable = [{ provider: system.down }];
      expect(verb === 'plan' ? document?.['plan'] : document).toMatchObject({ unreachable });
    }
    const applied = await site.run('apply', '--auto-approve', '--json');
    expect(applied.code).toBe(3);
    const events = documentsIn(applied.stdout);
    expect(events.map((event) => event['event'])).toEqual(['plan', 'end']);
    expect(events.at(-1)).toMatchObject({ status: 'unreachable' });
    expect((await site.run('validate', '--json')).code).toBe(0);
  });

  it.each(SYSTEMS)('$title: --exclude goes on without it', async (system) => {
    const site = await openSite(server());
    const reachable = site.env[system.variable] ?? '';
    site.env[system.variable] = system.url(PORT);
    const applied = await site.applied('--exclude', system.exclude);
    expect(applied.stdout).toMatch(/Apply complete! Resources: [1-9]\d* added, 0 changed, 0 destroyed\./);
    site.env[system.variable] = reachable;
    const plan = await site.run('plan');
    expect(plan.code).toBe(0);
    expect(plan.stdout).toContain(`${system.unplanned} will be created`);
    expect(plan.stdout).not.toContain(system.planned);
  });

  it('both: each is named', async () => {
    const site = await openSite(server());
    for (const system of SYSTEMS) site.env[system.variable] = system.url(PORT);
    const { code, stdout } = await site.run('plan');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Not seen: helios: /m);
    expect(stdout).toMatch(/^Not seen: warehouse: /m);
    expect(stdout).toContain('2 systems could not be');
  });
});
