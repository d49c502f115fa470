import { describe, expect, it, onTestFinished } from 'vitest';
import { openBench, type Bench } from './testing.js';

async function open(): Promise<Bench> {
  const bench = await openBench();
  onTestFinished(bench.close);
  return bench;
}

type Shown = Record<string, unknown>;

async function found(bench: Bench, path: string, field: string): Promise<unknown[]> {
  return ((await bench.as('ana')('GET', path)).json as Shown[]).map((one) => one[field]).sort();
}

describe('users', () => {
  it('tells whose key this is', async () => {
    const { as, user } = await open();
    expect((await as('ci-bot')('GET', '/users/current')).json).toMatchObject({
      userID: user('ci-bot'),
      email: 'ci-bot@example.com',
      firstName: 'CI',
      lastName: 'Bot',
      userKind: 'ServiceAccount',
    });
  });

  it('finds by value or by a regular expression that is not anchored', async () => {
    const bench = await open();
    bench.sandbox.control.edit({ kind: 'add-user', email: 'joana@example.com' });
    bench.sandbox.control.edit({ kind: 'add-user', email: 'a+b@example.com' });
    const by = (text: string) => found(bench, `/users?email=${encodeURIComponent(text)}`, 'email');
    expect(await found(bench, '/users', 'email')).toHaveLength(6);
    expect(await by('ana@example.com')).toEqual(['ana@example.com', 'joana@example.com']);
    expect(await by('^ana@example\\.com$')).toEqual(['ana@example.com']);
    expect(await by('a+b@example.com')).toEqual(['a+b@example.com']);
    expect(await by('ANA@example.com')).toEqual([]);
    expect((await bench.as('ana')('GET', '/users?email=(')).status).toBe(400);
  });
});

describe('teams', () => {
  it('shows members one level deep', async () => {
    const bench = await open();
    const [team] = (await bench.as('ana')('GET', '/teams?name=Data%20Engineering')).json as Shown[];
    expect(team).toMatchObject({
      teamID: bench.team('Data Engineering'),
      description: 'Builds pipelines',
      memberUsers: [
        { userID: bench.user('ben'), email: 'ben@example.com', firstName: 'Ben', lastName: 'Becker' },
      ],
      memberTeams: [{ teamID: bench.team('Interns'), name: 'Interns', description: 'Learns pipelines' }],
    });
    expect(await found(bench, '/teams?name=in', 'name')).toEqual(['Data Engineering', 'Machine Learning']);
    expect(await found(bench, '/teams', 'name')).toHaveLength(5);
  });
});

describe('invitations and organization', () => {
  it('shows who is invited, until they join', async () => {
    const bench = await open();
    const pending = () => bench.as('ana')('GET', '/invitations?state=Pending');
    expect((await pending()).json).toMatchObject([
      { email: 'dora@example.com', state: 'Pending', teamIDs: [bench.team('Platform')] },
    ]);
    bench.sandbox.control.edit({ kind: 'add-user', email: 'Dora@example.com' });
    expect((await pending()).json).toEqual([]);
    expect(await found(bench, '/invitations', 'state')).toEqual(['Accepted']);
    const [platform] = (await bench.as('ana')('GET', '/teams?name=Platform')).json as [
      { memberUsers: Shown[] },
    ];
    expect(platform.memberUsers.map((memberUser) => memberUser['email'])).toContain('Dora@example.com');
  });

  it('names the organization of the key', async () => {
    const { as, sandbox } = await open();
    expect((await as('ana')('GET', '/organizations/current')).json).toMatchObject({
      ...sandbox.organization,
      firewallRanges: ['127.0.0.1/32'],
    });
  });
});
