import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { query, startRealPostgres, startStandby } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { needs } from '../support/services.js';
import { CONFIGURATION, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

const CHANGED = CONFIGURATION.replace('us-east-1', 'us-east-2');

let primary: RealPostgres | undefined;
let missing: string | undefined;

beforeAll(async () => {
  const started = await startRealPostgres({ version: 15, standIn: { installed: ['aws', 'httpfs'] } });
  if ('skipped' in started) {
    missing = started.skipped;
    return undefined;
  }
  primary = started;
  await query(started.superuserUrl, 'CREATE ROLE analyst; CREATE ROLE lake_admin');
  return () => started.stop();
});

/** A site that was applied, and the address of its database on a standby that has all of it. */
async function withStandby(): Promise<{ site: Site; standby: string; both: string }> {
  if (primary === undefined) throw new Error('no server');
  const site = await openSite(primary);
  await site.applied();
  const { port, stop } = await startStandby(primary);
  onTestFinished(stop);
  const name = new URL(site.databaseUrl).pathname;
  const host = `127.0.0.1:${port}`;
  return {
    site,
    standby: `postgres://postgres@${host}${name}`,
    both: `postgres://postgres@${host},127.0.0.1:${primary.port}${name}`,
  };
}

describe('a hot standby', () => {
  it('is compared, and written to by nobody', async (context) => {
    needs(context, 'PostgreSQL 15', missing);
    const { site, standby, both } = await withStandby();
    expect(await query(standby, 'SELECT pg_is_in_recovery() AS standby')).toEqual([{ standby: true }]);

    site.env['WAREHOUSE_URL'] = standby;
    const settled = await site.run('plan', '--detailed-exitcode');
    expect(settled.stderr).not.toMatch(/Warning|Error/);
    expect(settled.code).toBe(0);
    expect((await site.run('drift')).code).toBe(0);

    await site.write('secrets.yaml', CHANGED);
    const before = await site.everything();
    const plan = await site.run('plan');
    expect(plan.code).toBe(0);
    expect(plan.stderr).toMatch(/Warning: warehouse: PostgreSQL at 127\.0\.0\.1:\d+ is a standby/);
    expect(plan.stderr).toContain('target_session_attrs: read-write');
    const refused = await site.run('apply', '--auto-approve');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/Error: warehouse: PostgreSQL at 127\.0\.0\.1:\d+ is a standby/);
    expect(refused.stdout).not.toContain('Apply complete');
    expect(await site.everything()).toEqual(before);

    // Without a word about the kind of server the first one counts, as in libpq.
    site.env['WAREHOUSE_URL'] = both;
    expect((await site.run('apply', '--auto-approve')).code).toBe(1);
    site.env['PGTARGETSESSIONATTRS'] = 'read-write';
    await site.applied();
    delete site.env['PGTARGETSESSIONATTRS'];
    site.env['WAREHOUSE_URL'] = `${both}?target_session_attrs=read-write`;
    expect((await site.run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('keeps no state: that is said before anything is made', async (context) => {
    needs(context, 'PostgreSQL 15', missing);
    const { site, standby } = await withStandby();
    site.env['STATE_URL'] = standby;
    const text = CONFIGURATION.replace('stack: e2e', 'stack: other').replaceAll('lake', 'pond');
    await site.write('secrets.yaml', `${text}state: { backend: postgres, url: { env: STATE_URL } }\n`);
    const before = await site.everything();
    const { code, stderr } = await site.run('apply', '--auto-approve');
    expect(code).toBe(1);
    expect(stderr).toMatch(/state .*SQLSTATE 25006/);
    expect(stderr).toContain('This server is read-only (a standby?)');
    expect(await site.everything()).toEqual(before);
  });
});
