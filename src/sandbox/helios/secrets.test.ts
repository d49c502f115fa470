import { describe, expect, it, onTestFinished } from 'vitest';
import { openBench, type Bench } from './testing.js';

async function open(options = {}): Promise<Bench> {
  const bench = await openBench(options);
  onTestFinished(bench.close);
  return bench;
}

type Shown = Record<string, unknown>;
const listed = (json: unknown) => (json as { secrets: Shown[] }).secrets;
const single = (json: unknown) => (json as { secret: Shown }).secret;

describe('create, read, update, delete', () => {
  it('goes through the life of a secret', async () => {
    const { as, user } = await open();
    const ana = as('ana');
    const created = single((await ana('POST', '/secrets', { name: 'HF_TOKEN', value: 'one' })).json);
    expect(created).toMatchObject({
      name: 'HF_TOKEN',
      value: 'one',
      createdBy: user('ana'),
      lastUpdatedBy: user('ana'),
      lastUpdatedAt: created['createdAt'],
    });
    expect(created).not.toHaveProperty('deletedAt');
    const path = `/secrets/${String(created['secretID'])}`;
    expect(single((await ana('GET', path)).json)).toEqual(created);
    expect(single((await ana('GET', path.toUpperCase().replace('/SECRETS', '/secrets'))).json)).toEqual(
      created,
    );
    expect(listed((await ana('GET', '/secrets')).json)).toEqual([created]);
    expect(listed((await ana('GET', '/secrets?name=HF_TOKEN')).json)).toEqual([created]);
    for (const name of ['hf_token', 'HF_TOKE', 'HF.TOKEN', '']) {
      expect(listed((await ana('GET', `/secrets?name=${name}`)).json)).toEqual([]);
    }
    const updated = (await ana('PATCH', path, { value: 'two' })).json as Shown;
    expect(updated).toMatchObject({ ...created, value: 'two', lastUpdatedAt: updated['lastUpdatedAt'] });
    expect(String(updated['lastUpdatedAt']) > String(created['lastUpdatedAt'])).toBe(true);
    const again = (await ana('PATCH', path, { value: 'two' })).json as Shown;
    expect(String(again['lastUpdatedAt']) > String(updated['lastUpdatedAt'])).toBe(true);
    expect((await ana('DELETE', path)).json).toEqual({ secretID: created['secretID'] });
    for (const method of ['GET', 'DELETE']) expect((await ana(method, path)).status).toBe(404);
    expect((await ana('PATCH', path, { value: 'x' })).status).toBe(404);
    expect((await ana('GET', `${path}/accessControls`)).status).toBe(404);
    expect(listed((await ana('GET', '/secrets')).json)).toEqual([]);
  });

  it('frees a name by deletion, and gives the next one another id', async () => {
    const { as, create, sandbox } = await open();
    const first = await create('ana', 'A');
    await as('ana')('DELETE', `/secrets/${first}`);
    expect(await create('ben', 'A')).not.toBe(first);
    const [gone] = sandbox.control.dump().secrets;
    expect(gone).toMatchObject({ secretID: first, removal: { because: 'deleted' } });
  });

  it('shows a deleted secret by its id only if asked to, without its value', async () => {
    const { as, create, user, sandbox } = await open({ showDeleted: true });
    const id = await create('ana', 'A', 'kept');
    await as('ana')('DELETE', `/secrets/${id}`);
    const answer = await as('ana')('GET', `/secrets/${id}`);
    expect(single(answer.json)).toMatchObject({ secretID: id, deletedBy: user('ana') });
    expect(single(answer.json)['deletedAt']).toMatch(/Z$/);
    expect(single(answer.json)).not.toHaveProperty('value');
    expect(sandbox.world.secrets.get(id)!.value).toBe('');
    expect((await as('ben')('GET', `/secrets/${id}`)).status).toBe(404);
    expect(listed((await as('ana')('GET', '/secrets')).json)).toEqual([]);
  });

  it('can list without values, while a look-up by name or id has them', async () => {
    const { as, create } = await open({ listWithoutValues: true });
    const id = await create('ana', 'A', 'v');
    expect(listed((await as('ana')('GET', '/secrets')).json)[0]).not.toHaveProperty('value');
    expect(listed((await as('ana')('GET', '/secrets?name=A')).json)[0]).toHaveProperty('value', 'v');
    expect(single((await as('ana')('GET', `/secrets/${id}`)).json)).toHaveProperty('value', 'v');
  });

  it('serves the shapes of the generated client when asked to', async () => {
    const { as } = await open({ apiShape: 'go' });
    const ana = as('ana');
    const created = (await ana('POST', '/secrets', { name: 'A', value: 'v' })).json as Shown;
    expect(created).toMatchObject({ name: 'A', value: 'v' });
    const path = `/secrets/${String(created['secretID'])}`;
    expect((await ana('GET', path)).json).toEqual(created);
    expect((await ana('GET', '/secrets')).json).toEqual([created]);
    expect((await ana('GET', '/secrets?name=A')).json).toEqual([created]);
    expect((await ana('GET', '/secrets?name=B')).json).toEqual([]);
    expect((await ana('PATCH', path, { value: 'w' })).json).toMatchObject({ name: 'A', value: 'w' });
    expect((await ana('PATCH', `${path}/accessControls`, { grants: [], revokes: [] })).json).toEqual({});
    expect((await ana('DELETE', path)).json).toEqual({ secretID: created['secretID'] });
  });
});

