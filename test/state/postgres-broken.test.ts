import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { DiagnosticError } from '../../src/model/index.js';
import type { SqlClient } from '../../src/state/postgres/client.js';
import { remember } from '../core/plan-input.js';
import { onRealPostgres } from '../postgres/harness.js';
import { startProxy } from '../postgres/proxy.js';
import { query } from '../support/postgres/index.js';
import { codeOf, lockRequest, messageOf, stateOf } from './contract.js';
import { connectTo, storeAt, throughPort } from './postgres-clients.js';

const A = remember('secret.helios.A');
const B = remember('secret.helios.B');

/** Everything that a person is told of an error. */
async function saidBy(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'nothing thrown';
  } catch (error) {
    return error instanceof DiagnosticError
      ? JSON.stringify(error.diagnostics)
      : `unexpected: ${String(error)}`;
  }
}

onRealPostgres(
  'a connection that breaks',
  {},
  (server) => {
    it.each(['before', 'after'] as const)('%s a write arrived does not matter', async (when) => {
      const url = await server().createDatabase();
      const proxy = await startProxy(server().port);
      const through = connectTo(throughPort(url, proxy.port));
      const cut = (at = 1): void => {
        if (when === 'before') proxy.cutBefore(at);
        else proxy.cutAfter(at);
      };
      const connect = (): Promise<SqlClient> => {
        // Only one connection is cut each time, not the one after it.
        cut(Infinity);
        return through();
      };
      const store = storeAt(url, { connect });
      await store.write(stateOf(1, [A]), 0);
      const lock = await store.lock(lockRequest());
      cut();
      await store.write(stateOf(2, [A, B]), 1, lock);
      await store.write(stateOf(3, [B]), 2, lock);
      await lock.release();
      cut();
      expect(await store.read()).toEqual(stateOf(3, [B]));
      cut();
      const again = await store.lock(lockRequest());
      cut();
      await again.release();
      await (await store.lock(lockRequest())).release();
      expect(await query(url, 'SELECT FROM secrets_state.state_locks')).toEqual([]);
      await store.close();
      const first = storeAt(url, { connect, stack: 'other' });
      expect(await first.read()).toBeUndefined();
      cut();
      await first.write(stateOf(1, [A], { stack: 'other' }), 0);
      expect(await first.read()).toEqual(stateOf(1, [A], { stack: 'other' }));
      await first.close();
      await proxy.stop();
    });

    it('leaves no lock that nobody holds, where every answer about it is lost', async () => {
      const url = await server().createDatabase();
      const real = connectTo(url);
      let losses = 0;
      const connect = async (): Promise<SqlClient> => {
        const client = await real();
        return {
          ...client,
          async query(text, values, first) {
            const result = await client.query(text, values, first);
            if (losses === 0 || !text.startsWith('WITH taken')) return result;
            losses -= 1;
            throw new Error('the connection broke');
          },
        };
      };
      const store = storeAt(url, { connect });
      await store.write(stateOf(1, [A]), 0);
      losses = 3;
      expect(await codeOf(store.lock(lockRequest()))).toBe('state-unreachable');
      expect(losses).toBe(0);
      expect(await query(url, 'SELECT FROM secrets_state.state_locks')).toEqual([]);
      await store.close();
    });

    it('is made again where the server ended it', async () => {
      const url = await server().createDatabase();
      const store = storeAt(url);
      const end = async (): Promise<void> => {
        const others = await query(
          url,
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        );
        expect(others).toHaveLength(1);
      };
      const lock = await store.lock(lockRequest());
      await end();
      await store.write(stateOf(1, [A]), 0, lock);
      await end();
      expect(await store.read()).toEqual(stateOf(1, [A]));
      await end();
      await lock.release();
      expect(await query(url, 'SELECT FROM secrets_state.state_locks')).toEqual([]);
      await store.close();
    });

    it('and stays broken is said with the place and what to do, and no password', async () => {
      const url = await server().createDatabase();
      const proxy = await startProxy(server().port);
      const parsed = new URL(throughPort(url, proxy.port));
      parsed.password = 'hunter2';
      const store = storeAt(parsed.href, { location: `127.0.0.1:${proxy.port}/secrets_state` });
      await store.write(stateOf(1, [A]), 0);
      await proxy.stop();
      for (const ask of [
        () => store.read(),
        () => store.write(stateOf(2, [B]), 1),
        () => store.lock(lockRequest()),
        () => storeAt(parsed.href).read(),
      ]) {
        const said = await saidBy(ask());
        expect(said).toContain('"state-unreachable"');
        expect(said).toContain(`127.0.0.1:${proxy.port}`);
        expect(said).toContain('Check host and port');
        expect(said).not.toContain('hunter2');
        expect(said).not.toContain(B.address);
      }
      await store.close();
      expect(await storeAt(url).read()).toEqual(stateOf(1, [A]));
    });

    it('for want of rights says that it was the state that was asked for', async () => {
      const url = new URL(await server().createDatabase());
      url.username = 'nobody here';
      const said = await saidBy(storeAt(url.href).read());
      expect(said).toContain('"postgres-no-role"');
      expect(said).toContain('The state db/secrets_state is kept there.');
    });

    it('through a network that says nothing any more is given up in time', async () => {
      const url = await server().createDatabase();
      const real = connectTo(url);
      let isSilent = false;
      let ended = 0;
      const connect = async (): Promise<SqlClient> => {
        const client = await real();
        return {
          ...client,
          query: (...statement) => (isSilent ? new Promise(() => undefined) : client.query(...statement)),
          end: () => {
            ended += 1;
            isSilent = false;
            return client.end();
          },
        };
      };
      const store = storeAt(url, { connect, leaseMs: 3000 });
      const lock = await store.lock(lockRequest());
      isSilent = true;
      // The next renewal gets no answer; the one after it comes over a new connection.
      while (ended === 0) await new Promise((done) => setTimeout(done, 50));
      await store.write(stateOf(1, [A]), 0, lock);
      expect(lock.lost.aborted).toBe(false);
      await lock.release();
      await store.close();
    });
  },
  [18],
);

