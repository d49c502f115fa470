import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import {
  applyItems,
  asRole,
  byAddress,
  item,
  onRealPostgres,
  openSession,
  readAll,
  wanted,
} from './harness.js';

onRealPostgres(
  'somebody who holds the advisory lock',
  {},
  (server) => {
    const lake = wanted('duckdb_server.pg.lake', { type: 's3' });

    /** A database whose lock a role without any right holds. */
    async function held(): Promise<{ readonly url: string; readonly pid: number }> {
      const url = await server().createDatabase();
      const admin = new pg.Client(url);
      await admin.connect();
      await admin.query(
        `DO $$ BEGIN CREATE ROLE lock_holder LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
      );
      await admin.end();
      const client = new pg.Client(asRole(url, 'lock_holder'));
      await client.connect();
      onTestFinished(() => client.end());
      const { rows } = await client.query<{ pid: number }>(
        'SELECT pg_advisory_lock(1936024434, 1), pg_backend_pid() AS pid',
      );
      return { url, pid: rows[0]?.pid ?? 0 };
    }

    it('is named, after the lock timeout and no later', async () => {
      const { url, pid } = await held();
      for (const lockTimeoutMs of [0, 600]) {
        const session = await openSession(url, { lockTimeoutMs });
        const startMs = performance.now();
        const [outcome] = await applyItems(session, [item('create', lake)]);
        const tookMs = performance.now() - startMs;
        expect(outcome).toMatchObject({
          status: 'failed',
          message: expect.stringContaining(`process ${pid} of the role lock_holder`) as string,
          next: expect.stringContaining(`pg_terminate_backend(${pid})`) as string,
        });
        expect(tookMs).toBeGreaterThanOrEqual(lockTimeoutMs);
        expect(tookMs).toBeLessThan(lockTimeoutMs + 5000);
        expect(await readAll(session, [lake])).toEqual([]);
        await session.close();
      }
    });

    it('does not keep a run from stopping', async () => {
      const { url } = await held();
      const stop = new AbortController();
      const session = await openSession(url, { lockTimeoutMs: 60_000, signal: stop.signal });
      const startMs = performance.now();
      setTimeout(() => {
        stop.abort();
      }, 300);
      expect(await applyItems(session, [item('create', lake)])).toMatchObject([{ status: 'failed' }]);
      expect(performance.now() - startMs).toBeLessThan(5000);
      await session.close();
    });

    it('stops nobody who takes no lock: the versions are checked all the same', async () => {
      const { url } = await held();
      const [early, late] = await Promise.all(
        [0, 1].map(() => openSession(url, { lockTimeoutMs: undefined as unknown as number })),
      );
      if (early === undefined || late === undefined) throw new Error('no session');
      const results = await Promise.all(
        [early, late].map((session) => applyItems(session, [item('create', lake)])),
      );
      expect(
        results
          .flat()
          .map(({ status }) => status)
          .sort(),
      ).toEqual(['done', 'failed']);
      expect(byAddress(await readAll(early, [lake]), lake.address)).toBeDefined();
      await Promise.all([early.close(), late.close()]);
    });
  },
  [15],
);
