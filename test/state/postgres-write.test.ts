import { expect, it } from 'vitest';
import type { StateRecord } from '../../src/model/index.js';
import { remember } from '../core/plan-input.js';
import { onRealPostgres } from '../postgres/harness.js';
import { startProxy } from '../postgres/proxy.js';
import { query } from '../support/postgres/index.js';
import { codeOf, lockRequest, messageOf, stateOf } from './contract.js';
import { storeAt, throughPort } from './postgres-clients.js';

/** Which transaction wrote each record last, by address. */
async function writers(url: string): Promise<Readonly<Record<string, string>>> {
  const rows = await query<{ address: string; xmin: string }>(
    url,
    'SELECT address, xmin::text FROM secrets_state.state_records ORDER BY address',
  );
  return Object.fromEntries(rows.map(({ address, xmin }) => [address, xmin]));
}

/** The addresses of the records that were written between two looks. */
function rewritten(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.keys(after).filter((address) => before[address] !== after[address]);
}

const many = (count: number): readonly StateRecord[] =>
  Array.from({ length: count }, (_, index) =>
    remember(`secret.helios.S${String(index).padStart(6, '0')}`, { note: `n${index}`, list: ['a', 'b'] }),
  );

onRealPostgres('what a write sends', {}, (server) => {
  it('is what changed and nothing else, whoever wrote before', async () => {
    const url = await server().createDatabase();
    const [one, two] = [storeAt(url), storeAt(url)];
    const [a, b, c, d] = many(4) as [StateRecord, StateRecord, StateRecord, StateRecord];
    await one.write(stateOf(1, [a, b, c]), 0);
    const first = await writers(url);
    await one.write(stateOf(2, [a, { ...b, id: 'x' }, d]), 1);
    const second = await writers(url);
    expect(Object.keys(second)).toEqual([a.address, b.address, d.address]);
    expect(rewritten(first, second)).toEqual([b.address, d.address]);
    // Equal records, in other objects whose keys stand in another order.
    const turned = (record: StateRecord): StateRecord =>
      Object.fromEntries(
        Object.entries({ ...record, fields: { list: ['a', 'b'], note: record.fields['note'] } }).reverse(),
      ) as unknown as StateRecord;
    await two.write(stateOf(3, [turned(a), turned({ ...b, id: 'x' })]), 2);
    expect(rewritten(second, await writers(url))).toEqual([]);
    await two.write(stateOf(4, [turned(a), turned(b)]), 3);
    const third = await writers(url);
    expect(rewritten(second, third)).toEqual([b.address]);
    await one.write(stateOf(5, [{ ...a, id: 'y' }, b]), 4);
    expect(rewritten(third, await writers(url))).toEqual([a.address]);
    expect(await two.read()).toEqual(stateOf(5, [{ ...a, id: 'y' }, b]));
    await Promise.all([one.close(), two.close()]);
  });

  it('is one row of ten thousand, in one round trip; reading is one too', async () => {
    const url = await server().createDatabase();
    const proxy = await startProxy(server().port);
    const records = many(10_000);
    const [one, two] = [storeAt(url), storeAt(throughPort(url, proxy.port))];
    await one.write(stateOf(1, records), 0);
    await one.close();
    const before = await writers(url);
    expect(await two.unlock('x').catch(() => 'connected')).toBe('connected');
    const trips = [proxy.roundTrips()];
    const state = await two.read();
    trips.push(proxy.roundTrips());
    expect(state).toEqual(stateOf(1, records));
    const changed = records.map((record, index) => (index === 5000 ? { ...record, id: 'new' } : record));
    await two.write(stateOf(2, changed), 1);
    trips.push(proxy.roundTrips());
    // A long answer comes in pieces, which is no round trip.
    expect(trips.map((count) => count - (trips[0] ?? 0))).toEqual([0, 1, 2]);
    expect(rewritten(before, await writers(url))).toEqual([records[5000]?.address]);
    expect((await two.read())?.records[5000]?.id).toBe('new');
    await two.close();
    await proxy.stop();
  });

  it('takes one round trip for a lock, too, and to give it back', async () => {
    const url = await server().createDatabase();
    const proxy = await startProxy(server().port);
    const store = storeAt(throughPort(url, proxy.port));
    await store.write(stateOf(1), 0);
    const start = proxy.roundTrips();
    const lock = await store.lock(lockRequest());
    await store.write(stateOf(2), 1, lock);
    await lock.release();
    expect(proxy.roundTrips() - start).toBe(3);
    await store.close();
    await proxy.stop();
  });

  it('holds whatever text there is, and keeps stacks apart', async () => {
    const url = await server().createDatabase();
    const stacks = ['prod', `a"b'c;--\\`, 'ß\u{1F600}', 'nul\0', 'half\ud800', 'half\udc00', '{}', '%s$1'];
    const names = [
      'x',
      '"',
      "'",
      '\\',
      '\\"',
      '\0',
      '\ud800',
      '\udfff',
      '\u001e',
      '\n',
      '\u2028',
      '{a,b}',
      'NULL',
      '$1',
      '\u{1F600}',
      '\uffff',
    ];
    const records = names
      .map((name) => remember(`secret.helios.${name}`, { [name]: name }))
      .sort((a, b) => (a.address < b.address ? -1 : 1));
    const stores = stacks.map((stack) => storeAt(url, { stack }));
    for (const [index, store] of stores.entries()) {
      expect(await store.read()).toBeUndefined();
      const stack = stacks[index] ?? '';
      await store.write(stateOf(1, records, { stack }), 0);
      await store.write(stateOf(2, records.slice(index), { stack }), 1);
    }
    for (const [index, stack] of stacks.entries()) {
      const store = storeAt(url, { stack });
      expect(await store.read()).toEqual(stateOf(2, records.slice(index), { stack }));
      await store.write(stateOf(3, [], { stack }), 2);
      expect(await stores[index]?.read()).toEqual(stateOf(3, [], { stack }));
      await store.close();
    }
    await Promise.all(stores.map((store) => store.close()));
  });

  it('is compared again where the database was put back behind our back', async () => {
    const url = await server().createDatabase();
    const store = storeAt(url);
    const [a, b, c] = many(3) as [StateRecord, StateRecord, StateRecord];
    await store.write(stateOf(1, [a, b]), 0);
    // The same serial and lineage, but of another write, which had other records.
    await query(url, "UPDATE secrets_state.state_heads SET write_id = 'other'");
    await query(url, 'DELETE FROM secrets_state.state_records WHERE address = $1', [a.address]);
    await store.write(stateOf(2, [a, b, c]), 1);
    expect(await store.read()).toEqual(stateOf(2, [a, b, c]));
    await store.close();
  });

  it('is never written over a state that is damaged, of another layout or of a newer format', async () => {
    const url = await server().createDatabase();
    const store = storeAt(url);
    await store.write(stateOf(1, many(2)), 0);
    const spoil = async (sql: string, values: readonly string[] = []): Promise<readonly string[]> => {
      await query(url, sql, values);
      const fresh = storeAt(url);
      const codes = [
        await codeOf(fresh.read()),
        await codeOf(fresh.write(stateOf(2), 1)),
        await codeOf(store.write(stateOf(2), 1)),
      ];
      await fresh.close();
      return codes;
    };
    const layout = 'UPDATE secrets_state.state_layout SET version = ';
    expect(await spoil(`${layout} 2`)).toEqual(Array(3).fill('newer-state'));
    expect(await codeOf(store.lock(lockRequest()))).toBe('newer-state');
    expect(await messageOf(store.write(stateOf(1), 0))).toContain(
      'layout 2; this version of secrets supports layout 1',
    );
    expect(await spoil('DELETE FROM secrets_state.state_layout')).toEqual(Array(3).fill('damaged-state'));
    await query(url, 'INSERT INTO secrets_state.state_layout VALUES (1)');
    const document = "UPDATE secrets_state.state_heads SET write_id = 'z', document = ";
    expect(await spoil(`${document}'{"version":99}'`)).toEqual(Array(3).fill('newer-state'));
    expect(await spoil(`${document}'{}'`)).toEqual(Array(3).fill('damaged-state'));
    await query(url, `${document}'{"version":2,"systems":{}}'`);
    expect((await store.read())?.serial).toBe(1);
    const record = "UPDATE secrets_state.state_records SET record = $1 WHERE address LIKE '%0'";
    expect((await spoil(record, ['{"address":"x"']))[0]).toBe('damaged-state');
    await store.close();
  });
});
