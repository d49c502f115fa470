import { execFile } from 'node:child_process';
import { createServer, request as httpRequest } from 'node:http';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHelios } from './index.js';
import { caller, openBench, type Bench } from './testing.js';

async function open(options = {}): Promise<Bench> {
  const bench = await openBench(options);
  onTestFinished(bench.close);
  return bench;
}

const everyCall = (id: string, userID: string, teamID: string): [string, string][] => [
  ['GET', '/secrets'],
  ['POST', '/secrets'],
  ['GET', `/secrets/${id}`],
  ['PATCH', `/secrets/${id}`],
  ['DELETE', `/secrets/${id}`],
  ['GET', `/secrets/${id}/accessControls`],
  ['PATCH', `/secrets/${id}/accessControls`],
  ['GET', '/users/current'],
  ['GET', '/users'],
  ['GET', `/users/${userID}/identityRoles`],
  ['GET', '/teams'],
  ['GET', `/teams/${teamID}/identityRoles`],
  ['GET', '/roles/Secret'],
  ['GET', '/invitations'],
  ['GET', '/organizations/current'],
];

describe('keys and organization', () => {
  it('answers every call with 401 without a valid key, and 403 with a denied one or for another organization', async () => {
    const bench = await open();
    const id = await bench.create('ana', 'A');
    const calls = everyCall(id, bench.user('ana'), bench.team('Platform'));
    const wrong = caller(`${bench.sandbox.url}/v1`, { authorization: 'Bearer nope' });
    const none = caller(`${bench.sandbox.url}/v1`, {});
    const other = '11111111-1111-4111-8111-111111111111';
    bench.sandbox.control.edit({ kind: 'set-key', name: 'ben', denied: 'Out of credits.' });
    for (const [method, path] of calls) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      expect((await wrong(method, path, body)).status).toBe(401);
      expect((await none(method, path, body)).status).toBe(401);
      expect(await bench.as('ben')(method, path, body)).toMatchObject({
        status: 403,
        json: { error: 'Out of credits.' },
      });
      expect((await bench.as('ana')(method, `${path}?organizationID=${other}`, body)).status).toBe(403);
    }
    expect(bench.sandbox.control.valueOf('A')).toBe('v1');
  });

  it('accepts its own organization on every call', async () => {
    const bench = await open();
    const id = await bench.create('ana', 'A');
    const { orgID } = bench.sandbox.organization;
    for (const [method, path] of everyCall(id, bench.user('ana'), bench.team('Platform'))) {
      if (method !== 'GET') continue;
      expect((await bench.as('ana')(method, `${path}?organizationID=${orgID.toUpperCase()}`)).status).toBe(
        200,
      );
    }
  });

  it('knows revoked and expired keys, and keys of people who left', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const bench = await open({ now: () => now });
    const { control } = bench.sandbox;
    control.edit({ kind: 'set-key', name: 'ana', revoked: true });
    control.edit({ kind: 'set-key', name: 'ben', expiresAt: '2026-01-02T00:00:00Z' });
    const chloe = bench.as('chloe');
    control.edit({ kind: 'remove-user', user: 'chloe@example.com' });
    expect((await bench.as('ana')('GET', '/secrets')).status).toBe(401);
    expect((await bench.as('ben')('GET', '/secrets')).status).toBe(200);
    now = new Date('2026-01-02T00:00:00Z');
    expect((await bench.as('ben')('GET', '/secrets')).status).toBe(401);
    expect((await chloe('GET', '/secrets')).status).toBe(401);
  });
});

