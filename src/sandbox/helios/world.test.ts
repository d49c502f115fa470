import { describe, expect, it, onTestFinished } from 'vitest';
import { startHelios, type HeliosOptions } from './index.js';
import { defaultSeed } from './seed.js';

async function start(options: HeliosOptions = {}) {
  const sandbox = await startHelios(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

describe('the organization that a sandbox starts with', () => {
  it('is the one of the spec', async () => {
    const { world, keys, organization } = await start();
    expect(organization.name).toBe('Example Analytics');
    expect([...world.users.values()].map((user) => [user.email, user.userKind])).toEqual([
      ['ana@example.com', 'Standard'],
      ['ben@example.com', 'Standard'],
      ['chloe@example.com', 'Standard'],
      ['ci-bot@example.com', 'ServiceAccount'],
    ]);
    const nameOf = (id: string) => world.users.get(id)?.firstName ?? world.teams.get(id)?.name;
    const members = [...world.teams.values()].map((team) => [
      team.name,
      ...[...team.memberUsers, ...team.memberTeams].map(nameOf),
    ]);
    expect(members).toEqual([
      ['Platform', 'Ana', 'Ben'],
      ['Machine Learning', 'Chloe'],
      ['Data Engineering', 'Ben', 'Interns'],
      ['Interns', 'Chloe'],
      ['Archive'],
    ]);
    expect([...world.invitations.values()].map(({ email, state }) => [email, state])).toEqual([
      ['dora@example.com', 'Pending'],
    ]);
    expect(keys.map(({ name, email }) => [name, email])).toEqual([
      ['ana', 'ana@example.com'],
      ['ben', 'ben@example.com'],
      ['chloe', 'chloe@example.com'],
      ['ci-bot', 'ci-bot@example.com'],
    ]);
    for (const { name, token } of keys) expect(token).toMatch(new RegExp(`^sandbox_${name}_[0-9a-f]{48}$`));
  });

  it('has the same ids and other tokens at each start, and other ids with another idSeed', async () => {
    const [one, two, other] = [await start(), await start(), await start({ idSeed: 'other' })];
    expect(two.organization.orgID).toBe(one.organization.orgID);
    expect(two.keys.map((key) => key.userID)).toEqual(one.keys.map((key) => key.userID));
    expect(two.keys.map((key) => key.token)).not.toEqual(one.keys.map((key) => key.token));
    expect(other.organization.orgID).not.toBe(one.organization.orgID);
    expect(other.keys[0]!.userID).not.toBe(one.keys[0]!.userID);
  });

  it('can be another one, with tokens, custom roles and secrets', async () => {
    const sandbox = await start({
      seed: {
        ...defaultSeed,
        organization: { name: 'Other', orgID: '0e1f5c2a-0000-4000-8000-000000000000' },
        keys: [{ name: 'only', user: 'ben@example.com', token: 'fixed' }],
        roles: [{ name: 'Auditor', description: 'Sees', permissions: ['View'], inherits: [] }],
        secrets: [
          {
            name: 'SEEDED',
            value: 'x',
            createdBy: 'ben@example.com',
            grants: [{ role: 'Auditor', team: 'Machine Learning' }],
          },
        ],
      },
    });
    expect(sandbox.organization).toEqual({ name: 'Other', orgID: '0e1f5c2a-0000-4000-8000-000000000000' });
    expect(sandbox.keys.map(({ token }) => token)).toEqual(['fixed']);
    expect(sandbox.control.dump().secrets[0]!.grants.map(({ role }) => role)).toEqual(['Owner', 'Auditor']);
    expect(sandbox.control.valueOf('SEEDED')).toBe('x');
  });

  it('is refused where it contradicts itself', async () => {
    const keys = [{ name: 'k', user: 'nobody@example.com' }];
    await expect(startHelios({ seed: { ...defaultSeed, keys } })).rejects.toThrow('No such user');
  });
});
