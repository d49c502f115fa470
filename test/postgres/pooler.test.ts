import { expect, it } from 'vitest';
import { hasErrors } from '../../src/model/index.js';
import {
  applyItems,
  byAddress,
  create,
  item,
  onRealPostgres,
  openSession,
  readAll,
  wanted,
} from './harness.js';
import { stateOf } from '../state/contract.js';
import { storeAt } from '../state/postgres-clients.js';
import { needs } from '../support/services.js';
import { query } from '../support/postgres/index.js';
import { poolerProblem, startPooler } from './pooler.js';

onRealPostgres('behind PgBouncer in transaction mode', {}, (server) => {
  it('two sessions prepare, read and apply over one connection', async (context) => {
    needs(context, 'PgBouncer', poolerProblem());
    const pooler = await startPooler(server().port);
    try {
      const url = new URL(await server().createDatabase());
      url.port = String(pooler.port);
      const [one, two] = [await openSession(url.href), await openSession(url.href)];
      const lake = wanted('duckdb_server.pg.lake', { type: 's3' });
      const user = wanted('user_mapping.pg.lake/public', { 'options.secret': 'first' });
      expect(hasErrors((await one.prepare([lake, user])).diagnostics)).toBe(false);
      await create(one, [lake, user]);
      const found = await readAll(two, [lake]);
      const next = wanted('user_mapping.pg.lake/public', { 'options.secret': 'second' });
      const [outcomes] = await Promise.all([
        applyItems(two, [item('update', next, byAddress(found, next.address))]),
        readAll(one, [lake]),
      ]);
      expect(outcomes.map((each) => each.status)).toEqual(['done']);
      const store = storeAt(url.href);
      await store.write(stateOf(1), 0);
      expect(await store.read()).toEqual(stateOf(1));
      await store.close();
      await one.close();
      await two.close();
      // Nothing of a transaction is left on the connection that others get.
      const left =
        "SELECT current_setting('search_path') AS path, current_setting('secrets.search_path', true) AS kept";
      expect(await query(url.href, left)).toEqual([{ path: '"$user", public', kept: '' }]);
    } finally {
      await pooler.stop();
    }
  });
});
