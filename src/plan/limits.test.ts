import { describe, expect, it } from 'vitest';
import { errors, have, planOf, remember, s, want } from '../../test/core/plan-input.js';
import type { MaxDeletes } from './limits.js';

const v = { value: s('v') };
const secret = (index: number): string => `secret.helios.S${index}`;
const many = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** A plan that destroys some of so many secrets. */
function destroying(count: number, total: number, maxDeletes?: MaxDeletes): string[] {
  const plan = planOf({
    desired: many(total)
      .slice(count)
      .map((index) => want(secret(index), v)),
    actual: many(total).map((index) => have(secret(index), v)),
    records: many(total).map((index) => remember(secret(index), v)),
    maxDeletes: maxDeletes ?? 'usual',
  });
  expect(plan.summary.destroy).toBe(count);
  return errors(plan);
}

describe('destroying much', () => {
  const table: readonly [number, number, MaxDeletes | undefined, boolean][] = [
    [1, 1, undefined, false],
    [2, 2, undefined, false],
    [1, 2, undefined, true],
    [2, 3, undefined, true],
    [1, 1, { count: 1 }, true],
    [3, 3, undefined, false],
    [3, 9, undefined, false],
    [3, 10, undefined, true],
    [30, 100, undefined, true],
    [31, 100, undefined, false],
    [3, 3, { count: 3 }, true],
    [3, 3, { count: 2 }, false],
    [1, 100, { count: 0 }, false],
    [3, 4, { percent: 75 }, true],
    [3, 4, { percent: 74 }, false],
    [1, 100, { percent: 0 }, false],
    [10, 10, { percent: 100 }, true],
  ];
  it.each(table)('%i of %i, allowed %j: %s', (count, total, allowed, isAllowed) => {
    expect(destroying(count, total, allowed)).toEqual(isAllowed ? [] : ['too-many-deletes']);
  });

  it('is refused with the kind, the numbers and the flag', () => {
    const plan = planOf({
      actual: many(7).map((index) => have(secret(index), v)),
      records: many(8).map((index) => remember(secret(index), v)),
      maxDeletes: 'usual',
    });
    expect(plan.diagnostics).toEqual([
      {
        severity: 'error',
        code: 'too-many-deletes',
        summary: 'This would destroy 7 of 8 resources of the kind secret.',
        detail: `Among them: ${many(5).map(secret).join(', ')}, and 2 more.`,
        next: 'If that is intended, allow it: --max-deletes 7 (or 88%).',
      },
    ]);
  });

  it('of all of a kind is not meant where what is destroyed is replaced, or was never ours', () => {
    const server = 'duckdb_server.wh.s';
    const replaced = planOf({
      desired: [want(server, { type: 'gcs' })],
      actual: [have(server, { type: 's3' })],
      records: [remember(server, { type: 's3' })],
      maxDeletes: 'usual',
    });
    expect([replaced.summary.destroy, errors(replaced)]).toEqual([1, []]);
    const stray = planOf({
      actual: [have('fdw_usage.wh.stray')],
      records: [],
      lists: ['fdw_usage wh'],
      maxDeletes: 'usual',
    });
    expect([stray.summary.destroy, errors(stray)]).toEqual([1, []]);
  });

  it('counts what is replaced', () => {
    const servers = many(3).map((index) => `duckdb_server.wh.s${index}`);
    const plan = planOf({
      desired: servers.map((server) => want(server, { type: 'gcs' })),
      actual: servers.map((server) => have(server, { type: 's3' })),
      records: servers.map((server) => remember(server, { type: 's3' })),
      maxDeletes: 'usual',
    });
    expect(errors(plan)).toEqual(['too-many-deletes']);
  });

  it('counts members of lists, ours or not, and each kind for itself', () => {
    const usage = many(4).map((index) => `fdw_usage.wh.r${index}`);
    const at = (count: number, records: readonly string[]): string[] =>
      errors(
        planOf({
          desired: [want(secret(2), v)],
          actual: [
            ...usage.slice(0, count).map((one) => have(one)),
            ...many(3).map((index) => have(secret(index), v)),
          ],
          records: [
            ...records.map((record) => remember(record)),
            ...many(3).map((index) => remember(secret(index), v)),
          ],
          lists: ['fdw_usage wh'],
          maxDeletes: 'usual',
        }),
      );
    expect(at(3, usage.slice(0, 3))).toEqual(['too-many-deletes']);
    expect(at(3, [])).toEqual(['too-many-deletes']);
    expect(at(2, [])).toEqual([]);
  });

  it('counts neither what is forgotten nor what vanishes with its secret', () => {
    const shares = many(5).map((index) => `share.helios.S0/team:T${index}`);
    const plan = planOf({
      actual: [have(secret(0), v), ...shares.map((share) => have(share, { role: 'Reader' }))],
      records: [
        remember(secret(0), v),
        ...shares.map((share) => remember(share, { role: 'Reader' })),
        ...many(9).map((index) => remember(secret(index + 1), v)),
      ],
      maxDeletes: 'usual',
    });
    expect([plan.summary.destroy, plan.summary.forget, errors(plan)]).toEqual([1, 9, []]);
  });
});
