import { describe, expect, it, onTestFinished } from 'vitest';
import { openBench, type Bench } from './testing.js';

async function open(): Promise<Bench & { id: string }> {
  const bench = await openBench();
  onTestFinished(bench.close);
  return { ...bench, id: await bench.create('ana', 'S') };
}

interface Shown {
  role: string;
  description: string;
  grants: {
    identity: Record<string, string>;
    createdAt: string;
    createdBy?: { email: string };
    inheritedFrom?: unknown;
  }[];
}

/** The access list as sorted lines `role who`. */
async function access({ as, id }: Bench & { id: string }, key = 'ana'): Promise<string[]> {
  const roles = (await as(key)('GET', `/secrets/${id}/accessControls`)).json as Shown[];
  return roles
    .flatMap(({ role, grants }) =>
      grants.map(
        ({ identity, inheritedFrom }) =>
          `${role} ${identity['email'] ?? identity['name'] ?? ''}${inheritedFrom ? ' inherited' : ''}`,
      ),
    )
    .sort();
}

const entry = (role: string, users: string[] = [], teams: string[] = []) => ({ role, users, teams });

describe('access controls', () => {
  it('shows every role with its grants, their time and author', async () => {
    const { as, id, user, team } = await open();
    const path = `/secrets/${id}/accessControls`;
    const change = { grants: [entry('Reader', [user('ben')], [team('Interns')])], revokes: [] };
    expect(await as('ana')('PATCH', path, change)).toMatchObject({ status: 200, text: '' });
    const roles = (await as('ana')('GET', path)).json as Shown[];
    expect(roles.map(({ role }) => role).sort()).toEqual(['Owner', 'Reader']);
    const readers = roles.find(({ role }) => role === 'Reader')!;
    expect(readers.description).not.toBe('');
    expect(readers.grants.map(({ identity }) => identity)).toEqual(
      expect.arrayContaining([
        { userID: user('ben'), email: 'ben@example.com', firstName: 'Ben', lastName: 'Becker' },
        { teamID: team('Interns'), name: 'Interns', description: 'Learns pipelines' },
      ]),
    );
    for (const grant of readers.grants) {
      expect(grant.createdBy).toMatchObject({ email: 'ana@example.com' });
      expect(grant.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    }
  });

  it('wants both arrays, and users and teams in each entry', async () => {
    const { as, id, user } = await open();
    const ben = [user('ben')];
    for (const body of [
      {},
      { grants: [] },
      { revokes: [] },
      { grants: {}, revokes: [] },
      { grants: [{ role: 'Reader', users: ben }], revokes: [] },
      { grants: [{ role: 'Reader', teams: [] }], revokes: [] },
      { grants: [], revokes: [{ role: 'Reader', users: ben }] },
      { grants: [{ users: ben, teams: [] }], revokes: [] },
      { grants: ['x'], revokes: [] },
      { grants: [entry('Reader', ['ben@example.com'])], revokes: [] },
      { grants: [], revokes: [], more: [] },
    ]) {
      const answer = await as('ana')('PATCH', `/secrets/${id}/accessControls`, body);
      expect(answer.status, JSON.stringify(body)).toBe(400);
    }
  });

  it('checks all before it changes anything', async () => {
    const bench = await open();
    const { as, id, user, team } = bench;
    const good = entry('Reader', [user('ben')]);
    for (const bad of [
      { grants: [good, entry('Emperor', [user('ben')])], revokes: [] },
      { grants: [good, entry('Reader', [team('Interns')])], revokes: [] },
      { grants: [good, entry('Reader', [], [user('ben')])], revokes: [] },
      { grants: [good], revokes: [entry('Emperor', [user('ben')])] },
    ]) {
      expect((await as('ana')('PATCH', `/secrets/${id}/accessControls`, bad)).status).toBe(400);
    }
    expect(await access(bench)).toEqual(['Owner ana@example.com']);
  });

  it('applies grants before revokes, in one step', async () => {
    const bench = await open();
    const { as, id, user } = bench;
    const handOver = { grants: [entry('Owner', [user('ben')])], revokes: [entry('Owner', [user('ana')])] };
    expect((await as('ana')('PATCH', `/secrets/${id}/accessControls`, handOver)).status).toBe(200);
    expect(await access(bench, 'ben')).toEqual(['Owner ben@example.com']);
    const both = { grants: [entry('Reader', [user('ana')])], revokes: [entry('Reader', [user('ana')])] };
    await as('ben')('PATCH', `/secrets/${id}/accessControls`, both);
    expect(await access(bench, 'ben')).toEqual(['Owner ben@example.com']);
  });

  it('keeps each role as a grant of its own, and repeats nothing', async () => {
    const bench = await open();
    const { as, id, user, sandbox } = bench;
    const path = `/secrets/${id}/accessControls`;
    const ben = [user('ben')];
    await as('ana')('PATCH', path, { grants: [entry('Reader', ben)], revokes: [] });
    const before = sandbox.control.dump().secrets[0]!;
    await as('ana')('PATCH', path, { grants: [entry('Owner', ben), entry('Reader', ben)], revokes: [] });
    expect(await access(bench)).toEqual([
      'Owner ana@example.com',
      'Owner ben@example.com',
      'Reader ben@example.com',
    ]);
    const after = sandbox.control.dump().secrets[0]!;
    expect(after.grants.slice(0, 2)).toEqual(before.grants);
    expect([after.lastUpdatedAt, after.lastUpdatedBy]).toEqual([before.lastUpdatedAt, before.lastUpdatedBy]);
    const unknown = '11111111-1111-4111-8111-111111111111';
    const revokes = [entry('Reader', [user('chloe'), unknown])];
    expect((await as('ana')('PATCH', path, { grants: [], revokes })).status).toBe(200);
    expect((await access(bench)).length).toBe(3);
  });

  it('shows inherited grants and does not revoke them', async () => {
    const bench = await open();
    const { as, id, user, sandbox } = bench;
    const path = `/secrets/${id}/accessControls`;
    const who = { user: 'ben@example.com' };
    sandbox.control.edit({ kind: 'add-inherited-grant', secret: 'S', role: 'Reader', ...who });
    const revoke = { grants: [], revokes: [entry('Reader', [user('ben')])] };
    expect((await as('ana')('PATCH', path, revoke)).status).toBe(400);
    await as('ana')('PATCH', path, { grants: [entry('Reader', [user('ben')])], revokes: [] });
    expect(await access(bench)).toEqual([
      'Owner ana@example.com',
      'Reader ben@example.com',
      'Reader ben@example.com inherited',
    ]);
    expect((await as('ana')('PATCH', path, revoke)).status).toBe(200);
    expect(await access(bench)).toEqual(['Owner ana@example.com', 'Reader ben@example.com inherited']);
    const roles = (await as('ana')('GET', path)).json as Shown[];
    const [inherited] = roles.find(({ role }) => role === 'Reader')!.grants;
    expect(inherited!.inheritedFrom).toEqual({
      resourceID: sandbox.organization.orgID,
      resourceType: 'Organization',
      role: 'Reader',
    });
    expect(inherited).not.toHaveProperty('createdBy');
  });

  it('shows custom roles and their grants, and forgets who has left', async () => {
    const bench = await open();
    const { control } = bench.sandbox;
    control.edit({ kind: 'add-role', name: 'Auditor' });
    control.edit({ kind: 'grant', secret: 'S', role: 'Auditor', team: 'Interns', by: 'ben@example.com' });
    control.edit({
      kind: 'grant',
      secret: 'S',
      role: 'Reader',
      user: 'ben@example.com',
      by: 'ana@example.com',
    });
    expect(await access(bench)).toEqual([
      'Auditor Interns',
      'Owner ana@example.com',
      'Reader ben@example.com',
    ]);
    control.edit({ kind: 'remove-user', user: 'ben@example.com' });
    expect(await access(bench)).toEqual(['Auditor Interns', 'Owner ana@example.com']);
    const roles = (await bench.as('ana')('GET', `/secrets/${bench.id}/accessControls`)).json as Shown[];
    expect(roles.find(({ role }) => role === 'Auditor')!.grants[0]).not.toHaveProperty('createdBy');
    control.edit({ kind: 'remove-team', team: 'Interns' });
    expect(await access(bench)).toEqual(['Owner ana@example.com']);
  });
});

describe('identity roles', () => {
  it('names exactly what was granted to this user or team, also for secrets that the key does not see', async () => {
    const { as, id, user, team, sandbox, create } = await open();
    const by = 'ana@example.com';
    const gone = await create('chloe', 'GONE');
    const hidden = await create('chloe', 'HIDDEN');
    await as('chloe')('DELETE', `/secrets/${gone}`);
    sandbox.control.edit({ kind: 'grant', secret: 'S', role: 'Reader', user: 'chloe@example.com', by });
    sandbox.control.edit({ kind: 'grant', secret: 'S', role: 'Reader', team: 'Data Engineering', by });
    sandbox.control.edit({
      kind: 'add-inherited-grant',
      secret: 'S',
      role: 'Owner',
      user: 'chloe@example.com',
    });
    const roles = async (path: string) => {
      const got = (await as('ben')('GET', path)).json as Record<string, string>[];
      return got
        .map((one) => `${one['resourceType'] ?? ''} ${one['resourceID'] ?? ''} ${one['role'] ?? ''}`)
        .sort();
    };
    const expected = [`Secret ${hidden} Owner`, `Secret ${id} Reader`].sort();
    expect(await roles(`/users/${user('chloe')}/identityRoles?resourceType=Secret`)).toEqual(expected);
    expect(await roles(`/users/${user('chloe')}/identityRoles`)).toEqual(expected);
    expect(await roles(`/users/${user('chloe')}/identityRoles?resourceType=Cluster`)).toEqual([]);
    expect(await roles(`/teams/${team('Data Engineering')}/identityRoles`)).toEqual([`Secret ${id} Reader`]);
    expect(await roles(`/teams/${team('Interns')}/identityRoles?resourceType=Secret`)).toEqual([]);
  });

  it('refuses unknown identities and resource types', async () => {
    const { as, user, team } = await open();
    expect((await as('ana')('GET', `/users/${team('Interns')}/identityRoles`)).status).toBe(404);
    expect((await as('ana')('GET', `/teams/${user('ana')}/identityRoles`)).status).toBe(404);
    expect((await as('ana')('GET', '/users/ana@example.com/identityRoles')).status).toBe(404);
    expect((await as('ana')('GET', `/users/${user('ana')}/identityRoles?resourceType=X`)).status).toBe(400);
  });

  it('defines the roles on secrets', async () => {
    const { as, sandbox } = await open();
    sandbox.control.edit({ kind: 'add-role', name: 'Auditor', description: 'Sees', permissions: ['View'] });
    const roles = (await as('ana')('GET', '/roles/Secret')).json as Record<string, unknown>[];
    const byName = new Map(roles.map((role) => [role['role'], role]));
    expect([...byName.keys()].sort()).toEqual(['Auditor', 'Owner', 'Reader']);
    expect(byName.get('Owner')).toMatchObject({ name: 'Owner', isCustom: false, inherits: ['Reader'] });
    expect(byName.get('Auditor')).toMatchObject({
      isCustom: true,
      permissions: ['View'],
      resourceType: 'Secret',
    });
    expect((await as('ana')('GET', '/roles/Team')).json).toEqual([]);
    expect((await as('ana')('GET', '/roles/Nothing')).status).toBe(404);
  });
});
