import { expect, it } from 'vitest';
import { canary, expectSettled, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

/** A configuration of one server, with what may be put into its entry and at the end of the file. */
const lake = (stack: string, entry = '', end = ''): string => `version: 1
stack: ${stack}
providers:
  warehouse: { type: postgres, url: { env: WAREHOUSE_URL } }
duckdb_servers:
  lake:
    type: s3
    options: { region: us-east-1 }
    usage: [analyst]
    user_mappings:
      analyst: { key_id: { env: AWS_ACCESS_KEY_ID }, secret: { env: AWS_SECRET_KEY } }
${entry}${end}`;
const NOTHING = (stack: string, end = ''): string => `version: 1
stack: ${stack}
providers:
  warehouse: { type: postgres, url: { env: WAREHOUSE_URL } }
${end}`;
const ADOPT = '    lifecycle: { adopt: true }\n';
const RELEASE = 'removed: [duckdb_server.warehouse.lake]\n';
const adoptFrom = (stack: string): string => `    lifecycle: { adopt: { from: ${stack} } }\n`;

async function commentOf(site: Site, name = 'lake'): Promise<unknown> {
  const rows = await site.sql(
    `SELECT obj_description(oid, 'pg_foreign_server') AS comment FROM pg_foreign_server WHERE srvname = '${name}'`,
  );
  return rows[0]?.['comment'];
}

const MARK = (stack: string): string => `managed by secrets (stack ${stack})`;

onPostgres(
  'the mark of a server',
  (server) => {
    it('comes off when the server is handed over, and the next stack adopts it', async () => {
      const site = await openSite(server(), { files: { 'one.yaml': lake('one') } });
      await site.applied('-f', 'one.yaml');
      await site.sql(`COMMENT ON SERVER lake IS 'Ask ana.\n${MARK('one')}'`);
      await site.write('two.yaml', lake('two', ADOPT));
      const refused = await site.run('plan', '-f', 'two.yaml');
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('belongs to the stack one');
      expect(refused.stderr).toContain('adopt: { from: one }');

      await site.write('one.yaml', NOTHING('one', RELEASE));
      const plan = await site.run('plan', '-f', 'one.yaml');
      expect(plan.stdout).toContain('it stays in the system, without the mark of this stack');
      await site.applied('-f', 'one.yaml');
      expect(await commentOf(site)).toBe('Ask ana.');

      await site.applied('-f', 'two.yaml');
      expect(await commentOf(site)).toBe(`Ask ana.\n${MARK('two')}`);
      await expectSettled(site, '-f', 'two.yaml');
    });

    it('is set by an adoption, so that a second stack is refused', async () => {
      const site = await openSite(server(), {
        files: { 'one.yaml': lake('one', ADOPT), 'two.yaml': lake('two', ADOPT), 'old.yaml': lake('old') },
      });
      await site.applied('-f', 'old.yaml');
      await site.sql('COMMENT ON SERVER lake IS NULL');
      const plan = await site.run('plan', '-f', 'one.yaml');
      expect(plan.stdout).toContain('will be imported (only its mark changes in the system)');
      await site.applied('-f', 'one.yaml');
      expect(await commentOf(site)).toBe(MARK('one'));
      const second = await site.run('apply', '-f', 'two.yaml', '--auto-approve');
      expect(second.code).toBe(1);
      expect(second.stderr).toContain('belongs to the stack one');
      await expectSettled(site, '-f', 'one.yaml');
    });

    it('of a stack that is no more is taken over with its name, and of no other', async () => {
      const site = await openSite(server(), {
        files: { 'old.yaml': lake('old'), 'new.yaml': lake('new', adoptFrom('other')) },
      });
      await site.applied('-f', 'old.yaml');
      const other = await site.run('plan', '-f', 'new.yaml');
      expect(other.code).toBe(1);
      await site.write('new.yaml', lake('new', adoptFrom('old')));
      const plan = await site.run('plan', '-f', 'new.yaml');
      expect(plan.stdout).toContain('taken over unchanged from the stack old');
      await site.applied('-f', 'new.yaml');
      expect(await commentOf(site)).toBe(MARK('new'));
      await expectSettled(site, '-f', 'new.yaml');
      const left = await site.run('plan', '-f', 'old.yaml');
      expect(left.stderr).toContain('belongs to the stack new');
    });

    it('moves with a server that is taken over and changed, or replaced', async () => {
      const site = await openSite(server(), { files: { 'old.yaml': lake('old') } });
      await site.applied('-f', 'old.yaml');
      site.env['AWS_SECRET_KEY'] = canary('next');
      await site.write('new.yaml', lake('new', adoptFrom('old')).replace('us-east-1', 'eu-west-1'));
      await site.applied('-f', 'new.yaml');
      expect(await commentOf(site)).toBe(MARK('new'));
      await expectSettled(site, '-f', 'new.yaml');
      await site.write('third.yaml', lake('third', adoptFrom('new')).replace('type: s3', 'type: gcs'));
      await site.applied('-f', 'third.yaml');
      expect(await commentOf(site)).toBe(MARK('third'));
    });

    it('is set by import, and taken off by state rm', async () => {
      const site = await openSite(server(), { files: { 'old.yaml': lake('old'), 'new.yaml': lake('new') } });
      await site.applied('-f', 'old.yaml');
      const claimed = await site.run('import', '-f', 'new.yaml', 'duckdb_server.warehouse.lake');
      expect(claimed.code).toBe(1);
      const removed = await site.run('state', 'rm', '-f', 'old.yaml', 'duckdb_server.warehouse.lake');
      expect(removed.stdout).toContain('forgotten (it stays in the system, without the mark of this stack)');
      expect(removed.stderr).not.toContain('Warning');
      expect(await commentOf(site)).toBeNull();
      const imported = await site.run('import', '-f', 'new.yaml', 'duckdb_server.warehouse.lake', '--json');
      expect(JSON.parse(imported.stdout)).toMatchObject({ changes: [{ action: 'imported', marked: true }] });
      expect(await commentOf(site)).toBe(MARK('new'));
    });

    it('remains where state rm cannot reach the system, and that is said', async () => {
      const site = await openSite(server(), { files: { 'secrets.yaml': lake('old') } });
      await site.applied();
      const url = site.env['WAREHOUSE_URL'] ?? '';
      site.env['WAREHOUSE_URL'] = 'postgres://postgres@127.0.0.1:1/none';
      const removed = await site.run('state', 'rm', 'duckdb_server.warehouse.lake');
      expect(removed.code).toBe(0);
      expect(removed.stderr).toContain('may keep the mark of this stack: Cannot connect');
      expect(removed.stderr).toContain('adopt: { from: old }');
      site.env['WAREHOUSE_URL'] = url;
      expect(await commentOf(site)).toBe(MARK('old'));
      await site.write('secrets.yaml', lake('old'));
      // Our own mark, without a state: taken in as it is.
      const again = await site.run('import', 'duckdb_server.warehouse.lake');
      expect(again.code).toBe(0);
    });

    it('remains where removed: is applied by a role that does not own the server, and that is said', async () => {
      const site = await openSite(server(), { files: { 'secrets.yaml': lake('old') } });
      await site.applied();
      await site.sql('ALTER SERVER lake OWNER TO lake_admin');
      const url = new URL(site.databaseUrl);
      url.username = 'analyst';
      site.env['WAREHOUSE_URL'] = url.href;
      await site.write('secrets.yaml', NOTHING('old', RELEASE));
      const applied = await site.run('apply', '--auto-approve');
      expect(applied.stderr).toContain('may keep the mark of this stack');
      expect(applied.code).toBe(0);
      expect(await commentOf(site)).toBe(MARK('old'));
    });
  },
  [18, 15],
);

onPostgres('the words of a run', (server) => {
  it('say that nothing was done where everything was rolled back, and that a value changed where only it did', async () => {
    const site = await openSite(server(), {
      files: { 'secrets.yaml': lake('words') },
      env: { SECRETS_KEY: 'k'.repeat(40) },
    });
    await site.applied();
    site.env['AWS_SECRET_KEY'] = canary('next');
    const plan = await site.run('plan');
    expect(plan.stdout).toContain('because: its value changed');
    await site.sql(`CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
      CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('ALTER USER MAPPING') EXECUTE FUNCTION refuse()`);
    const failed = await site.run('apply', '--auto-approve');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('Apply failed: 1 failed. No change was completed.');
    expect(failed.stderr).not.toContain('What was done is kept');
  });

  it('name a missing role once, after the plan', async () => {
    const servers = ['a', 'b', 'c'].map(
      (name) => `  ${name}:
    type: s3
    usage: [nobody_a, nobody_b]
    user_mappings:
      nobody_a: { key_id: { env: AWS_ACCESS_KEY_ID }, secret: { env: AWS_SECRET_KEY } }
`,
    );
    const site = await openSite(server(), {
      files: { 'secrets.yaml': `${lake('roles').split('  lake:')[0] ?? ''}${servers.join('')}` },
    });
    const plan = await site.run('plan');
    expect(plan.code).toBe(1);
    expect(plan.stderr.match(/The database has no role/g)).toHaveLength(2);
    expect(plan.stderr).toContain('The database has no role "nobody_a". 6 resources need it.');
    expect(plan.stdout).toContain('It is refused: 2 errors.');
  });
});
