import { describe, expect, it } from 'vitest';
import { makeIdentities } from './directory.js';

const users = [
  { id: 'u1', email: 'Ana@Example.com' },
  { id: 'u2', email: 'ben@example.com' },
];
const team = (id: string, name: string, memberUsers: string[] = [], memberTeams: string[] = []) => ({
  id,
  name,
  memberUsers,
  memberTeams,
});
const known = makeIdentities(
  users,
  [
    team('t1', 'Platform', ['u1'], ['t2']),
    team('t2', 'Loop', [], ['t3']),
    team('t3', 'Back', [], ['t2']),
    team('t4', 'Nest', ['left'], ['t1']),
    team('t5', 'Twin'),
    team('t6', 'Twin', ['u2']),
  ],
  { id: 'u1', email: 'Ana@Example.com' },
);

describe('makeIdentities', () => {
  it('tells who can act: nested teams followed, circles survived, people who left not counted', () => {
    expect(known.someoneCanAct(['u2'])).toBe(true);
    expect(known.someoneCanAct(['left', 'nobody'])).toBe(false);
    expect(known.someoneCanAct(['t2', 't3'])).toBe(false);
    expect(known.someoneCanAct(['t4'])).toBe(true);
    expect(known.someoneCanAct([])).toBe(false);
  });

  it('names twins by their ids, and everybody else by name', () => {
    expect(known.directory.self).toBe('user:ana@example.com');
    expect(known.directory.teams.map((one) => one.principal)).toEqual([
      'team:Back',
      'team:Loop',
      'team:Nest',
      'team:Platform',
      'team:t5',
      'team:t6',
    ]);
    expect(known.find('team:Twin')).toEqual({ kind: 'ambiguous', ids: ['t5', 't6'] });
    expect(known.find('team:T6')).toMatchObject({ member: { id: 't6' } });
    expect(known.find('team:platform')).toEqual({ kind: 'missing' });
    expect(known.find('user:ANA@example.com')).toMatchObject({ member: { id: 'u1' } });
  });

  it('keeps a name for somebody who has left', () => {
    expect(known.principalOf({ type: 'user', id: 'left', label: 'Gone@Example.com' })).toBe(
      'user:gone@example.com',
    );
  });

  it('tells somebody who has left from a user or team who has that name now', () => {
    expect(known.principalOf({ type: 'user', id: 'left', label: 'Ben@example.com' })).toBe('user:left');
    expect(known.principalOf({ type: 'team', id: 'old', label: 'Platform' })).toBe('team:old');
    expect(known.principalOf({ type: 'team', id: 't1', label: 'Platform' })).toBe('team:Platform');
    expect(known.someoneCanAct(['old', 'left'])).toBe(false);
  });

  it("counts the key's own user even where the list lacks it", () => {
    const alone = makeIdentities([], [], { id: 'me', email: 'bot@example.com' });
    expect(alone.directory.users).toEqual(['user:bot@example.com']);
    expect(alone.find('self')).toMatchObject({ member: { id: 'me' } });
  });
});
