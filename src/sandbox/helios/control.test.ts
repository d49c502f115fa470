import { describe, expect, it, onTestFinished } from 'vitest';
import { caller, openBench, type Bench } from './testing.js';

async function open(): Promise<Bench & { control: ReturnType<typeof caller> }> {
  const bench = await openBench({ controlToken: 'let-me-in' });
  onTestFinished(bench.close);
  return { ...bench, control: caller(bench.sandbox.url, { 'x-sandbox-control': 'let-me-in' }) };
}

describe('the control endpoint', () => {
  it('wants its token', async () => {
    const bench = await open();
    const headers = { authorization: `Bearer ${bench.sandbox.keys[0]!.token}` };
    for (const given of [headers, { 'x-sandbox-control': 'wrong' }]) {
      const call = caller(bench.sandbox.url, given);
      expect((await call('GET', '/_sandbox/world')).status).toBe(401);
      expect((await call('POST', '/_sandbox/faults', { kind: 'html' })).status).toBe(401);
    }
    expect(bench.sandbox.control.faults()).toEqual([]);
    expect((await bench.control('GET', '/_sandbox/nothing')).status).toBe(404);
  });

  it('sets and clears faults, which do not touch itself', async () => {
    const { control, as } = await open();
    const added = await control('POST', '/_sandbox/faults', { kind: 'status', status: 503 });
    expect(added).toMatchObject({ status: 201, json: { id: 1 } });
    expect((await as('ana')('GET', '/users')).status).toBe(503);
    expect((await control('GET', '/_sandbox/faults')).json).toMatchObject([{ id: 1, matched: 1, fired: 1 }]);
    await control('DELETE', '/_sandbox/faults?id=2');
    expect((await as('ana')('GET', '/users')).status).toBe(503);
    await control('DELETE', '/_sandbox/faults?id=1');
    expect((await as('ana')('GET', '/users')).status).toBe(200);
  });

  it('refuses faults and edits that it does not understand', async () => {
    const { control } = await open();
    for (const rule of [
      {},
      { kind: 'flood' },
      { kind: 'html', path: '(' },
      { kind: 'html', nth: 0 },
      { kind: 'html', nth: 'last' },
      { kind: 'html', methods: 'GET' },
      { kind: 'status', status: '500' },
    ]) {
      expect((await control('POST', '/_sandbox/faults', rule)).status, JSON.stringify(rule)).toBe(400);
    }
    for (const edit of [
      {},
      { kind: 'constructor' },
      { kind: 'remove-user' },
      { kind: 'remove-user', user: 1 },
      { kind: 'add-team', name: 'T', colour: 'red' },
      { kind: 'add-user', email: 'x@example.com', userKind: 'Robot' },
      { kind: 'add-role', name: 'R', permissions: ['Fly'] },
      { kind: 'add-member', of: 'Archive' },
      { kind: 'add-member', of: 'Archive', user: 'ana@example.com', team: 'Platform' },
    ]) {
      expect((await control('POST', '/_sandbox/edits', edit)).status, JSON.stringify(edit)).toBe(400);
    }
    for (const edit of [
      { kind: 'remove-user', user: 'x@example.com' },
      { kind: 'set-value', secret: 'NONE', value: 'v', by: 'ana@example.com' },
      { kind: 'set-key', name: 'none' },
    ]) {
      expect((await control('POST', '/_sandbox/edits', edit)).status, JSON.stringify(edit)).toBe(404);
    }
  });

  it('logs and counts requests without bodies, values or tokens', async () => {
    const { control, as, create, sandbox } = await open();
    const seen: string[] = [];
    const end = sandbox.control.observe(({ method, status }) => seen.push(`${method} ${String(status)}`));
    const id = await create('ana', 'A', 'hunter2-value');
    await as('ben')('GET', `/secrets/${id}`);
    await as('ana')('PATCH', `/secrets/${id}`, { value: 'hunter2-other', nope: 'hunter2-field' });
    await caller(sandbox.url, { authorization: 'Bearer hunter2-token' })('GET', '/v1/nothing?x=1');
    end();
    await as('ana')('GET', '/users');
    expect(seen).toEqual(['POST 200', 'GET 404', 'PATCH 400', 'GET 404']);
    const answer = await control('GET', '/_sandbox/requests');
    expect(answer.json).toEqual({
      total: 5,
      counts: {
        'POST /v1/secrets': 1,
        'GET /v1/secrets/{secretID}': 1,
        'PATCH /v1/secrets/{secretID}': 1,
        'GET (unknown path)': 1,
        'GET /v1/users': 1,
      },
      entries: [
        { method: 'POST', path: '/v1/secrets', query: '', status: 200, key: 'ana' },
        { method: 'GET', path: `/v1/secrets/${id}`, query: '', status: 404, key: 'ben' },
        { method: 'PATCH', path: `/v1/secrets/${id}`, query: '', status: 400, key: 'ana' },
        { method: 'GET', path: '/v1/nothing', query: 'x=1', status: 404, key: null },
        { method: 'GET', path: '/v1/users', query: '', status: 200, key: 'ana' },
      ],
    });
    const world = await control('GET', '/_sandbox/world');
    for (const text of [answer.text, world.text]) {
      expect(text).not.toContain('hunter2');
      for (const { token } of sandbox.keys) expect(text).not.toContain(token);
    }
    await control('DELETE', '/_sandbox/requests');
    expect(sandbox.control.total()).toBe(0);
  });
});

