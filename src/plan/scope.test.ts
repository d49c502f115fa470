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
  edges.map((edge) => edge.address).filter(scopeOf({ targets, excludes }, kinds, edges).includes);

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
    const { includes } = scopeOf({ targets: [server], excludes: [] }, kinds, edges);
    expect(includes('server_usage.wh.lake/eve')).toBe(true);
    expect(
      scopeOf({ targets: [], excludes: [server] }, kinds, edges).includes('server_usage.wh.lake/eve'),
    ).toBe(false);
  });

  it('survives circles and long chains', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => ({
      address: `secret.helios.S${index}`,
      dependsOn: [`secret.helios.S${(index + 1) % 20_000}`],
    }));
    const { includes } = scopeOf({ targets: ['secret.helios.S7'], excludes: [] }, kinds, chain);
    expect(chain.filter((edge) => includes(edge.address))).toHaveLength(20_000);
  });
});

describe('what a target depends on', () => {
  const gone = {
    records: [remember(server, { type: 's3' }), remember(mapping)],
    actual: [have(server, { type: 's3' }), have(mapping)],
  };
  const targets = (...addresses: string[]) => ({ more: { scope: { targets: addresses, excludes: [] } } });

  it('is made, and never destroyed or forgotten', () => {
    expect(steps(planOf({ ...gone, ...targets(mapping) }))).toEqual([`delete ${mapping}`]);
    expect(steps(planOf({ ...gone, ...targets(server) }))).toEqual([`delete ${mapping}`, `delete ${server}`]);
    const removed = { ...targets(mapping).more, removed: [server] };
    expect(steps(planOf({ ...gone, more: removed }))).toEqual([`forget ${mapping}`]);
    const wanted = { desired: [want(server, { type: 's3' }), want(mapping)] };
    expect(steps(planOf({ ...wanted, ...targets(mapping) }))).toEqual([
      `create ${server}`,
      `create ${mapping}`,
    ]);
  });

  it('is not replaced either, unless it is a target itself', () => {
    const replacing = { ...gone, desired: [want(server, { type: 'gcs' }), want(mapping)] };
    const plan = planOf({ ...replacing, ...targets(mapping) });
    expect(errors(plan)).toEqual([`replacement-not-targeted ${server}`]);
    expect(errors(planOf({ ...replacing, ...targets(mapping, server) }))).toEqual([]);
  });

  it('of random plans is never destroyed', () => {
    const names = ['A', 'B', 'C', 'D'].map((name) => `secret.helios.${name}`);
    const node = fc.record({
      isDesired: fc.boolean(),
      isRecorded: fc.boolean(),
      isThere: fc.boolean(),
      needs: fc.subarray([0, 1, 2, 3]),
    });
    const input = fc.record({
      nodes: fc.array(node, { minLength: 4, maxLength: 4 }),
      targets: fc.subarray(names, { minLength: 1 }),
    });
    holds(input, ({ nodes, targets: aimed }) => {
      // An edge leads to an earlier name, so that there is no circle.
      const dependsOn = (index: number): string[] =>
        (nodes[index]?.needs ?? []).filter((other) => other < index).flatMap((other) => names[other] ?? []);
      const pick = <Item>(
        key: 'isDesired' | 'isRecorded' | 'isThere',
        make: (at: string, index: number) => Item,
      ) => names.flatMap((at, index) => (nodes[index]?.[key] === true ? [make(at, index)] : []));
      const plan = planOf({
        desired: pick('isDesired', (at, index) =>
          want(at, { value: s('v') }, { dependsOn: dependsOn(index) }),
        ),
        records: pick('isRecorded', (at, index) =>
          remember(at, { value: s('v') }, { dependsOn: dependsOn(index) }),
        ),
        actual: pick('isThere', (at) => have(at, { value: s('v') })),
        more: { scope: { targets: aimed, excludes: [] } },
      });
      const removed = plan.changes.filter(({ action }) => ['delete', 'forget', 'replace'].includes(action));
      expect(removed.filter(({ address }) => !aimed.includes(address))).toEqual([]);
    });
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
