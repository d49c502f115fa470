import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIRECTORY, ME, errors, have, planOf, remember, s, steps, want } from '../../test/core/plan-input.js';
import { holds } from '../../test/core/seeded.js';
import type { Case } from '../../test/core/plan-input.js';
import { defined, hasErrors } from '../model/index.js';
import type { Plan, PrincipalDirectory } from '../model/index.js';
import { effectiveUsers } from './directory.js';

const S = 'secret.helios.S';
const v = { value: s('v') };
const share = (who: string): string => `share.helios.S/${who}`;
const ANA = 'user:ana@example.com';
const BEN = 'user:ben@example.com';
const GONE = 'user:gone@example.com';

type Roles = Readonly<Record<string, string>>;
interface Secret {
  readonly wanted: Roles;
  readonly found?: Roles;
  readonly inherited?: Roles;
  readonly self?: 'keep' | 'drop';
  readonly minOwners?: number;
  readonly directory?: PrincipalDirectory;
  readonly more?: Partial<Case>;
}

/** A secret whose list of shares is authoritative: who is wanted, and who is there. Absent `found`: it is new. */
function secretOf({ wanted, found, inherited, self, minOwners, directory, more }: Secret): Case {
  return {
    desired: [
      want(S, v, {
        ...defined({ self, minOwners }),
      }),
      ...Object.entries(wanted).map(([who, role]) => want(share(who), { role })),
    ],
    actual:
      found === undefined
        ? []
        : [
            have(S, v),
            ...Object.entries(found).map(([who, role]) => have(share(who), { role })),
            ...Object.entries(inherited ?? {}).map(([who, role]) =>
              have(share(who), { role }, { inherited: true }),
            ),
          ],
    records: found === undefined ? [] : [remember(S, v)],
    lists: [`share ${S}`],
    ...defined({ directory }),
    ...more,
  };
}

const codes = (plan: Plan): string[] => plan.diagnostics.map((diagnostic) => diagnostic.code);

describe('who is behind a principal', () => {
  const directory: PrincipalDirectory = {
    self: ME,
    users: [ME, ANA],
    teams: [
      { principal: 'team:A', members: ['team:B'] },
      { principal: 'team:B', members: ['team:C', 'team:A'] },
      { principal: 'team:C', members: [ANA, GONE] },
      { principal: 'team:Empty', members: [] },
      { principal: 'team:Gone', members: [GONE] },
      { principal: 'team:Self', members: ['team:Self'] },
    ],
  };
  it.each([
    [ANA, [ANA]],
    [GONE, []],
    ['team:A', [ANA]],
    ['team:C', [ANA]],
    ['team:Empty', []],
    ['team:Gone', []],
    ['team:Self', []],
    ['team:Unknown', []],
  ])('%s: %j', (principal, users) => {
    expect([...effectiveUsers(directory)(principal)]).toEqual(users);
  });

  describe('the tool that is Owner through a team alone', () => {
    const directory: PrincipalDirectory = {
      ...DIRECTORY,
      teams: [{ principal: 'team:Bots', members: [ME] }],
    };
    const taken = { wanted: { [ANA]: 'Owner' }, found: { 'team:Bots': 'Owner', [ANA]: 'Owner' }, directory };

    it('does not lose it by mistake', () => {
      expect(errors(planOf(secretOf(taken)))).toEqual([`own-owner-would-be-lost ${S}`]);
    });

    it('loses it where the file says so', () => {
      expect(errors(planOf(secretOf({ ...taken, self: 'drop' })))).toEqual([]);
    });

    it('may keep it by another way', () => {
      const kept = { ...taken, wanted: { [ANA]: 'Owner', [ME]: 'Owner' } };
      expect(errors(planOf(secretOf(kept)))).toEqual([]);
    });
  });

  it('is found in a team of 200,000, and through 5,000 nested ones', () => {
    const users = Array.from({ length: 200_000 }, (_, index) => `user:${index}`);
    const chain = Array.from({ length: 5_000 }, (_, index) => ({
      principal: `team:${index}`,
      members: [`team:${index + 1}`],
    }));
    const all = { self: ME, users, teams: [...chain, { principal: 'team:5000', members: users }] };
    expect(effectiveUsers(all)('team:0').size).toBe(200_000);
  });
});

