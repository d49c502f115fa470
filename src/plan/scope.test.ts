import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { APPLIED, errors, have, planOf, remember, s, steps, want } from '../../test/core/plan-input.js';
import { holds } from '../../test/core/seeded.js';
import { matchesNothing, scopeOf } from './scope.js';
import { kinds } from '../../test/core/kinds.js';

const server = 'duckdb_server.wh.lake';
const mapping = 'user_mapping.wh.lake/analyst';
const edges = [
  { address: 'secret.helios.KEY', dependsOn: [] },
  { address: 'secret.helios.COPY', dependsOn: ['secret.helios.KEY'] },
  { address: 'share.helios.KEY/team:A', dependsOn: ['secret.helios.KEY'] },
  { address: server, dependsOn: [] },
  { address: mapping, dependsOn: [server, 'secret.helios.COPY'] },
  { address: 'secret.helios.OTHER', dependsOn: [] },
];
const inScope = (targets: string[], excludes: string[] = []): string[] =>
  edges.map((edge) => edge.address).filter(scopeOf({ targets, excludes }, kinds, edges));

describe('the scope of a run', () => {
  const [KEY, COPY, SHARE, , , OTHER] = edges.map((edge) => edge.address);
  it.each([
    [[], [], edges.map((edge) => edge.address)],
    [[KEY], [], [KEY, SHARE]],
    [[COPY], [], [KEY, COPY]],
    [[SHARE], [], [KEY, SHARE]],
    // What a target needs is in, without what lives there.
    [[server], [], [KEY, COPY, server, mapping]],
    [['secret.*'], [], [KEY, COPY, SHARE, OTHER]],
    [['*/team:*'], [], [KEY, SHARE]],
    [[], [KEY], [server, OTHER]],
    [[], [server], [KEY, COPY, SHARE, OTHER]],
    [[], ['secret.helios.*'], [server]],
    [[], ['share.*'], [KEY, COPY, server, mapping, OTHER]],
    [[server], [COPY], [KEY, server]],
    [['nothing.*'], [], []],
  ])('targets %j, excludes %j', (targets, excludes, expected) => {
    expect(inScope(targets as string[], excludes as string[])).toEqual(expected);
  });

  it('holds for members of lists that nobody wrote', () => {
    const test = scopeOf({ targets: [server], excludes: [] }, kinds, edges);
    expect(test('server_usage.wh.lake/eve')).toBe(true);
    expect(scopeOf({ targets: [], excludes: [server] }, kinds, edges)('server_usage.wh.lake/eve')).toBe(
      false,
    );
  });

  it('survives circles and long chains', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => ({
      address: `secret.helios.S${index}`,
      dependsOn: [`secret.helios.S${(index + 1) % 20_000}`],
    }));
    const test = scopeOf({ targets: ['secret.helios.S7'], excludes: [] }, kinds, chain);
    expect(chain.filter((one) => test(one.address))).toHaveLength(20_000);
  });
});

describe('patterns', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
  it('are what a regular expression with `.*` for each star is', () => {
    holds(
      fc.tuple(text, text),
      ([pattern, address]) => {
        const escaped = pattern.replaceAll('.', '\\.').replaceAll('*', '.*');
        expect(matchesNothing(pattern, [address])).toBe(!new RegExp(`^${escaped}$`, 's').test(address));
      },
      2000,
    );
  });

  it('take other signs as they are', () => {
    expect(matchesNothing('share.h.S/team:A (x)+?', ['share.h.S/team:A (x)+?'])).toBe(false);
    expect(matchesNothing('a.b', ['aXb'])).toBe(true);
    expect(matchesNothing('a*', ['a\nb'])).toBe(false);
  });

  it('with many stars end', () => {
    expect(matchesNothing(`${'*a'.repeat(50)}b`, ['a'.repeat(100_000)])).toBe(true);
  });

  it('that name nothing are errors', () => {
    const v = { value: s('v') };
    const plan = (targets: string[], excludes: string[] = []): string[] =>
      errors(
        planOf({
          desired: [want('secret.helios.A', v)],
          actual: [have('secret.helios.A', v), have('fdw_usage.wh.eve')],
          records: [remember('secret.helios.A', v), remember('secret.helios.B', v)],
          lists: ['fdw_usage wh'],
          more: { scope: { targets, excludes } },
        }),
      );
    expect(plan(['secret.helios.TYPO'])).toEqual(['unknown-target']);
    expect(plan([], ['secret.typo.*', 'secret.helios.A'])).toEqual(['unknown-target']);
    expect(plan(['secret.helios.B', 'fdw_usage.wh.*'])).toEqual([]);
  });
});

describe('the age of secrets', () => {
  const S = 'secret.helios.S';
  const day = 86_400_000;
  const ageing = (changedAt: string | undefined, maxAgeMs: number, value = 'v') =>
    planOf({
      desired: [want(S, { value: s(value) }, { maxAgeMs })],
      actual: [have(S, { value: s('v') }, changedAt === undefined ? {} : { changedAt })],
      records: [remember(S, { value: s('v') })],
    });
  it.each([
    [31, 'overdue'],
    [32, 'due-soon'],
    [34, 'due-soon'],
    [40, undefined],
  ])('31 days old, at most %i days: %s', (days, status) => {
    const { rotation } = ageing(APPLIED, days * day);
    expect(rotation.map((note) => note.status)).toEqual(status === undefined ? [] : [status]);
  });

  it('says when it is due, and nothing where the value changes, the time is unknown or absurd', () => {
    expect(ageing(APPLIED, 31 * day).rotation[0]?.dueAt).toBe('2026-02-01T00:00:00.000Z');
    expect(steps(ageing(APPLIED, day, 'new'))).toEqual([`update ${S}`]);
    expect(ageing(APPLIED, day, 'new').rotation).toEqual([]);
    expect(ageing(undefined, day).rotation).toEqual([]);
    expect(ageing('yesterday', day).rotation).toEqual([]);
    expect(ageing(APPLIED, Number.MAX_SAFE_INTEGER).rotation).toEqual([]);
  });

  it('is told where values were not read for the run', () => {
    const plan = planOf({
      desired: [want(S, { value: { kind: 'hidden', reason: 'not read for this run' } }, { maxAgeMs: day })],
      actual: [have(S, { value: s('v') }, { changedAt: APPLIED })],
      records: [remember(S, { value: s('v') })],
    });
    expect(plan.rotation).toMatchObject([{ status: 'overdue' }]);
  });
});