describe('paths, methods, bodies', () => {
  it('answers 404 for unknown paths and 405 for unknown methods', async () => {
    const { as, create } = await open();
    const id = await create('ana', 'A');
    for (const path of ['/nothing', '/secrets/', `/secrets/${id}/more`, '/users/']) {
      expect((await as('ana')('GET', path)).status, path).toBe(404);
    }
    const put = await as('ana')('PUT', '/secrets');
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
    for (const method of ['HEAD', 'OPTIONS']) {
      for (const path of ['/secrets', `/secrets/${id}`, '/users/current']) {
        expect((await as('ana')(method, path)).status).toBe(405);
      }
    }
  });

  it('refuses bodies that are not JSON objects, and never repeats them', async () => {
    const { as, create } = await open();
    const id = await create('ana', 'A');
    for (const [method, path] of [
      ['POST', '/secrets'],
      ['PATCH', `/secrets/${id}`],
      ['PATCH', `/secrets/${id}/accessControls`],
    ] as const) {
      for (const body of ['', '{', 'hunter2', '"hunter2"', '["hunter2"]', 'null', '{"hunter2":1}']) {
        const answer = await as('ana')(method, path, body);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/json']);
        expect(answer.text).not.toContain('hunter2');
      }
    }
  });

  it('refuses a body that is not UTF-8', async () => {
    const { sandbox } = await open();
    const response = await fetch(`${sandbox.url}/v1/secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.keys[0]!.token}` },
      body: Buffer.from('{"name":"A","value":"\xff"}', 'latin1'),
    });
    expect(response.status).toBe(400);
    await response.text();
  });

  it('answers 413 past 16 MB and goes on working', async () => {
    const { as } = await open();
    const answer = await as('ana')('POST', '/secrets', { name: 'A', value: 'x'.repeat(17 * 1024 * 1024) });
    expect(answer.status).toBe(413);
    expect((await as('ana')('GET', '/secrets')).status).toBe(200);
  });

  it('sends lists in another order from call to call, and fields that nobody knows', async () => {
    const { as, create } = await open();
    for (const name of ['A', 'B', 'C', 'D', 'E']) await create('ana', name);
    const orders = new Set<string>();
    for (let call = 0; call < 8; call += 1) {
      const { secrets } = (await as('ana')('GET', '/secrets')).json as { secrets: { name: string }[] };
      expect(secrets.map(({ name }) => name).sort()).toEqual(['A', 'B', 'C', 'D', 'E']);
      expect(secrets[0]).toHaveProperty('sandboxExtra');
      orders.add(secrets.map(({ name }) => name).join(''));
    }
    expect(orders.size).toBeGreaterThan(1);
  });
});

describe('listening and closing', () => {
  it('listens on the loopback address alone, on the port asked for', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as { port: number };
    await expect(startHelios({ port })).rejects.toThrow('EADDRINUSE');
    await new Promise((resolve) => free.close(resolve));
    const sandbox = await startHelios({ port });
    onTestFinished(() => sandbox.close());
    expect([sandbox.port, sandbox.url]).toEqual([port, `http://127.0.0.1:${String(port)}`]);
  });

  it('closes at once though requests hang, are slow, or stopped halfway; twice is fine', async () => {
    const bench = await openBench();
    const { control, url, port, close } = bench.sandbox;
    control.addFault({ kind: 'timeout-before', path: 'users' });
    control.addFault({ kind: 'slow', path: 'teams', delayMs: 3_600_000 });
    const hanging = [bench.as('ana')('GET', '/users'), bench.as('ana')('GET', '/teams')].map((call) =>
      call.then(
        () => 'answered',
        () => 'broken',
      ),
    );
    const half = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/v1/secrets' });
    const halfBroken = new Promise((resolve) => half.once('error', resolve));
    half.setHeader('content-length', '100');
    half.write('{');
    while (control.faults().some(({ fired }) => fired === 0)) await bench.as('ana')('GET', '/secrets');
    await close();
    await close();
    expect(await Promise.all(hanging)).toEqual(['broken', 'broken']);
    expect(await halfBroken).toBeInstanceOf(Error);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('leaves nothing open and says nothing: a process that closes it ends by itself', async () => {
    const script = `
      const { startHelios } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      const sandbox = await startHelios();
      const headers = { authorization: 'Bearer ' + sandbox.keys[0].token };
      const call = (path) => fetch(sandbox.url + path, { headers }).catch(() => {});
      await call('/v1/users');
      sandbox.control.addFault({ kind: 'timeout-after', path: 'users' });
      sandbox.control.addFault({ kind: 'slow', path: 'teams', delayMs: 3600000 });
      const pending = [call('/v1/users'), call('/v1/teams')];
      while (sandbox.control.faults().some(({ fired }) => fired === 0)) await call('/v1/secrets');
      await sandbox.close();
      await Promise.all(pending);`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    // execFile rejects for another exit code than 0, and kills what has not ended in time.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 });
    expect([stdout, stderr]).toEqual(['', '']);
  });
});
