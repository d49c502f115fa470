import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { leaksIn, secretsOf } from '../support/canaries.js';
import { CONFIGURATION, canary, expectSettled, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';
import { documentsIn } from '../support/project.js';

const KEY = { SECRETS_KEY: canary('key-of-the-stack') };

/** Plans into `p`, which must work. */
async function planned(site: Site, ...args: readonly string[]): Promise<void> {
  const finished = await site.run('plan', '--out', 'p', ...args);
  expect(finished.stderr).toContain('Saved the plan to p.');
  expect(finished.code).toBe(0);
}

/** Applies `p`, which must be refused with these words, and must change nothing. */
async function refused(site: Site, words: string | RegExp): Promise<void> {
  const before = await site.everything();
  const { code, stderr } = await site.run('apply', 'p');
  expect(stderr).toMatch(words);
  expect(code).toBe(1);
  expect(await site.everything()).toEqual(before);
}

onPostgres('a saved plan', (server) => {
  it('is shown, carried out without asking, and not a second time', async () => {
    const site = await openSite(server());
    await planned(site);
    const file = join(site.folder, 'p');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(leaksIn(await readFile(file, 'utf8'), secretsOf(site.env))).toEqual([]);
    const shown = await site.run('show', 'p');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^Plan: \d+ to add, 0 to change, 0 to destroy\.$/m);
    const [document] = documentsIn((await site.run('show', 'p', '--json')).stdout);
    expect(document).toMatchObject({ document: 'plan', status: 'ok' });
    const applied = await site.run('apply', 'p');
    expect(applied.stderr).not.toContain('Error:');
    expect(applied.stdout).toMatch(/^Apply complete! Resources: \d+ added/m);
    expect(applied.code).toBe(0);
    await expectSettled(site);
    await refused(site, /already applied, at /);
  });

  it('is refused once the state, the configuration, a value, an object or the file is not as it was', async () => {
    const site = await openSite(server(), { env: KEY });
    await site.applied();
    const original = CONFIGURATION;
    const changed = original.replace('us-east-1', 'eu-west-1').replace('[team:Machine Learning]', '[]');

    await site.write('secrets.yaml', changed);
    await planned(site);
    await site.write('secrets.yaml', `${changed}# a remark\n`);
    await refused(site, /configuration has changed since this plan was made/);
    await site.write('secrets.yaml', changed);

    const text = await readFile(join(site.folder, 'p'), 'utf8');
    await writeFile(join(site.folder, 'p'), text.replace('eu-west-1', 'us-west-2'));
    await refused(site, /was modified after it was written, or made with another key/);
    const { mac, ...bare } = JSON.parse(text) as Record<string, unknown>;
    await writeFile(join(site.folder, 'p'), JSON.stringify(bare));
    await refused(site, /has no seal, though there is a key/);
    await writeFile(join(site.folder, 'p'), text.replace('"format":2', '"format":7'));
    await refused(site, /format 7; this version supports format 2/);
    await writeFile(join(site.folder, 'p'), 'junk');
    await refused(site, /is not a saved plan/);
    await writeFile(join(site.folder, 'p'), text);

    const key = site.env['SECRETS_KEY'] ?? '';
    site.env['SECRETS_KEY'] = 'another key, long enough';
    await refused(site, /made with another key/);
    delete site.env['SECRETS_KEY'];
    await refused(site, /made with a key, and there is none here/);
    site.env['SECRETS_KEY'] = key;

    const value = site.env['AWS_SECRET_KEY'] ?? '';
    site.env['AWS_SECRET_KEY'] = canary('changed-later');
    await refused(site, /has changed since the plan was made: it would be updated now/);
    site.env['AWS_SECRET_KEY'] = value;

    await site.sql("ALTER SERVER lake OPTIONS (SET region 'ap-south-1')");
    await refused(site, /duckdb_server\.warehouse\.lake has changed since the plan was made/);
    await site.sql("ALTER SERVER lake OPTIONS (SET region 'us-east-1')");

    const stale = await readFile(join(site.folder, 'p'), 'utf8');
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    await writeFile(join(site.folder, 'p'), stale);
    await refused(
      site,
      /This plan is stale: it was made from serial \d+ of the state, which now has serial \d+/,
    );

    await site.write('secrets.yaml', original);
    await planned(site);
    await rm(join(site.folder, '.secrets', 'e2e.state.json'));
    await refused(site, /made for another state: its lineage is .*, and there is no state here/);
  });

  it('pins the values that are to be set', async () => {
    const site = await openSite(server(), { env: KEY });
    await site.applied();
    site.env['HF_TOKEN'] = canary('next');
    await planned(site);
    site.env['HF_TOKEN'] = canary('another');
    await refused(site, /The value of secret\.helios\.HF_TOKEN \(value\) is not the planned one/);
  });

  it('keeps what it is about, and takes no other', async () => {
    const site = await openSite(server());
    await planned(site, '--target', 'secret.helios.HF_TOKEN');
    const again = await site.run('apply', 'p', '--target', 'duckdb_server.warehouse.lake');
    expect(again.stderr).toContain('--target cannot be used with a saved plan');
    expect(again.code).toBe(1);
    expect((await site.run('apply', 'p')).code).toBe(0);
    expect(Object.keys(site.secrets())).toEqual(['HF_TOKEN']);
  });

  it('that is refused, or did not see everything, is not kept', async () => {
    const site = await openSite(server(), { env: { WAREHOUSE_URL: 'postgres://x@127.0.0.1:1/none' } });
    const unseen = await site.run('plan', '--out', 'p');
    expect(unseen.stderr).toContain('The plan was not saved');
    expect(unseen.code).toBe(3);
    await expect(readFile(join(site.folder, 'p'))).rejects.toThrow('ENOENT');
    const nowhere = await site.run('plan', '--out', 'no/such/folder/p', '--exclude', '*.warehouse.*');
    expect(nowhere.stderr).toContain('The plan cannot be written to no/such/folder/p (ENOENT)');
    expect(nowhere.code).toBe(1);
  });

  it('of a role that may only look is applied as the role that the provider names', async () => {
    const site = await openSite(server(), { env: KEY });
    const writer = new URL(site.databaseUrl);
    const self = decodeURIComponent(writer.username);
    const looker = `looker_${Date.now().toString(36)}`;
    await site.sql(`CREATE ROLE ${looker} LOGIN PASSWORD 'looks-only'`);
    onTestFinished(async () => {
      await site.sql(`DROP OWNED BY ${looker}; DROP ROLE ${looker}`);
    });
    const reader = new URL(writer);
    reader.username = looker;
    reader.password = 'looks-only';
    await site.write(
      'secrets.yaml',
      `version: 1
stack: e2e
providers:
  warehouse: { type: postgres, url: { env: WAREHOUSE_URL }, self: ${self} }
duckdb_servers:
  lake:
    type: s3
    user_mappings: { current_user: { key_id: { env: AWS_ACCESS_KEY_ID }, secret: { env: AWS_SECRET_KEY } } }
`,
    );
    site.env['WAREHOUSE_URL'] = reader.href;
    await planned(site);
    await refused(site, `names ${self} as \`self\`; this run is ${looker}`);
    site.env['WAREHOUSE_URL'] = writer.href;
    const applied = await site.run('apply', 'p');
    expect(applied.stderr).not.toContain('Error:');
    expect(applied.code).toBe(0);
    const mappings = await site.sql('SELECT usename FROM pg_user_mappings');
    expect(mappings).toEqual([{ usename: self }]);
  });
});
