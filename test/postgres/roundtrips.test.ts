import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
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
import { startProxy } from './proxy.js';

const through = (url: string, port: number): string => {
  const parsed = new URL(url);
  parsed.port = String(port);
  return parsed.href;
};

const many = (n: number) =>
  Array.from({ length: n }, (_, index) => [
    wanted(`duckdb_server.pg.lake_${index}`, { type: 's3', 'options.scope': `s3://lake-${index}` }),
    wanted(`user_mapping.pg.lake_${index}/public`, {
      'options.key_id': 'k',
      'options.secret': `value-${index}`,
    }),
    wanted(`server_usage.pg.lake_${index}/public`),
  ]).flat();

onRealPostgres('the postgres provider over the wire', {}, (server) => {
  it('costs the same number of round trips whatever the number of objects', async () => {
    const counts: number[][] = [];
    for (const n of [1, 12]) {
      const proxy = await startProxy(server().port);
      const session = await openSession(
        `${through(await server().createDatabase(), proxy.port)}?sslmode=disable`,
      );
      const all = many(n);
      const marks = [proxy.roundTrips()];
      await session.prepare(all);
      marks.push(proxy.roundTrips());
      await readAll(session, all);
      marks.push(proxy.roundTrips());
      const outcomes = await applyItems(
        session,
        all.map((resource) => item('create', resource)),
      );
      marks.push(proxy.roundTrips());
      expect(outcomes.every((outcome) => outcome.status === 'done')).toBe(true);
      counts.push(marks.slice(1).map((mark, index) => mark - (marks[index] ?? 0)));
      await session.close();
      await proxy.stop();
    }
    expect(counts).toEqual([
      [1, 1, 3],
      [1, 1, 3],
    ]);
  });

  it.each([1, 2, 3])(
    'killed before or after message %i of apply: all or nothing, and never a false "done"',
    async (n) => {
      for (const before of [true, false]) {
        const url = await server().createDatabase();
        const proxy = await startProxy(server().port);
        const session = await openSession(`${through(url, proxy.port)}?sslmode=disable`);
        const all = many(2);
        if (before) proxy.cutBefore(n);
        else proxy.cutAfter(n);
        const outcomes = await applyItems(
          session,
          all.map((resource) => item('create', resource)),
        );
        await session.close();
        await proxy.stop();

        const check = await openSession(url);
        const reached = !before && n === 3;
        let found = await readAll(check, all);
        // The server ends a transaction whose client is gone in its own time.
        for (let tries = 0; tries < 100 && found.length !== (reached ? all.length : 0); tries += 1) {
          await pause(20);
          found = await readAll(check, all);
        }
        expect(found).toHaveLength(reached ? all.length : 0);
        expect(outcomes.map((outcome) => outcome.status)).toEqual(all.map(() => 'failed'));
        const doubtful = outcomes.filter(
          (outcome) => outcome.status === 'failed' && outcome.mayHaveHappened === true,
        );
        expect(doubtful).toHaveLength(n === 3 ? all.length : 0);
        await check.close();
      }
    },
  );

  it('two runs at once: one waits for the other, and then sees that it was late', async () => {
    const url = await server().createDatabase();
    const [one, two] = [await openSession(url), await openSession(url)];
    const lake = wanted('duckdb_server.pg.lake', { type: 's3' });
    const results = await Promise.all(
      [one, two].map((session) => applyItems(session, [item('create', lake)])),
    );
    expect(
      results
        .flat()
        .map((outcome) => outcome.status)
        .sort(),
    ).toEqual(['done', 'failed']);
    expect(byAddress(await readAll(one, [lake]), lake.address)).toBeDefined();
    await create(two, [wanted('duckdb_server.pg.other', { type: 's3' })]);
    await one.close();
    await two.close();
  });
});
