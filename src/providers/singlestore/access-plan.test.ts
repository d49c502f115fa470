import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessRequest, isPending, ownersAfter, takesAway, type ShareStep } from './access-plan.js';
import type { Role } from './kinds.js';

const roles = fc.uniqueArray(fc.constantFrom<Role>('Owner', 'Reader')).map((list) => new Set(list));
const steps: fc.Arbitrary<ShareStep[]> = fc.uniqueArray(
  fc.record({
    item: fc.constant(undefined),
    member: fc.record({
      type: fc.constantFrom<'user' | 'team'>('user', 'team'),
      id: fc.constantFrom('self', 'a', 'b', 'c', 'd'),
    }),
    current: roles,
    wanted: roles,
  }),
  { selector: (step) => step.member.id },
);

describe('accessRequest', () => {
  it('makes of what is held what is wanted, grants first, the own loss at the end', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { grants, revokes } = accessRequest(list, 'self');
        const held = new Map(list.map((step) => [step.member.id, new Set(step.current)]));
        for (const { role, users, teams } of grants) {
          for (const id of [...users, ...teams]) held.get(id)?.add(role as Role);
        }
        for (const { role, users, teams } of revokes) {
          for (const id of [...users, ...teams]) expect(held.get(id)?.delete(role as Role)).toBe(true);
        }
        for (const step of list) expect(held.get(step.member.id)).toEqual(step.wanted);
        const own = revokes.map((entry) => [...entry.users, ...entry.teams].includes('self'));
        expect(own.slice(own.indexOf(true)).every((one) => one) || !own.includes(true)).toBe(true);
      }),
    );
  });

  it('splits so that nothing is lost before the late steps', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const early = list.filter((step) => !takesAway(step));
        const before = new Map(list.map((step) => [step.member.id, step.current]));
        const owners = ownersAfter(before, early);
        for (const step of list) if (step.current.has('Owner')) expect(owners).toContain(step.member.id);
      }),
    );
  });

  it('has nothing to do where everything is as wanted', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const same = list.map((step) => ({ ...step, current: step.wanted }));
        expect(same.some(isPending)).toBe(false);
        expect(accessRequest(same, 'self')).toEqual({ grants: [], revokes: [] });
      }),
    );
  });

  it('names who remains Owner, whatever became of the others meanwhile', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom('user' as const, 'team' as const), (list, type) => {
        const anchor = { type, id: 'stays' };
        const { grants, revokes } = accessRequest(list, 'self', anchor);
        const owners = grants
          .filter((grant) => grant.role === 'Owner')
          .flatMap((grant) => [...grant.users, ...grant.teams]);
        expect(owners.filter((id) => id === 'stays')).toHaveLength(1);
        expect(revokes.flatMap((revoke) => [...revoke.users, ...revoke.teams])).not.toContain('stays');
        const made = list.find((step) => step.wanted.has('Owner') && !step.current.has('Owner'));
        if (made !== undefined) {
          expect(accessRequest(list, 'self', made.member)).toEqual(accessRequest(list, 'self'));
        }
      }),
    );
  });
});
