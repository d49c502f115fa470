import { describe, expect, it, onTestFinished } from 'vitest';
import type { WorldEdit } from './index.js';
import { openBench, type Bench } from './testing.js';

async function open(): Promise<Bench & { id: string }> {
  const bench = await openBench();
  onTestFinished(bench.close);
  return { ...bench, id: await bench.create('ana', 'S') };
}

const secret = 'S';
const by = 'ana@example.com';
const ana = 'ana@example.com';
const dropAna: WorldEdit = { kind: 'revoke', secret, role: 'Owner', user: ana, by };

const cases: [string, WorldEdit[], 'stays' | 'goes'][] = [
  ['the last Owner is revoked', [dropAna], 'goes'],
  ['the last Owner leaves the organization', [{ kind: 'remove-user', user: ana }], 'goes'],
  [
    'an Owner leaves and another remains',
    [
      { kind: 'grant', secret, role: 'Owner', user: 'ci-bot@example.com', by },
      { kind: 'remove-user', user: ana },
    ],
    'stays',
  ],
  ['a Reader remains', [{ kind: 'grant', secret, role: 'Reader', team: 'Platform', by }, dropAna], 'goes'],
  [
    'a team with people owns it',
    [{ kind: 'grant', secret, role: 'Owner', team: 'Platform', by }, dropAna],
    'stays',
  ],
  ['an empty team owns it', [{ kind: 'grant', secret, role: 'Owner', team: 'Archive', by }, dropAna], 'goes'],
  [
    'a team owns it whose only people are in a nested team',
    [
      { kind: 'add-member', of: 'Archive', team: 'Interns' },
      { kind: 'grant', secret, role: 'Owner', team: 'Archive', by },
      dropAna,
    ],
    'stays',
  ],
  [
    'teams without people that contain each other own it',
    [
      { kind: 'add-team', name: 'Echo' },
      { kind: 'add-member', of: 'Echo', team: 'Archive' },
      { kind: 'add-member', of: 'Archive', team: 'Echo' },
      { kind: 'grant', secret, role: 'Owner', team: 'Echo', by },
      dropAna,
    ],
    'goes',
  ],
  [
    'the last person leaves the team that owns it',
    [
      { kind: 'grant', secret, role: 'Owner', team: 'Machine Learning', by },
      dropAna,
      { kind: 'remove-member', of: 'Machine Learning', user: 'chloe@example.com' },
    ],
    'goes',
  ],
  [
    'the nested team leaves the team that owns it',
    [
      { kind: 'add-member', of: 'Archive', team: 'Interns' },
      { kind: 'grant', secret, role: 'Owner', team: 'Archive', by },
      dropAna,
      { kind: 'remove-member', of: 'Archive', team: 'Interns' },
    ],
    'goes',
  ],
  [
    'the team that owns it is removed',
    [
      { kind: 'grant', secret, role: 'Owner', team: 'Platform', by },
      dropAna,
      { kind: 'remove-team', team: 'Platform' },
    ],
    'goes',
  ],
  [
    'an inherited Owner remains',
    [{ kind: 'add-inherited-grant', secret, role: 'Owner', user: 'ben@example.com' }, dropAna],
    'goes',
  ],
  [
    'a custom role that may do everything remains',
    [
      { kind: 'add-role', name: 'Boss', inherits: ['Owner'] },
      { kind: 'grant', secret, role: 'Boss', user: 'ben@example.com', by },
      dropAna,
    ],
    'goes',
  ],
];

describe('a secret without an Owner', () => {
  it.each(cases)('%s', async (_, edits, expected) => {
    const { sandbox, id } = await open();
    for (const edit of edits) sandbox.control.edit(edit);
    const [dumped] = sandbox.control.dump().secrets;
    if (expected === 'stays') {
      expect(dumped).toMatchObject({ secretID: id, hasOwner: true });
      expect(dumped).not.toHaveProperty('removal');
    } else {
      expect(dumped).toMatchObject({ hasOwner: false, removal: { because: 'no owner' } });
      expect(sandbox.control.valueOf(secret)).toBeUndefined();
    }
  });

  it('goes by a change of access over the API too; its name is free and its id unknown', async () => {
    const { as, id, user, sandbox, create } = await open();
    const users = [user('ana')];
    const change = { grants: [], revokes: [{ role: 'Owner', users, teams: [] }] };
    expect((await as('ana')('PATCH', `/secrets/${id}/accessControls`, change)).status).toBe(200);
    expect((await as('ana')('GET', `/secrets/${id}`)).status).toBe(404);
    expect(sandbox.control.dump().secrets[0]!.removal).toMatchObject({
      because: 'no owner',
      deletedBy: user('ana'),
    });
    expect(await create('ben', 'S')).not.toBe(id);
  });

  it('does not come back, nor do grants, when the person joins again', async () => {
    const { sandbox, as, user } = await open();
    sandbox.control.edit({ kind: 'grant', secret, role: 'Owner', user: 'ben@example.com', by });
    sandbox.control.edit({ kind: 'remove-user', user: ana });
    const left = sandbox.control.dump().secrets[0]!.grants.map(({ identity }) => identity);
    expect(left).toEqual([{ kind: 'user', id: user('ben') }]);
    sandbox.control.edit({ kind: 'add-user', email: ana });
    sandbox.control.edit({ kind: 'add-key', name: 'ana2', user: ana, token: 'again' });
    expect((await as('ana2')('GET', '/secrets')).json).toEqual({ secrets: [] });
  });
});