describe('an Owner who can act', () => {
  const table: readonly [string, Secret, readonly string[]][] = [
    ['is the maker of a new secret', { wanted: { 'team:Platform': 'Reader' }, minOwners: 1 }, []],
    ['is a team with a user in it', { wanted: { 'team:Platform': 'Owner' }, self: 'drop', minOwners: 1 }, []],
    [
      'is not a team with nobody in it',
      { wanted: { 'team:Empty': 'Owner' }, self: 'drop' },
      ['owner-would-be-lost'],
    ],
    [
      'is not a user who left',
      { wanted: { [GONE]: 'Owner' }, found: { [GONE]: 'Owner' } },
      ['owner-would-be-lost'],
    ],
    ['is not a Reader', { wanted: { [ANA]: 'Reader' }, self: 'drop' }, ['owner-would-be-lost']],
    [
      'is not somebody with access from elsewhere',
      { wanted: {}, found: {}, inherited: { [ANA]: 'Owner' } },
      ['owner-would-be-lost'],
    ],
    [
      'is the tool, when everybody else goes',
      { wanted: {}, found: { [ME]: 'Owner', [ANA]: 'Owner', [BEN]: 'Owner' }, minOwners: 1 },
      [],
    ],
    [
      'is not the tool, where it says `self: drop` and others are there',
      { wanted: { [ANA]: 'Owner', [BEN]: 'Owner' }, found: { [ME]: 'Owner', [ANA]: 'Owner' }, self: 'drop' },
      [],
    ],
    [
      'must remain where the tool says `self: drop`',
      { wanted: { [ANA]: 'Reader' }, found: { [ME]: 'Owner', [ANA]: 'Owner' }, self: 'drop' },
      ['owner-would-be-lost'],
    ],
    [
      'must not be demoted last',
      { wanted: { [ANA]: 'Reader' }, found: { [ANA]: 'Owner' } },
      ['owner-would-be-lost'],
    ],
    [
      'is not the tool as Reader by mistake',
      { wanted: { [ME]: 'Reader', [ANA]: 'Owner' }, found: { [ME]: 'Owner', [ANA]: 'Owner' } },
      ['own-owner-would-be-lost'],
    ],
    ['is alone', { wanted: {}, found: { [ME]: 'Owner', [ANA]: 'Reader' } }, ['single-owner']],
    ['is alone, and nothing changes', { wanted: {}, found: { [ME]: 'Owner' } }, []],
    [
      'is alone, and that is enough',
      { wanted: {}, found: { [ME]: 'Owner', [ANA]: 'Reader' }, minOwners: 1 },
      [],
    ],
    ['is not enough', { wanted: {}, found: { [ME]: 'Owner' }, minOwners: 2 }, ['too-few-owners']],
    [
      'counts once through two teams',
      { wanted: { [ANA]: 'Owner', 'team:Platform': 'Owner' }, self: 'drop', minOwners: 2 },
      ['too-few-owners'],
    ],
    ['counts by people, not by grants', { wanted: { 'team:Platform': 'Owner' }, minOwners: 2 }, []],
    ['has both roles', { wanted: { [ANA]: 'Owner, Reader' }, found: { [ANA]: 'Owner, Reader' } }, []],
  ];
  it.each(table)('%s', (_, one, expected) => {
    expect(codes(planOf(secretOf(one)))).toEqual(expected);
  });

  it('is named in the refusal, with what would remain', () => {
    const plan = planOf(
      secretOf({ wanted: { 'team:Empty': 'Owner' }, found: { [ME]: 'Owner' }, self: 'drop' }),
    );
    expect(plan.diagnostics[0]).toMatchObject({
      address: S,
      detail: `Would lose Owner: ${ME}. Would remain: team:Empty (nobody in it can act).`,
    });
  });

  it('must remain where the scope leaves the secret itself out', () => {
    const one = secretOf({ wanted: { [ANA]: 'Reader' }, found: { [ANA]: 'Owner' } });
    const shareOnly = { ...one, desired: one.desired!.filter((it) => it.address !== S), records: [] };
    expect(steps(planOf(shareOnly))).toEqual([`update ${share(ANA)}`]);
    expect(errors(planOf(shareOnly))).toEqual([`owner-would-be-lost ${S}`]);
  });

  it('must remain where nobody manages the whole list', () => {
    const one = secretOf({ wanted: { [ANA]: 'Reader' }, found: { [ANA]: 'Owner' } });
    const records = [remember(S, v), remember(share(ANA), { role: 'Owner' })];
    expect(errors(planOf({ ...one, records, lists: [] }))).toEqual([`owner-would-be-lost ${S}`]);
  });

  it('must remain though a target takes one member alone', () => {
    const one = secretOf({ wanted: {}, found: { [ANA]: 'Owner' } });
    const scope = { targets: [share(ANA)], excludes: [] };
    const plan = planOf({ ...one, more: { scope } });
    expect([steps(plan), errors(plan)]).toEqual([[`delete ${share(ANA)}`], [`owner-would-be-lost ${S}`]]);
  });
});

