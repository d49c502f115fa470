import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CONFIGURATION, expectSettled, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

/** Makes the servers of a database again, as a restored dump has them: with other ids. */
async function restore(site: Site): Promise<void> {
  await site.sql(`
    CREATE TEMP TABLE kept AS
      SELECT s.srvname, s.srvtype, s.srvowner::regrole AS owner, s.srvoptions, m.umoptions, m.usename,
        obj_description(s.oid, 'pg_foreign_server') AS comment
      FROM pg_foreign_server s LEFT JOIN pg_user_mappings m ON m.srvid = s.oid;
    DO $$
    DECLARE r record; o text;
    BEGIN
      FOR r IN SELECT * FROM kept LOOP
        EXECUTE format('DROP SERVER %I CASCADE', r.srvname);
        SELECT string_agg(format('%I %L', option_name, option_value), ', ') INTO o FROM pg_options_to_table(r.srvoptions);
        EXECUTE format('CREATE SERVER %I TYPE %L FOREIGN DATA WRAPPER duckdb %s', r.srvname, r.srvtype,
          coalesce('OPTIONS (' || o || ')', ''));
        EXECUTE format('COMMENT ON SERVER %I IS %L', r.srvname, r.comment);
        IF r.srvname = 'lake' THEN EXECUTE 'GRANT USAGE ON FOREIGN SERVER lake TO analyst'; END IF;
        EXECUTE format('ALTER SERVER %I OWNER TO %s', r.srvname, r.owner);
        IF r.usename IS NOT NULL THEN
          SELECT string_agg(format('%I %L', option_name, option_value), ', ') INTO o FROM pg_options_to_table(r.umoptions);
          EXECUTE format('CREATE USER MAPPING FOR %I SERVER %I OPTIONS (%s)', r.usename, r.srvname, o);
        END IF;
      END LOOP;
    END $$`);
}

const run = promisify(execFile);

async function serversOf(site: Site): Promise<readonly unknown[]> {
  const rows = await site.sql('SELECT srvname FROM pg_foreign_server ORDER BY 1');
  return rows.map(({ srvname }) => srvname);
}

onPostgres(
  'a restored database',
  (server) => {
    it('is taken up again by state rebind, by marks and names', async () => {
      const site = await openSite(server());
      await site.applied();
      await restore(site);
      const before = await site.run('plan');
      expect(before.code).toBe(1);
      expect(before.stderr).toContain('secrets state rebind warehouse');
      const bound = await site.run('state', 'rebind', 'warehouse', '--auto-approve');
      expect(bound.code).toBe(0);
      expect(bound.stderr).toMatch(/duckdb_server\.warehouse\.lake: \d+ is \d+ now/);
      expect(bound.stdout).toContain('user_mapping.warehouse.lake/analyst: matched by its mark and name');
      await expectSettled(site);
      const again = await site.run('state', 'rebind', 'warehouse', '--auto-approve');
      expect(again.stdout).toContain('already bound');
    });

    it('leaves what carries no mark, or that of another stack, and says so', async () => {
      const site = await openSite(server());
      await site.applied();
      await restore(site);
      await site.sql(`COMMENT ON SERVER lake_chain IS NULL;
        COMMENT ON SERVER lake IS 'managed by secrets (stack other)'`);
      const text = await site.run('state', 'pull');
      const bound = await site.run('state', 'rebind', '--auto-approve');
      expect(bound.stdout).toContain('already bound');
      expect((await site.run('state', 'pull')).stdout).toBe(text.stdout);
      await site.sql(`COMMENT ON SERVER lake IS 'managed by secrets (stack e2e)'`);
      const next = await site.run('state', 'rebind', '--auto-approve');
      expect(next.stderr).toContain('duckdb_server.warehouse.lake_chain: not matched, it carries no mark');
      expect(next.stdout).toContain('duckdb_server.warehouse.lake: matched');
    });

    it('is asked about first: without an answer nothing is bound', async () => {
      const site = await openSite(server());
      await site.applied();
      await restore(site);
      const asked = await site.run('state', 'rebind');
      expect(asked.code).toBe(1);
      expect(asked.stderr).toContain('there is no terminal to ask on');
    });
  },
  [18, 15],
);

