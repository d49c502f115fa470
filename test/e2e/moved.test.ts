import { expect, it } from 'vitest';
import { CONFIGURATION, canary, expectSettled, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

const RENAMED = CONFIGURATION.replace('  HF_TOKEN:', '  HUGGING_FACE:').replace('  lake:', '  sea:');
const MOVED = `${RENAMED}moved:
  - { from: secret.helios.HF_TOKEN, to: secret.helios.HUGGING_FACE }
  - { from: duckdb_server.warehouse.lake, to: duckdb_server.warehouse.sea }
`;

const HEAD = `version: 1
stack: e2e
providers:
  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
`;
const generated = (name: string, more = ''): string =>
  `${HEAD}secrets:\n  ${name}: { value: { generate: 32 }${more} }\n`;
const MOVE = 'moved: [{ from: secret.helios.A, to: secret.helios.B }]\n';

/** The ids of servers and mappings: what survives a change of name. */
function objects(site: Site): Promise<readonly Record<string, unknown>[]> {
  return site.sql('SELECT srvid::text, umid::text, usename FROM pg_user_mappings ORDER BY umid');
}

onPostgres('a moved address', (server) => {
  it('is followed: a server is renamed, a secret copied and then destroyed', async () => {
    const site = await openSite(server());
    await site.applied();
    const [before, token] = [await objects(site), site.secrets()['HF_TOKEN']];
    await site.write('secrets.yaml', MOVED);
    const plan = await site.run('plan');
    expect(plan.stderr).not.toContain('Error:');
    expect(plan.stdout).toMatch(/~ duckdb_server\.warehouse\.sea will be updated in-place/);
    expect(plan.stdout).toMatch(/name\s+: "lake" -> "sea"|name .*"lake".*"sea"/);
    expect(plan.stdout).toContain('replace (copied): moved from secret.helios.HF_TOKEN');
    expect(plan.stdout).toContain(
      'replace (copied): moved to secret.helios.HUGGING_FACE; the old name no longer answers',
    );
    await site.applied();
    expect(await objects(site)).toEqual(before);
    expect(await site.sql("SELECT srvname FROM pg_foreign_server WHERE srvname IN ('lake', 'sea')")).toEqual([
      { srvname: 'sea' },
    ]);
    const { HUGGING_FACE: moved, ...others } = site.secrets();
    expect(Object.keys(others).sort()).toEqual(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_KEY']);
    expect(moved?.value).toBe(token?.value);
    expect((await site.run('state', 'list')).stdout).not.toMatch(/HF_TOKEN|lake$/m);
    await expectSettled(site);
  });

  it('is followed in the state alone where a server was renamed by hand', async () => {
    const site = await openSite(server());
    await site.applied();
    await site.sql('ALTER SERVER lake RENAME TO sea');
    await site.write('secrets.yaml', MOVED);
    const plan = await site.run('plan');
    expect(plan.stdout).not.toMatch(/duckdb_server\.warehouse\.(lake|sea) (will|must)/);
    await site.applied();
    await expectSettled(site);
  });

  it('changes with its name what the configuration changes as well', async () => {
    const site = await openSite(server());
    await site.applied();
    const before = await objects(site);
    site.env['AWS_SECRET_KEY'] = canary('other');
    await site.write(
      'secrets.yaml',
      MOVED.replace('region: us-east-1', 'region: eu-west-1').replace('usage: [analyst]', 'usage: [public]'),
    );
    await site.applied('--max-deletes', '1');
    expect(await objects(site)).toEqual(before);
    await expectSettled(site);
  });

  it('of a mapping goes to another role in one transaction', async () => {
    const site = await openSite(server());
    await site.applied();
    const move = `moved: [{ from: user_mapping.warehouse.lake/analyst, to: user_mapping.warehouse.lake/public }]\n`;
    await site.write('secrets.yaml', CONFIGURATION.replace('      analyst:\n', '      public:\n') + move);
    const plan = await site.run('plan');
    expect(plan.stdout).toContain('replace: moved from user_mapping.warehouse.lake/analyst');
    await site.applied();
    expect(await site.sql("SELECT usename FROM pg_user_mappings WHERE srvname = 'lake'")).toEqual([
      { usename: 'public' },
    ]);
    await expectSettled(site);
  });

  it('of a secret keeps a generated value, and everybody who has access', async () => {
    const site = await openSite(server(), { files: { 'secrets.yaml': generated('A') } });
    await site.applied();
    const value = site.secrets()['A']?.value;
    site.helios.control.edit({
      kind: 'grant',
      secret: 'A',
      role: 'Owner',
      user: 'ana@example.com',
      by: 'ci-bot@example.com',
    });
    site.helios.control.edit({
      kind: 'grant',
      secret: 'A',
      role: 'Reader',
      team: 'Interns',
      by: 'ci-bot@example.com',
    });
    const access = site.secrets()['A']?.access;
    await site.write('secrets.yaml', generated('B') + MOVE);
    expect((await site.run('plan')).stderr).not.toContain('nothing brings the old one back');
    await site.applied();
    expect(Object.keys(site.secrets())).toEqual(['B']);
    expect(site.secrets()['B']?.value).toBe(value);
    expect(site.secrets()['B']?.access).toEqual(access);
    expect(access).toHaveLength(3);
    await expectSettled(site);
  });

  it('of a secret warns of a generated value that its copy does not get', async () => {
    const site = await openSite(server(), { files: { 'secrets.yaml': generated('A') } });
    await site.applied();
    await site.write('secrets.yaml', generated('B').replace('{ generate: 32 }', '{ env: HF_TOKEN }') + MOVE);
    const lost = 'Warning: secret.helios.A: its generated value is kept nowhere else';
    expect((await site.run('plan')).stderr).toContain(lost);
    await site.write('secrets.yaml', generated('B') + MOVE);
    const rotated = await site.run('plan', '--rotate', 'secret.helios.B');
    expect(rotated.stdout + rotated.stderr).toContain(lost);
  });

  it.each(['ci-bot@example.com', 'ben@example.com'])(
    'of a secret destroys nothing where %s has a secret of the new name',
    async (by) => {
      const site = await openSite(server(), { files: { 'secrets.yaml': generated('A') } });
      await site.applied();
      const before = site.secrets()['A'];
      site.helios.control.edit({ kind: 'create-secret', name: 'B', value: 'foreign', by });
      await site.write('secrets.yaml', generated('B') + MOVE);
      const applied = await site.run('apply', '--auto-approve');
      expect(applied.code).toBe(1);
      expect(site.secrets()['A']).toEqual(before);
      expect(site.secrets()['B']?.value).toBe('foreign');
    },
  );

  it('of a protected secret is refused', async () => {
    const protect = ', lifecycle: { protect: true }';
    const site = await openSite(server(), { files: { 'secrets.yaml': generated('A', protect) } });
    await site.applied();
    await site.write('secrets.yaml', generated('B') + MOVE);
    const plan = await site.run('plan');
    expect(plan.code).toBe(1);
    expect(plan.stderr).toContain('secret.helios.A is protected, and its system cannot rename it');
  });

  it.each(['secret.helios.A', 'secret.helios.B'])(
    'is one target under both addresses: %s',
    async (target) => {
      const site = await openSite(server(), { files: { 'secrets.yaml': generated('A') } });
      await site.applied();
      const value = site.secrets()['A']?.value;
      await site.write('secrets.yaml', generated('B') + MOVE);
      await site.applied('--target', target);
      expect(Object.entries(site.secrets()).map(([name, secret]) => [name, secret.value])).toEqual([
        ['B', value],
      ]);
    },
  );
});
