import pg from 'pg';
import { expect, it } from 'vitest';
import { query } from '../support/postgres/index.js';
import { applyItems, item, onRealPostgres, openSession, wanted } from './harness.js';

/** Runs something while another session has changed the same row, and lets that one commit once the first waits for it. */
async function against<Result>(url: string, sql: string, run: () => Promise<Result>): Promise<Result> {
  const other = new pg.Client(url);
  await other.connect();
  try {
    await other.query('BEGIN');
    await other.query(sql);
    const running = run();
    const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await expect
      .poll(async () => (await query<{ n: number }>(url, waiting, []))[0]?.n, {
        interval: 20,
        timeout: 20_000,
      })
      .toBe(1);
    await other.query('COMMIT');
    return await running;
  } finally {
    await other.end();
  }
}

onRealPostgres('another session that changes the same row', {}, (server) => {
  it('is no reason to fail where what was planned still holds', async () => {
    const url = await server().createDatabase();
    const progress: string[] = [];
    const session = await openSession(url, { progress: (message) => progress.push(message) });
    try {
      const outcomes = await against(url, 'GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO analyst', () =>
        applyItems(session, [item('create', wanted('fdw_usage.pg.lake_admin'))]),
      );
      expect(outcomes).toMatchObject([{ status: 'done' }]);
      expect(progress).toContain('another session got in the way: trying once more');
    } finally {
      await session.close();
    }
  });

  it('is found out where it changed what was planned', async () => {
    const url = await server().createDatabase();
    await query(
      url,
      `CREATE SERVER lake TYPE 's3' FOREIGN DATA WRAPPER duckdb OPTIONS (region 'us-east-1')`,
      [],
    );
    const session = await openSession(url);
    try {
      const lake = wanted('duckdb_server.pg.lake', { type: 's3', 'options.region': 'eu-west-1' });
      const { resources } = await session.read({ desired: [lake], records: [], authoritative: [] });
      const outcomes = await against(url, `ALTER SERVER lake OPTIONS (SET region 'ap-south-1')`, () =>
        applyItems(session, [item('update', lake, resources[0], ['options.region'])]),
      );
      expect(outcomes).toMatchObject([
        { status: 'failed', message: 'it was changed in the database after it was planned' },
      ]);
      const rows = await query<{ srvoptions: string[] }>(url, 'SELECT srvoptions FROM pg_foreign_server', []);
      expect(rows).toEqual([{ srvoptions: ['region=ap-south-1'] }]);
    } finally {
      await session.close();
    }
  });
});