onPostgres(
  'a database that pg_dump moved',
  (server, version) => {
    it('goes on with state rebind', async () => {
      const site = await openSite(server());
      await site.applied();
      const target = await server().createDatabase();
      const bin = `/usr/lib/postgresql/${version}/bin`;
      const file = join(site.folder, 'dump.sql');
      await run(`${bin}/pg_dump`, ['-f', file, '-d', site.databaseUrl]);
      // The target has the wrapper already.
      await run(`${bin}/psql`, ['-X', '-q', '-d', target, '-f', file]);
      site.env['WAREHOUSE_URL'] = target;
      const bound = await site.run('state', 'rebind', '--auto-approve');
      expect(bound.stdout).toContain('duckdb_server.warehouse.lake: matched');
      await expectSettled(site);
    });
  },
  [15],
);

onPostgres(
  'a server that was renamed by hand',
  (server) => {
    it('is named as renamed, with moved: as the way, and nothing of it is lost', async () => {
      const site = await openSite(server());
      await site.applied();
      await site.sql('ALTER SERVER lake RENAME TO lake_old');
      const drift = await site.run('drift');
      expect(drift.code).toBe(2);
      expect(drift.stdout).toContain(
        'duckdb_server.warehouse.lake was renamed: it is duckdb_server.warehouse.lake_old now',
      );
      expect(drift.stdout).toContain('Drift: 1 resource differs');
      const plan = await site.run('plan');
      expect(plan.code).toBe(1);
      expect(plan.stderr).toContain(
        'moved: [{ from: duckdb_server.warehouse.lake, to: duckdb_server.warehouse.lake_old }]',
      );
      expect(plan.stderr).not.toContain('not in the configuration');
      const applied = await site.run('apply', '--auto-approve');
      expect(applied.code).toBe(1);
      expect(await serversOf(site)).toEqual(['lake_chain', 'lake_old']);
      const moved = `moved: [{ from: duckdb_server.warehouse.lake, to: duckdb_server.warehouse.lake_old }]\n`;
      await site.write('secrets.yaml', CONFIGURATION.replace('  lake:', '  lake_old:') + moved);
      await site.applied();
      await expectSettled(site);
    });

    it('is no orphan where the configuration has no place for it any more', async () => {
      const site = await openSite(server());
      await site.applied();
      await site.sql('ALTER SERVER lake RENAME TO lake_old');
      const without = CONFIGURATION.slice(0, CONFIGURATION.indexOf('  lake:'));
      await site.write('secrets.yaml', without);
      const plan = await site.run('plan', '--max-deletes', '9');
      expect(plan.code).toBe(1);
      expect(plan.stderr).toContain('was renamed outside of this configuration');
      expect(plan.stderr).toContain(
        'secrets state mv duckdb_server.warehouse.lake duckdb_server.warehouse.lake_old',
      );
      await site.run('state', 'mv', 'duckdb_server.warehouse.lake', 'duckdb_server.warehouse.lake_old');
      await site.applied('--max-deletes', '9');
      expect(await serversOf(site)).toEqual(['lake_chain']);
    });

    it('is not hidden by another one that has its name', async () => {
      const site = await openSite(server());
      await site.applied();
      await site.sql(`ALTER SERVER lake RENAME TO lake_old;
        CREATE SERVER lake TYPE 's3' FOREIGN DATA WRAPPER duckdb`);
      await site.write(
        'secrets.yaml',
        CONFIGURATION.replace('  lake:\n', '  lake:\n    lifecycle: { adopt: true }\n'),
      );
      const plan = await site.run('plan');
      expect(plan.code).toBe(1);
      expect(plan.stderr).toContain('was renamed outside of this configuration');
    });

    it('and a role that was renamed: its mapping is named', async () => {
      const site = await openSite(server());
      await site.sql('CREATE ROLE before_the_rename');
      await site.write(
        'secrets.yaml',
        CONFIGURATION.replace('      analyst:\n', '      before_the_rename:\n').replace('[analyst]', '[]'),
      );
      await site.applied();
      await site.sql('ALTER ROLE before_the_rename RENAME TO after_the_rename');
      try {
        const drift = await site.run('drift');
        expect(drift.stdout + drift.stderr).toContain('user_mapping.warehouse.lake/after_the_rename now');
      } finally {
        await site.sql('DROP USER MAPPING FOR after_the_rename SERVER lake; DROP ROLE after_the_rename');
      }
    });
  },
  [18],
);

