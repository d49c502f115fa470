import { expect, it } from 'vitest';
import { documentsIn } from '../support/project.js';
import { CONFIGURATION, canary, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

/** Neither the owner of a server nor who has USAGE on it is named. */
const LOOSE = CONFIGURATION.replace('    owner: lake_admin\n    usage: [analyst]\n', '').replace(
  'AWS_ACCESS_KEY_ID:\n    value: { env: AWS_ACCESS_KEY_ID }\n    owners: [team:Platform]\n    readers: [team:Data Engineering]\n',
  'AWS_ACCESS_KEY_ID:\n    value: { env: AWS_ACCESS_KEY_ID }\n',
);

/** What somebody puts on an object of ours, and how it is named. */
const CASES: readonly {
  readonly title: string;
  readonly hand: (site: Site) => unknown;
  readonly address: string;
  readonly what: string;
  /** What `pull` prints of it, where the language has words for it. */
  readonly pulled?: RegExp;
}[] = [
  {
    title: 'a mapping for everybody',
    hand: ({ sql, env }) => {
      const value = (env['FOREIGN'] = canary('foreign'));
      return sql(`CREATE USER MAPPING FOR PUBLIC SERVER lake OPTIONS (key_id '${value}', secret '${value}')`);
    },
    address: 'user_mapping.warehouse.lake/public',
    what: 'user mapping',
    pulled:
      /^# In duckdb_server\.warehouse\.lake:\n[^]*^# +user_mappings:\n# +public:\n# +key_id:\n# +env: LAKE_PUBLIC_KEY_ID$/m,
  },
  {
    title: 'another owner',
    hand: ({ sql }) => sql('ALTER SERVER lake OWNER TO intruder'),
    address: 'duckdb_server.warehouse.lake',
    what: 'owner intruder',
    pulled: /^# In duckdb_server\.warehouse\.lake:\n[^]*^# +owner: intruder$/m,
  },
  {
    title: 'USAGE for everybody',
    hand: ({ sql }) => sql('GRANT USAGE ON FOREIGN SERVER lake TO PUBLIC'),
    address: 'server_usage.warehouse.lake/public',
    what: 'server usage',
    pulled: /^# In duckdb_server\.warehouse\.lake:\n[^]*^# +usage:\n# +- public$/m,
  },
  {
    title: 'a custom role',
    hand: ({ helios: { control } }) => {
      control.edit({ kind: 'add-role', name: 'Auditor', permissions: ['View', 'Read'] });
      const [role, user] = ['Auditor', 'chloe@example.com'];
      control.edit({ kind: 'grant', secret: 'HF_TOKEN', role, user, by: 'ben@example.com' });
    },
    address: 'share.helios.HF_TOKEN/user:chloe@example.com',
    what: 'the role Auditor',
  },
  {
    title: 'an inherited role',
    hand: ({ helios: { control } }) => {
      control.edit({
        kind: 'add-inherited-grant',
        secret: 'HF_TOKEN',
        role: 'Owner',
        user: 'chloe@example.com',
      });
    },
    address: 'share.helios.HF_TOKEN/user:chloe@example.com',
    what: 'the inherited role Owner',
  },
  {
    title: 'a share of a secret whose shares are not managed',
    hand: ({ helios: { control } }) => {
      const [role, user] = ['Reader', 'chloe@example.com'];
      control.edit({ kind: 'grant', secret: 'AWS_ACCESS_KEY_ID', role, user, by: 'ci-bot@example.com' });
    },
    address: 'share.helios.AWS_ACCESS_KEY_ID/user:chloe@example.com',
    what: 'share (role Reader)',
    pulled: /^# In secret\.helios\.AWS_ACCESS_KEY_ID:\n[^]*^# +readers:\n# +- user:chloe@example\.com$/m,
  },
];

onPostgres('what others put on objects of ours', (server) => {
  it.each(CASES)('$title: reported; exit 2 with --fail-on unmanaged; in pull', async (one) => {
    const site = await openSite(server(), { files: { 'secrets.yaml': LOOSE } });
    await site.applied();
    expect((await site.run('drift', '--fail-on', 'unmanaged')).code).toBe(0);
    await one.hand(site);

    const failing = await site.run('drift', '--fail-on', 'unmanaged', '--json');
    expect(failing.code).toBe(2);
    const [document] = documentsIn(failing.stdout);
    expect(document).toMatchObject({ drift: [], failedOn: ['unmanaged'] });
    expect(document?.['unmanaged']).toContainEqual(
      expect.objectContaining({ address: one.address, what: one.what }),
    );
    expect((await site.run('drift')).code).toBe(0);
    const words = (await site.run('drift', '--fail-on=unmanaged')).stdout;
    expect(words).toContain(`  ! ${one.address}: ${one.what}`);

    const before = await site.everything();
    const pulled = await site.run('pull');
    expect(pulled.code).toBe(0);
    if (one.pulled !== undefined) expect(pulled.stdout).toMatch(one.pulled);
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    expect(await site.everything()).toEqual(before);
  });

  it('--fail-on: adds, takes off, and knows its names', async () => {
    const rotation = CONFIGURATION.replace(
      'HF_TOKEN:\n    value: { env: HF_TOKEN }',
      'HF_TOKEN:\n    value: { env: HF_TOKEN }\n    rotation: { max_age: 1d }',
    );
    const site = await openSite(server(), {
      files: { 'secrets.yaml': rotation },
      helios: { now: () => new Date('2026-01-01T00:00:00Z') },
    });
    await site.applied();
    const due = async (...args: readonly string[]): Promise<number | null> =>
      (await site.run('drift', ...args)).code;
    expect(await due()).toBe(0);
    const overdue = await site.run('drift', '--fail-on', 'rotation', '--json');
    expect(overdue.code).toBe(2);
    expect(documentsIn(overdue.stdout)).toMatchObject([
      { failedOn: ['rotation'], rotation: [{ status: 'overdue' }] },
    ]);

    await site.sql(`ALTER SERVER lake OPTIONS (SET region 'eu-west-1')`);
    expect(await due()).toBe(2);
    expect(await due('--fail-on', '-drift')).toBe(0);
    expect(await due('--fail-on=-drift')).toBe(0);
    expect(await due('--fail-on', '-drift,rotation')).toBe(2);
    expect(await due('--fail-on', '-drift', '--fail-on', 'drift')).toBe(2);
    const wrong = await site.run('drift', '--fail-on', 'unmanged');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/--fail-on has no name "unmanged"\.\n[^]*Did you mean unmanaged\?/);
  });
});
