import { expect, it } from 'vitest';
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