onPostgres('a state that was lost', (server) => {
  it('is made again by one import of everything that exists', async () => {
    const site = await openSite(server());
    await site.applied();
    await site.sql('DROP SERVER lake_chain');
    await rm(join(site.folder, '.secrets'), { recursive: true });
    const before = await site.everything();
    const refused = await site.run('import', '--all');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('This import requires approval, and there is no terminal to ask on.');
    const imported = await site.run('import', '--all', '--auto-approve');
    expect(imported.code).toBe(0);
    expect(imported.stderr).toContain('= secret.helios.HF_TOKEN will be imported (');
    expect(imported.stderr).toContain(
      'Not in the systems; an apply creates them: duckdb_server.warehouse.lake_chain',
    );
    expect(imported.stdout).toContain('user_mapping.warehouse.lake/analyst: imported');
    expect(await site.everything()).toEqual(before);
    const plan = await site.run('plan');
    expect(plan.stdout).toContain('Plan: 1 to add, 0 to change, 0 to destroy.');
    await site.applied();
    await expectSettled(site);
    const again = await site.run('import', '--all', '--auto-approve');
    expect(again.stdout).toContain('Nothing to import.');
  });

  it('leaves out what another stack has marked, and names it', async () => {
    const site = await openSite(server());
    await site.applied();
    await rm(join(site.folder, '.secrets'), { recursive: true });
    await site.sql(`COMMENT ON SERVER lake IS 'managed by secrets (stack other)'`);
    const imported = await site.run('import', '--all', '--auto-approve');
    expect(imported.code).toBe(0);
    expect(imported.stderr).toContain('duckdb_server.warehouse.lake carries the mark of the stack other.');
    expect(imported.stdout).not.toContain('warehouse.lake:');
    expect(imported.stdout).toContain('secret.helios.HF_TOKEN: imported');
  });

  it('imports nothing while a system is not reached, unless it is left out', async () => {
    const site = await openSite(server());
    await site.applied();
    await rm(join(site.folder, '.secrets'), { recursive: true });
    site.env['WAREHOUSE_URL'] = 'postgres://postgres@127.0.0.1:1/none';
    const stopped = await site.run('import', '--all', '--auto-approve');
    expect(stopped.code).toBe(3);
    expect((await site.run('state', 'list')).stdout).toBe('');
    const partly = await site.run('import', '--all', '--auto-approve', '--exclude', '*.warehouse.*');
    expect(partly.code).toBe(0);
    expect(partly.stdout).toContain('secret.helios.HF_TOKEN: imported');
  });

  it.each([
    [[], 'Give the address of a resource, or --all.'],
    [['--all', 'secret.helios.HF_TOKEN'], '--all and an address cannot be used together.'],
    [['secret.helios.HF_TOKEN', '--target', 'x'], '--target and --exclude are for --all.'],
  ])('import %j is refused', async (args, message) => {
    const site = await openSite(server());
    const refused = await site.run('import', ...args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(message);
  });
});