describe('names and values', () => {
  it('takes letters, digits and underscores and nothing else', async () => {
    const { as } = await open();
    for (const name of ['', 'A-B', 'A B', 'Ä', 'A\n', 'A.B', 'a/b']) {
      expect((await as('ana')('POST', '/secrets', { name, value: 'v' })).status, name).toBe(400);
    }
    for (const name of ['a', '_', '9', 'aZ_09', 'N'.repeat(300)]) {
      expect((await as('ana')('POST', '/secrets', { name, value: '' })).status, name).toBe(200);
    }
  });

  it('takes 5 × 1024 × 1024 bytes of UTF-8 and not one more, on POST and PATCH', async () => {
    const { as, sandbox } = await open();
    const limit = 5 * 1024 * 1024;
    const full = 'é'.repeat(limit / 2);
    expect((await as('ana')('POST', '/secrets', { name: 'BIG', value: `${full}x` })).status).toBe(400);
    expect((await as('ana')('POST', '/secrets', { name: 'BIG', value: full })).status).toBe(200);
    const { secretID } = sandbox.control.dump().secrets[0]!;
    expect((await as('ana')('PATCH', `/secrets/${secretID}`, { value: 'x'.repeat(limit + 1) })).status).toBe(
      400,
    );
    expect(sandbox.control.valueOf('BIG')).toBe(full);
  });

  it('wants exactly name and value on POST and exactly value on PATCH', async () => {
    const { as, create } = await open();
    const id = await create('ana', 'A');
    for (const body of [
      { name: 'B' },
      { value: 'v' },
      { name: 'B', value: 1 },
      { name: 'B', value: 'v', x: 1 },
    ]) {
      expect((await as('ana')('POST', '/secrets', body)).status).toBe(400);
    }
    for (const body of [
      {},
      { value: null },
      { name: 'B' },
      { name: 'B', value: 'v' },
      { value: 'v', x: 1 },
    ]) {
      expect((await as('ana')('PATCH', `/secrets/${id}`, body)).status).toBe(400);
    }
  });

  it('says the same about a taken name, whether or not the key sees who has it', async () => {
    const { as, create, sandbox } = await open();
    await create('ana', 'TAKEN', 'anas');
    const [seen, unseen] = [
      await as('ana')('POST', '/secrets', { name: 'TAKEN', value: 'v' }),
      await as('chloe')('POST', '/secrets', { name: 'TAKEN', value: 'v' }),
    ];
    expect([seen.status, unseen.status]).toEqual([409, 409]);
    expect(unseen.text).toBe(seen.text);
    expect(listed((await as('chloe')('GET', '/secrets?name=TAKEN')).json)).toEqual([]);
    expect(sandbox.control.valueOf('TAKEN')).toBe('anas');
  });
});