describe('a plan without an error', () => {
  const people = [ME, ANA, BEN, GONE, 'team:Platform', 'team:Empty', 'team:Nested', 'team:Loop'];
  const roles = fc.dictionary(
    fc.constantFrom(...people),
    fc.constantFrom('Owner', 'Reader', 'Owner, Reader'),
  );
  const wantedRoles = fc.dictionary(fc.constantFrom(...people), fc.constantFrom('Owner', 'Reader'));
  const directory: PrincipalDirectory = {
    ...DIRECTORY,
    teams: [
      ...DIRECTORY.teams,
      { principal: 'team:Empty', members: [GONE] },
      { principal: 'team:Nested', members: ['team:Empty', 'team:Loop'] },
      { principal: 'team:Loop', members: ['team:Nested', BEN] },
    ],
  };
  const canAct = new Set([ME, ANA, BEN, 'team:Platform', 'team:Nested', 'team:Loop']);
  const secret = fc.record({
    wanted: wantedRoles,
    found: fc.option(roles, { nil: undefined }),
    inherited: roles,
    self: fc.constantFrom('keep' as const, 'drop' as const),
    recorded: fc.subarray(people),
    isListed: fc.boolean(),
    excluded: fc.subarray(people, { maxLength: 2 }),
  });

  it('leaves every managed secret an Owner who can act, and its own unless told otherwise', () => {
    let sound = 0;
    holds(
      secret,
      ({ wanted, found, inherited, self, recorded, isListed, excluded }) => {
        const one = secretOf({
          wanted,
          inherited,
          self,
          directory,
          ...defined({ found }),
        });
        const records = [
          ...(one.records ?? []),
          ...(found === undefined
            ? []
            : recorded.map((who) => remember(share(who), { role: found[who] ?? 'Reader' }))),
        ];
        const scope = { targets: [], excludes: excluded.map(share) };
        const isExcluded = (address: string): boolean => scope.excludes.includes(address);
        const plan = planOf({
          ...one,
          records,
          desired: one.desired!.filter((it) => !isExcluded(it.address)),
          lists: isListed ? one.lists! : [],
          more: { scope },
        });
        const refused = plan.diagnostics.filter((it) => it.code !== 'unknown-target');
        if (hasErrors(refused) || (!isListed && plan.changes.length === 0)) return;
        sound += 1;
        // Carry the plan out, as the system would.
        const held = new Map(Object.entries(found ?? { [ME]: 'Owner' }));
        for (const change of plan.changes) {
          if (!change.address.startsWith('share.')) continue;
          const who = change.address.slice(share('').length);
          if (change.action === 'delete') held.delete(who);
          if (change.action === 'create' || change.action === 'update') held.set(who, wanted[who]!);
        }
        if (found === undefined && self === 'drop' && wanted[ME] === undefined) held.delete(ME);
        const touched = plan.changes.some((it) => it.address.startsWith('share.') && it.action !== 'forget');
        if (!isListed && !touched) return;
        const owners = [...held].filter(([, role]) => role.includes('Owner')).map(([who]) => who);
        expect(owners.filter((who) => canAct.has(who))).not.toEqual([]);
        const wasOwner = found === undefined || (found[ME] ?? '').includes('Owner');
        if (self === 'keep' && wasOwner && touched) expect(owners).toContain(ME);
      },
      400,
    );
    expect(sound).toBeGreaterThan(50);
  });
});
