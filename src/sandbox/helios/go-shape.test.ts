import { expect, it, onTestFinished } from 'vitest';
import type { HeliosOptions } from './index.js';
import { openBench, type Bench } from './testing.js';

async function open(options: HeliosOptions): Promise<Bench> {
  const bench = await openBench(options);
  onTestFinished(bench.close);
  return bench;
}

it.each(['node', 'go'] as const)('takes null for an empty list, as Go encodes one (%s)', async (apiShape) => {
  const bench = await open({ apiShape });
  const id = await bench.create('ana', 'S');
  const path = `/secrets/${id}/accessControls`;
  const share = { role: 'Reader', users: [bench.user('ben')], teams: null };
  const call = bench.as('ana');
  expect((await call('PATCH', path, { grants: [share], revokes: null })).status).toBe(200);
  expect((await bench.as('ben')('GET', `/secrets/${id}`)).status).toBe(200);
  expect((await call('PATCH', path, { grants: null, revokes: [share] })).status).toBe(200);
  expect((await bench.as('ben')('GET', `/secrets/${id}`)).status).toBe(404);
  expect((await call('PATCH', path, { grants: [] })).status).toBe(400);
  expect((await call('PATCH', path, { grants: [{ ...share, users: {} }], revokes: [] })).status).toBe(400);
});

it.each([
  ['node', ['Reader']],
  ['go', [{ resourceType: 'Secret', role: 'Reader' }]],
] as const)('adds a custom role, and shows what it inherits (%s)', async (apiShape, inherits) => {
  const bench = await open({ apiShape });
  const call = bench.as('ana');
  const body = { role: 'Key Rotator', permissions: ['Edit'], inherits };
  const answer = await call('POST', '/roles/Secret', body);
  expect(answer).toMatchObject({ status: 200, json: { ...body, name: 'Key Rotator', isCustom: true } });
  const got = await call('GET', '/roles/Secret/Key%20Rotator');
  expect(got.json).toEqual(answer.json);
  expect((await call('GET', '/roles/Secret')).json).toContainEqual(answer.json);
  expect((await call('POST', '/roles/Secret', body)).status).toBe(409);
  expect((await call('POST', '/roles/Secret', { role: 'X', permissions: ['Fly'] })).status).toBe(400);
  expect((await call('POST', '/roles/Secret', { name: 'X', inherits: ['None'] })).status).toBe(400);
  expect((await call('POST', '/roles/Secret', { name: 'X', inherits: null })).status).toBe(200);
  expect((await call('GET', '/roles/Secret/%')).status).toBe(404);
  expect((await call('POST', '/roles/Team', body)).status).toBe(404);
});

it('adds a team and shows it by its id', async () => {
  const bench = await open({ apiShape: 'go' });
  const call = bench.as('ana');
  const { teamID } = (await call('POST', '/teams', { name: 'New', description: null })).json as {
    teamID: string;
  };
  const shown = { teamID, name: 'New', description: '', memberUsers: [], memberTeams: [] };
  expect((await call('GET', `/teams/${teamID}`)).json).toMatchObject(shown);
  expect((await call('GET', `/teams/${bench.user('ana')}`)).status).toBe(404);
  expect((await call('POST', '/teams', { name: '' })).status).toBe(400);
});

it('lists a project', async () => {
  const { as } = await open({ apiShape: 'go' });
  const projects = (await as('ana')('GET', '/projects')).json;
  expect(projects).toMatchObject([{ name: 'Default', edition: 'ENTERPRISE' }]);
  expect((await as('ana')('GET', '/projects')).json).toEqual(projects);
});
