import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { SqlClient } from '../../src/state/postgres/client.js';
import { remember } from '../core/plan-input.js';
import { onRealPostgres } from '../postgres/harness.js';
import { query, withClient } from '../support/postgres/index.js';
import { codeOf, lockRequest, stateOf } from './contract.js';
import { connectTo, storeAt } from './postgres-clients.js';

onRealPostgres(
  'many clients of one state',
  {},
  (server) => {
    it.each([
      [2, 'read committed'],
      [8, 'read committed'],
      [8, 'serializable'],
    ])('%i at once without a lock, %s: each serial is won once', async (count, isolation) => {
      const url = await server().createDatabase();
      const database = new URL(url).pathname.slice(1);
      await query(url, `ALTER DATABASE "${database}" SET default_transaction_isolation = '${isolation}'`);
      const won: number[] = [];
      const stores = Array.from({ length: count }, () => storeAt(url));
      await Promise.all(
        stores.map(async (store, index) => {
          for (let turn = 0; turn < 4;) {
            const now = (await store.read()) ?? stateOf(0);
            const records = [...now.records, remember(`secret.helios.W${index}-${turn}`)];
            records.sort((a, b) => (a.address < b.address ? -1 : 1));
            const code = await codeOf(store.write({ ...now, serial: now.serial + 1, records }, now.serial));
            expect(['nothing thrown', 'state-moved-on']).toContain(code);
            if (code === 'state-moved-on') continue;
            won.push(now.serial + 1);
            turn += 1;
          }
        }),
      );
      expect([...won].sort((a, b) => a - b)).toEqual(
        Array.from({ length: count * 4 }, (_, index) => index + 1),
      );
      const end = await stores[0]?.read();
      expect(end?.serial).toBe(count * 4);
      expect(end?.records).toHaveLength(count * 4);
      await Promise.all(stores.map((store) => store.close()));
    });

    it('eight make the tables at once, by lock and by write', async () => {
      const url = await server().createDatabase();
      const stores = Array.from({ length: 8 }, (_, index) => storeAt(url, { stack: `s${index}` }));
      await Promise.all(
        stores.map(async (store, index) => {
          if (index % 2 === 0) await (await store.lock(lockRequest())).release();
          await store.write(stateOf(1, [], { stack: `s${index}` }), 0);
        }),
      );
      expect(await query(url, 'SELECT stack FROM secrets_state.state_heads')).toHaveLength(8);
      await Promise.all(stores.map((store) => store.close()));
    });

    it('a read that came just before another run made the tables finds its state', async () => {
      const url = await server().createDatabase();
      let isFirst = true;
      const connect = async (): Promise<SqlClient> => {
        const client = await connectTo(url)();
        const query: SqlClient['query'] = async (...statement) => {
          try {
            return await client.query(...statement);
          } catch (error) {
            if (isFirst) {
              isFirst = false;
              const other = storeAt(url);
              await other.write(stateOf(1), 0);
              await other.close();
            }
            throw error;
          }
        };
        return { ...client, query };
      };
      const store = storeAt(url, { connect });
      expect(await store.read()).toEqual(stateOf(1));
      await store.close();
    });

    it('reading makes nothing', async () => {
      const url = await server().createDatabase();
      const store = storeAt(url);
      expect(await store.read()).toBeUndefined();
      expect(await codeOf(store.write(stateOf(4), 3))).toBe('state-moved-on');
      expect(await codeOf(store.unlock('x'))).toBe('no-lock');
      expect(await query(url, "SELECT FROM pg_namespace WHERE nspname = 'secrets_state'")).toEqual([]);
      await store.close();
    });

    it('a holder that stood still for longer than its lease writes nothing any more', async () => {
      const url = await server().createDatabase();
      const child = spawn(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'postgres-holder/run.ts'), url],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      );
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const store = storeAt(url, { leaseMs: 1500, now: () => new Date(Date.now() - 3_600_000) });
      try {
        expect((await lines.next()).value).toBe('locked');
        expect(await codeOf(store.lock(lockRequest(2500)))).toBe('state-locked');
        child.kill('SIGSTOP');
        const lock = await store.lock(lockRequest(60_000));
        child.kill('SIGCONT');
        child.stdin.write('write\n');
        expect((await lines.next()).value).toBe('state-lock-lost');
        await store.write(stateOf(1, [remember('secret.helios.OURS')]), 0, lock);
        expect((await store.read())?.records.map((record) => record.address)).toEqual(['secret.helios.OURS']);
        expect(lock.lost.aborted).toBe(false);
        await lock.release();
      } finally {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        await store.close();
      }
    });

    it('a lease is kept while its holder waits for a long answer', async () => {
      const url = await server().createDatabase();
      let connections = 0;
      const connect = (): Promise<SqlClient> => {
        connections += 1;
        return connectTo(url)();
      };
      const [holder, other] = [storeAt(url, { leaseMs: 1500, connect }), storeAt(url, { leaseMs: 1500 })];
      const lock = await holder.lock(lockRequest());
      await holder.write(stateOf(1), 0, lock);
      await withClient(url, async (admin) => {
        await admin.query('BEGIN; LOCK TABLE secrets_state.state_records IN ACCESS EXCLUSIVE MODE');
        const reading = holder.read();
        expect(await codeOf(other.lock(lockRequest(4000)))).toBe('state-locked');
        await admin.query('ROLLBACK');
        expect(await reading).toEqual(stateOf(1));
      });
      expect(lock.lost.aborted).toBe(false);
      await holder.write(stateOf(2), 1, lock);
      // The first one, which was busy, and one for the lease.
      expect(connections).toBe(2);
      await lock.release();
      await Promise.all([holder.close(), other.close()]);
    });

    it('a write whose lease has run out counts, as long as nobody has taken over', async () => {
      const url = await server().createDatabase();
      const store = storeAt(url, { leaseMs: 1 });
      const lock = await store.lock({ ...lockRequest(), holder: { pid: 1, machine: 'elsewhere' } });
      await query(url, "UPDATE secrets_state.state_locks SET renewed_at = renewed_at - interval '1 day'");
      await store.write(stateOf(1), 0, lock);
      await store.close();
    });
  },
  [18],
);
