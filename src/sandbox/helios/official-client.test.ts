import { SingleStoreClient } from '@singlestore/client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startHelios } from './index.js';

/** The official client has the real host built in; its global `fetch` is sent to the sandbox instead. */
async function clientOf(key: string) {
  const sandbox = await startHelios();
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
    real(url.replace(/^https:\/\/api\.singlestore\.com(?=\/)/, sandbox.url), init),
  );
  onTestFinished(async () => {
    vi.unstubAllGlobals();
    await sandbox.close();
  });
  const { token } = sandbox.keys.find(({ name }) => name === key)!;
  return { sandbox, client: new SingleStoreClient({ apiKey: token }) };
}

it('serves the official Node client: create, get, update, delete', async () => {
  const { sandbox, client } = await clientOf('ana');
  const created = await client.secret.create({ name: 'HF_TOKEN', value: 'one' });
  expect(created).toMatchObject({ name: 'HF_TOKEN', value: 'one', createdBy: sandbox.keys[0]!.userID });
  expect(created.createdAt.getTime()).toBeGreaterThan(Date.parse('2020-01-01'));
  expect(await client.secret.get({ name: 'HF_TOKEN' })).toMatchObject({ id: created.id, value: 'one' });
  expect(await client.secret.get({ id: created.id })).toMatchObject({ name: 'HF_TOKEN', value: 'one' });
  expect(await client.secret.get()).toMatchObject([{ id: created.id }]);
  expect(await created.update('two')).toMatchObject({ id: created.id, value: 'two' });
  expect(await client.secret.update(created.id, 'three')).toMatchObject({ value: 'three' });
  expect(await client.secret.delete(created.id)).toBe(created.id);
  expect(await client.secret.get()).toEqual([]);
  expect(sandbox.control.total()).toBe(8);
});

it('serves its organization and teams', async () => {
  const { sandbox, client } = await clientOf('ben');
  expect(await client.organization.get()).toEqual({
    id: sandbox.organization.orgID,
    name: sandbox.organization.name,
  });
  const [team] = (await client.team.get({ name: 'Data Engineering' })) as unknown as [
    Record<string, unknown>,
  ];
  expect(team).toMatchObject({
    name: 'Data Engineering',
    memberUsers: [{ email: 'ben@example.com' }],
    memberTeams: [{ name: 'Interns' }],
  });
});
