import { expect, it, onTestFinished } from 'vitest';
import { onPostgres, openSite } from '../support/site.js';

const HEAD = `version: 1
stack: e2e
providers:
  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
  w: { type: postgres, url: { env: WAREHOUSE_URL } }
`;
const secret = (name: string): string =>
  `  ${name}: { value: { env: HF_TOKEN }, owners: [user:ana@example.com] }\n`;
const server = (name: string, role = 'analyst'): string =>
  `  ${name}:\n    type: s3\n    options: { region: us-east-1 }\n    user_mappings:\n      ${role}: { key_id: { env: AWS_ACCESS_KEY_ID }, secret: { env: AWS_SECRET_KEY } }\n`;
const file = (secrets: string, servers: string): string =>
  `${HEAD}secrets:\n${secrets}duckdb_servers:\n${servers}`;

onPostgres('a target', (database) => {
  it('destroys nothing that it depends on', async () => {
    const site = await openSite(database(), {
      files: { 'secrets.yaml': file(secret('A') + secret('B'), server('lake') + server('pond')) },
    });
    await site.applied();
    await site.write('secrets.yaml', file(secret('B'), server('pond')));
    await site.applied('--target', 'share.helios.A/user:ana@example.com');
    await site.applied('--target', 'user_mapping.w.lake/analyst');
    expect(Object.keys(site.secrets()).sort()).toEqual(['A', 'B']);
    expect(await site.sql('SELECT srvname FROM pg_foreign_server ORDER BY 1')).toEqual([
      { srvname: 'lake' },
      { srvname: 'pond' },
    ]);
    await site.applied('--target', 'duckdb_server.w.lake');
    expect(await site.sql('SELECT srvname FROM pg_foreign_server')).toEqual([{ srvname: 'pond' }]);
  });
});

onPostgres('an intent of an interrupted run', (database) => {
  it.each([
    ['with another value', { HF_TOKEN: 'value-of-two' }, 'user:ana@example.com', []],
    ['with another Owner', {}, 'user:ben@example.com', []],
    ['with a reader that it did not plan', {}, 'user:ana@example.com', ['team:Interns']],
  ])('does not take a secret %s that another stack made as the same user', async (_, env, owner, readers) => {
    const site = await openSite(database(), { files: { 'secrets.yaml': `${HEAD}secrets:\n${secret('A')}` } });
    await site.applied();
    const path = '.secrets/e2e.state.json';
    const state = JSON.parse((await site.run('state', 'pull')).stdout) as Record<string, unknown>;
    const intent = {
      address: 'secret.helios.A',
      at: new Date().toISOString(),
      by: 'user:ci-bot@example.com',
      grants: { 'share.helios.A/user:ana@example.com': 'Owner' },
    };
    const interrupted = JSON.stringify({ ...state, records: [], intents: [intent] });

    // The secret is another stack's now.
    await site.write(path, JSON.stringify({ ...state, records: [], intents: [] }));
    site.helios.control.edit({ kind: 'delete-secret', secret: 'A', by: 'ci-bot@example.com' });
    const other = `${HEAD.replace('stack: e2e', 'stack: two')}secrets:\n  A: { value: { env: HF_TOKEN }, owners: [${owner}], readers: [${readers.join(', ')}] }\n`;
    await site.write('two/secrets.yaml', other);
    const before = { ...site.env };
    Object.assign(site.env, env);
    const made = await site.run('apply', '--auto-approve', '-f', 'two/secrets.yaml');
    expect(made.code, made.stderr).toBe(0);
    Object.assign(site.env, before);
    const theirs = site.secrets()['A'];

    await site.write(path, interrupted);
    const applied = await site.run('apply', '--auto-approve');
    expect(applied.code).toBe(1);
    expect(applied.stderr).toContain('secret.helios.A already exists');
    expect(site.secrets()['A']).toEqual(theirs);
  });
});

onPostgres('a role that is written as `current_user`', (database) => {
  const mappings = async (site: Awaited<ReturnType<typeof openSite>>): Promise<string> =>
    JSON.stringify(await site.sql('SELECT usename, umoptions::text AS o FROM pg_user_mappings ORDER BY 1'));

  it('is one resource under both of its names: in targets, exclusions and the state', async () => {
    const site = await openSite(database(), {
      files: { 'secrets.yaml': file(secret('A'), server('lake', 'current_user') + server('pond')) },
    });
    await site.applied();
    const [row] = await site.sql("SELECT usename FROM pg_user_mappings WHERE srvname = 'lake'");
    const [written, resolved] = ['current_user', String(row?.['usename'])].map(
      (role) => `user_mapping.w.lake/${role}`,
    ) as [string, string];
    expect(resolved).not.toBe(written);
    const before = await mappings(site);
    for (const flag of ['--target', '--exclude']) {
      for (const address of [written, resolved, '*/postgres']) {
        await site.applied(flag, address);
        expect(await mappings(site), `${flag} ${address}`).toBe(before);
      }
    }
    site.env['AWS_SECRET_KEY'] = 'another-secret-key';
    const excluded = await site.run('plan', '--exclude', resolved);
    expect(excluded.stdout).not.toContain('user_mapping.w.lake');
    const other = await site.run('plan', '--target', 'user_mapping.w.pond/analyst');
    expect(other.stdout).not.toContain('user_mapping.w.lake');
    for (const address of [written, resolved]) {
      const plan = await site.run('plan', '--target', address);
      expect(plan.stdout, address).toMatch(/~ user_mapping\.w\.lake\/\w+ will be updated in-place/);
      expect(plan.stdout).toContain('Plan: 0 to add, 1 to change, 0 to destroy.');
    }
    expect((await site.run('state', 'show', written)).stdout).toContain(resolved);
    expect((await site.run('state', 'rm', written)).code).toBe(0);
    expect((await site.run('state', 'list')).stdout).not.toContain(resolved);
  });

  it('is the role of that name where one exists', async () => {
    const site = await openSite(database(), {
      files: {
        'secrets.yaml': file(secret('A'), server('lake', 'user')).replace(
          '    type: s3\n',
          '    type: s3\n    owner: user\n    usage: [current_user]\n',
        ),
      },
    });
    await site.sql('CREATE ROLE "user"; CREATE ROLE "current_user"');
    onTestFinished(async () => {
      await site.sql('DROP OWNED BY "user", "current_user" CASCADE; DROP ROLE "user", "current_user"');
    });
    const applied = await site.applied();
    expect(applied.stderr).toContain('The database has a role called "user"');
    expect(applied.stderr).toContain('The database has a role called "current_user"');
    expect(await site.sql('SELECT usename FROM pg_user_mappings')).toEqual([{ usename: 'user' }]);
    expect(
      await site.sql(`SELECT srvowner::regrole::text AS owner, srvacl::text AS acl FROM pg_foreign_server`),
    ).toEqual([{ owner: '"user"', acl: expect.stringContaining('current_user=U/user') as string }]);
    await site.applied('--target', 'user_mapping.w.lake/user');
    const plan = await site.run('plan', '--detailed-exitcode');
    expect(plan.stdout).toContain('No changes.');
  });
});