onRealPostgres('what the server refuses', {}, (server) => {
  it('is said without what was sent', async () => {
    const url = await server().createDatabase();
    const store = storeAt(url);
    await store.write(stateOf(1, [A]), 0);
    await query(
      url,
      "ALTER TABLE secrets_state.state_records ADD CONSTRAINT talk CHECK (address <> 'secret.helios.B')",
    );
    const said = await saidBy(store.write(stateOf(2, [A, B]), 1));
    expect(said).toContain('SQLSTATE 23514');
    expect(said).not.toContain('helios');
    const lineage = await saidBy(
      storeAt(url, { stack: 'x' }).write(stateOf(1, [], { lineage: 'hunter\0two' }), 0),
    );
    expect(lineage).toContain('SQLSTATE 22021');
    expect(lineage).not.toContain('hunter');
    expect(await store.read()).toEqual(stateOf(1, [A]));
    await store.close();
  });

  it('names what stands in the way: a standby, a taken name, a lock that is none', async () => {
    const url = await server().createDatabase();
    const store = storeAt(url);
    await store.write(stateOf(1), 0);
    const database = new URL(url).pathname.slice(1);
    await query(url, `ALTER DATABASE "${database}" SET default_transaction_read_only = on`);
    const readOnly = storeAt(url);
    expect(await readOnly.read()).toEqual(stateOf(1));
    expect(await saidBy(readOnly.write(stateOf(2), 1))).toContain('set target_session_attrs to read-write');
    await readOnly.close();
    await query(
      url,
      `BEGIN READ WRITE; ALTER DATABASE "${database}" SET default_transaction_read_only = off; COMMIT`,
    );
    await query(url, 'CREATE SCHEMA mine; CREATE TABLE mine.state_records ()');
    const taken = storeAt(url, { schema: 'mine' });
    expect(await saidBy(taken.write(stateOf(1), 0))).toContain('relation \\"state_records\\" already exists');
    await taken.close();
    await query(url, "INSERT INTO secrets_state.state_locks VALUES ('prod', 'x', 'junk', 60000, now())");
    expect(await messageOf(store.lock(lockRequest()))).toContain('cannot be read');
    await store.close();
  });

  it('is a schema that cannot be', () => {
    for (const schema of ['', 'pg_mine', 'information_schema', 'x'.repeat(64), 'ä'.repeat(32), 'a\0']) {
      expect(() => storeAt('postgres://127.0.0.1/x', { schema })).toThrow(DiagnosticError);
    }
  });

  it('is nothing of a server that is none', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await codeOf(storeAt(`postgres://u@127.0.0.1:${port}/x`).read())).toBe('state-unreachable');
    other.close();
    await once(other, 'close');
  });
});
