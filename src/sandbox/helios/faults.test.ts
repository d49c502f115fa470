import { describe, expect, it, onTestFinished } from 'vitest';
import { openBench, type Bench } from './testing.js';

async function open(): Promise<Bench> {
  const bench = await openBench();
  onTestFinished(bench.close);
  return bench;
}

const post = (bench: Bench, name: string) => bench.as('ana')('POST', '/secrets', { name, value: 'v' });
const exists = (bench: Bench, name: string) => bench.sandbox.control.valueOf(name) !== undefined;

describe('faults', () => {
  it('answers a status with and without Retry-After, and nothing happens', async () => {
    const bench = await open();
    const { control } = bench.sandbox;
    const statuses: [object, number, string | null][] = [
      [{}, 500, null],
      [{ status: 429 }, 429, null],
      [{ status: 429, retryAfter: 7 }, 429, '7'],
      [{ status: 503, retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 503, 'Wed, 21 Oct 2026 07:28:00 GMT'],
    ];
    for (const [options, status, retryAfter] of statuses) {
      control.addFault({ kind: 'status', nth: 1, ...options });
      const answer = await post(bench, 'A');
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
    }
    expect(exists(bench, 'A')).toBe(false);
    control.addFault({ kind: 'status', nth: 1, status: 418, body: 'own words' });
    expect(await post(bench, 'A')).toMatchObject({ status: 418, text: 'own words' });
    control.addFault({ kind: 'status', nth: 1, status: 504, effect: true });
    expect((await post(bench, 'A')).status).toBe(504);
    expect(exists(bench, 'A')).toBe(true);
  });

  it.each([
    ['reset-before', false],
    ['reset-after', true],
    ['truncated', true],
  ] as const)('%s breaks the answer', async (kind, effect) => {
    const bench = await open();
    bench.sandbox.control.addFault({ kind, nth: 1 });
    await expect(post(bench, 'A')).rejects.toThrow();
    expect(exists(bench, 'A')).toBe(effect);
    expect((await bench.as('ana')('GET', '/secrets')).status).toBe(200);
  });

  it('truncates an empty answer too', async () => {
    const bench = await open();
    const id = await bench.create('ana', 'A');
    bench.sandbox.control.addFault({ kind: 'truncated', nth: 1 });
    const change = { grants: [], revokes: [] };
    await expect(bench.as('ana')('PATCH', `/secrets/${id}/accessControls`, change)).rejects.toThrow();
  });

  it.each([
    ['timeout-before', false],
    ['timeout-after', true],
  ] as const)('%s never answers', async (kind, effect) => {
    const bench = await open();
    const { control } = bench.sandbox;
    control.addFault({ kind, nth: 1 });
    const handled = new Promise<void>((resolve) => {
      control.observe(() => {
        resolve();
      });
    });
    const pending = post(bench, 'A').then(
      () => 'answered',
      () => 'broken',
    );
    await handled;
    expect(exists(bench, 'A')).toBe(effect);
    expect(control.requests()).toMatchObject([{ status: null, fault: kind }]);
    await bench.close();
    expect(await pending).toBe('broken');
  });

  it('answers a proxy page and JSON of a wrong shape, and nothing happens', async () => {
    const bench = await open();
    bench.sandbox.control.addFault({ kind: 'html', nth: 1 });
    const html = await post(bench, 'A');
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(html.text).toContain('<h1>502 Bad Gateway</h1>');
    bench.sandbox.control.addFault({ kind: 'garbage', nth: 1 });
    const garbage = await post(bench, 'A');
    expect([garbage.status, garbage.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(garbage.json).toHaveProperty('unexpected');
    expect(exists(bench, 'A')).toBe(false);
  });

  it('is slow, and forgets the request of a client that left before', async () => {
    const bench = await open();
    const { control, url, keys } = bench.sandbox;
    control.addFault({ kind: 'slow', nth: 1, delayMs: 5 });
    expect((await post(bench, 'A')).status).toBe(200);
    control.addFault({ kind: 'slow', method: 'POST', nth: 1, delayMs: 3_600_000 });
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${keys[0]!.token}` };
    const init = { method: 'POST', headers, body: '{"name":"B","value":"v"}', signal: leaving.signal };
    const left = fetch(`${url}/v1/secrets`, init).catch(() => 'left');
    while (control.faults().at(-1)?.fired !== 1) await bench.as('ana')('GET', '/teams');
    leaving.abort();
    expect(await left).toBe('left');
    // Closed once every connection has ended; the events of the ended connections follow in the next rounds.
    await bench.close();
    for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(exists(bench, 'B')).toBe(false);
    expect(control.counts()['POST /v1/secrets']).toBe(1);
  });

  it('fires by method, path and query, from the nth on, as often as asked', async () => {
    const bench = await open();
    const { control } = bench.sandbox;
    const ana = bench.as('ana');
    const statuses = async (path: string, count: number) => {
      const got: number[] = [];
      for (let call = 0; call < count; call += 1) got.push((await ana('GET', path)).status);
      return got;
    };
    control.addFault({ kind: 'status', path: '^/v1/users$', nth: 2, times: 2 });
    expect(await statuses('/users', 5)).toEqual([200, 500, 500, 200, 200]);
    control.addFault({ kind: 'status', path: '^/v1/teams$', nth: 3 });
    expect(await statuses('/teams', 4)).toEqual([200, 200, 500, 200]);
    control.addFault({ kind: 'status', path: '^/v1/roles', times: 1 });
    expect(await statuses('/roles/Secret', 2)).toEqual([500, 200]);
    const id = control.addFault({ kind: 'status', method: 'GET', query: '^name=A$' });
    expect(await statuses('/secrets?name=A', 3)).toEqual([500, 500, 500]);
    expect(await statuses('/secrets', 1)).toEqual([200]);
    expect((await post(bench, 'A')).status).toBe(200);
    expect(control.faults().find((one) => one.id === id)).toMatchObject({ matched: 3, fired: 3 });
    control.clearFaults(id);
    expect(await statuses('/secrets?name=A', 1)).toEqual([200]);
    expect(control.faults()).toHaveLength(3);
    control.clearFaults();
    expect(control.faults()).toEqual([]);
  });

  it('lets the oldest rule that is due win, while each counts for itself', async () => {
    const bench = await open();
    const { control } = bench.sandbox;
    control.addFault({ kind: 'status', status: 503, nth: 2 });
    control.addFault({ kind: 'status', status: 429, times: 2 });
    const got: number[] = [];
    for (let call = 0; call < 3; call += 1) got.push((await bench.as('ana')('GET', '/users')).status);
    expect(got).toEqual([429, 503, 200]);
  });
});