describe('changes by hand', () => {
  it('sets a value, and deletes and recreates a secret, as somebody', async () => {
    const { control, as, create, user, sandbox } = await open();
    const id = await create('ana', 'A', 'one');
    const edit = async (body: object) => (await control('POST', '/_sandbox/edits', body)).json;
    expect(await edit({ kind: 'set-value', secret: 'A', value: 'two', by: 'ben@example.com' })).toEqual({});
    const changed = (await as('ana')('GET', `/secrets/${id}`)).json as { secret: Record<string, string> };
    expect(changed.secret).toMatchObject({
      value: 'two',
      createdBy: user('ana'),
      lastUpdatedBy: user('ben'),
    });
    expect(changed.secret['lastUpdatedAt']! > changed.secret['createdAt']!).toBe(true);
    const made = (await edit({ kind: 'recreate-secret', secret: id, by: 'ben@example.com' })) as {
      id: string;
    };
    expect(made.id).not.toBe(id);
    expect(sandbox.control.valueOf('A')).toBe('two');
    expect((await as('ana')('GET', `/secrets/${made.id}`)).status).toBe(404);
    expect((await as('ben')('GET', `/secrets/${made.id}`)).status).toBe(200);
    await edit({ kind: 'delete-secret', secret: 'A', by: 'chloe@example.com' });
    expect(
      sandbox.control.dump().secrets.map(({ removal }) => [removal?.because, removal?.deletedBy]),
    ).toEqual([
      ['deleted', user('ben')],
      ['deleted', user('chloe')],
    ]);
    const created = (await edit({ kind: 'create-secret', name: 'B', value: 'v', by: user('ben') })) as {
      id: string;
    };
    expect((await as('ben')('GET', `/secrets/${created.id}`)).status).toBe(200);
  });

  it('holds the rules on names, sizes and built-in roles', async () => {
    const { sandbox } = await open();
    const by = 'ana@example.com';
    const { control } = sandbox;
    control.edit({ kind: 'create-secret', name: 'A', value: 'v', by });
    expect(() => control.edit({ kind: 'create-secret', name: 'A', value: 'v', by })).toThrow(
      'exists already',
    );
    expect(() => control.edit({ kind: 'create-secret', name: 'A-B', value: 'v', by })).toThrow('letters');
    expect(() => control.edit({ kind: 'add-role', name: 'Owner' })).toThrow('built-in');
    expect(() => control.edit({ kind: 'add-user', email: 'ANA@example.com' })).toThrow('already');
  });

  it('tells two teams of one name apart by id only', async () => {
    const { sandbox, team } = await open();
    const id = sandbox.control.edit({ kind: 'add-team', name: 'Platform' })!;
    expect(id).not.toBe(team('Platform'));
    expect(() => sandbox.control.edit({ kind: 'remove-team', team: 'Platform' })).toThrow('Two teams');
    sandbox.control.edit({ kind: 'remove-team', team: id });
    expect(sandbox.world.teams.has(team('Platform'))).toBe(true);
  });

  it('brings back the organization as it was kept, any number of times', async () => {
    const { sandbox, as, create } = await open();
    const { control, world } = sandbox;
    const kept = await create('ana', 'KEPT', 'before');
    control.edit({ kind: 'grant', secret: 'KEPT', role: 'Reader', by: 'ana@example.com', team: 'Platform' });
    const before = control.dump();
    const bringBack = control.snapshot();
    const made = new Set<string>();
    for (let time = 1; time <= 2; time += 1) {
      control.edit({ kind: 'set-value', secret: 'KEPT', value: 'after', by: 'ana@example.com' });
      control.edit({
        kind: 'revoke',
        secret: 'KEPT',
        role: 'Reader',
        by: 'ana@example.com',
        team: 'Platform',
      });
      control.edit({ kind: 'remove-member', of: 'Platform', user: 'ana@example.com' });
      made.add(await create('ana', 'NEW'));
      await as('ana')('DELETE', `/secrets/${kept}`);
      bringBack();
      expect(control.dump()).toEqual(before);
      expect(control.valueOf('KEPT')).toBe('before');
      expect([...world.secrets.keys()]).toEqual([kept]);
    }
    // An id never comes twice.
    expect(made.size).toBe(2);
  });
});
