import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { APPLIED, errors, have, planOf, remember, s, want } from '../../test/core/plan-input.js';
import { inputOf } from '../../test/core/plan-input.js';
import { makePlan } from './make.js';
import type { Plan } from '../model/index.js';
import type { PlanInput } from './input.js';

const v = { value: s('v') };
const secret = (name: string): string => `secret.helios.${name}`;
const KEPT = ['K1', 'K2', 'K3', 'K4', 'K5'];

/** A plan that destroys one secret, X, and keeps five, from a state that applied some configurations. */
function destroyingX(
  more: Partial<PlanInput>,
  { file, changedAt, applied = [] }: { file?: string; changedAt?: string; applied?: readonly string[] } = {},
): Plan {
  const input = inputOf({
    desired: KEPT.map((name) => want(secret(name), v)),
    actual: [
      ...KEPT.map((name) => have(secret(name), v)),
      have(secret('X'), v, { changedAt: '2026-01-15T00:00:00Z', changedBy: 'user:ben@example.com' }),
    ],
    records: [
      ...KEPT.map((name) => remember(secret(name), v)),
      remember(secret('X'), v, {
        changedAt: changedAt ?? '2026-01-15T00:00:00Z',
        changedBy: 'user:ben@example.com',
        ...(file === undefined ? {} : { file }),
      }),
    ],
    maxDeletes: 'usual',
    more,
  });
  const configurations = applied.map((digest, days) => ({
    digest,
    at: `2026-01-0${9 - days}T00:00:00.000Z`,
  }));
  const state = input.state && { ...input.state, configurations };
  const plan = makePlan({ ...input, state });
  expect(plan.summary.destroy).toBe(1);
  return plan;
}

describe('a whole file that is gone', () => {
  it('is named, with what it had, and asks', () => {
    const plan = destroyingX({ files: ['secrets.yaml'] }, { file: 'teams/a.yaml' });
    expect(plan.diagnostics).toEqual([
      {
        severity: 'error',
        code: 'file-missing',
        summary:
          'The file teams/a.yaml is not part of this configuration any more: 1 resource of it would be destroyed.',
        detail: 'Among them: secret.helios.X.',
        next: 'If it was left out by mistake, give it with -f. If it is gone for good: --max-deletes 1',
      },
    ]);
  });

  it('asks nothing where the file is there, where nobody knows, and with --max-deletes', () => {
    expect(errors(destroyingX({ files: ['teams/a.yaml'] }, { file: 'teams/a.yaml' }))).toEqual([]);
    expect(errors(destroyingX({ files: ['secrets.yaml'] }))).toEqual([]);
    expect(errors(destroyingX({}, { file: 'teams/a.yaml' }))).toEqual([]);
    const allowed = { files: ['secrets.yaml'], maxDeletes: { count: 1 } };
    expect(errors(destroyingX(allowed, { file: 'teams/a.yaml' }))).toEqual([]);
  });
});

describe('what others changed since the last apply', () => {
  const touched = { changedAt: '2026-01-01T00:00:00Z' };

  it('is said where it would be destroyed, and asks', () => {
    const plan = destroyingX({}, touched);
    const reason = `no longer in the configuration; changed by user:ben@example.com at 2026-01-15T00:00:00Z since the last apply (${APPLIED})`;
    expect(plan.changes.map((change) => change.reason)).toEqual([reason]);
    expect(plan.diagnostics).toMatchObject([{ code: 'changed-before-delete', address: secret('X') }]);
    expect(plan.diagnostics[0]?.summary).toContain(reason);
  });

  it('does not ask who names it, or gives a limit', () => {
    const targets = [secret('X')];
    expect(errors(destroyingX({ scope: { targets, excludes: [] } }, touched))).toEqual([]);
    expect(errors(destroyingX({ maxDeletes: { count: 1 } }, touched))).toEqual([]);
    expect(errors(destroyingX({ maxDeletes: { count: 0 } }, touched))).toEqual(['too-many-deletes']);
  });

  it('is found by the fields where a system tells no time', () => {
    const server = 'duckdb_server.wh.old';
    const kept = ['a', 'b', 'c'].map((name) => `duckdb_server.wh.${name}`);
    const at = (region: string): string[] =>
      errors(
        planOf({
          desired: kept.map((address) => want(address, { type: 's3' })),
          actual: [...kept.map((address) => have(address, { type: 's3' })), have(server, { region })],
          records: [
            ...kept.map((address) => remember(address, { type: 's3' })),
            remember(server, { region: 'eu' }),
          ],
          maxDeletes: 'usual',
        }),
      );
    expect(at('eu')).toEqual([]);
    expect(at('us')).toEqual([`changed-before-delete ${server}`]);
  });
});

describe('a configuration that another one has followed', () => {
  it('may be out of date: it asks before it destroys', () => {
    const plan = destroyingX({}, { applied: ['newer', 'between', 'digest'] });
    expect(errors(plan)).toEqual(['out-of-date']);
    expect(plan.diagnostics[0]?.summary).toContain('This checkout may be out of date');
  });

  it.each([[[]], [['digest']], [['digest', 'older']], [['other', 'older']]])(
    'is not one that is new, or the latest: %j',
    (applied) => {
      expect(errors(destroyingX({}, { applied }))).toEqual([]);
    },
  );
});

describe('a configuration that has nothing in common with the state', () => {
  const OWNED = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'];
  const unrelated = (named: readonly string[], more: Partial<PlanInput> = {}): string[] =>
    errors(
      planOf({
        desired: named.map((name) => want(secret(name), v)),
        actual: [have(secret('A'), v), have('fdw_usage.wh.r')],
        records: [...OWNED.map((name) => remember(secret(name), v)), remember('fdw_usage.wh.q')],
        lists: ['fdw_usage wh'],
        maxDeletes: 'usual',
        more,
      }),
    );

  it('asks before it destroys', () => {
    expect(unrelated(['Z'])).toEqual(['unrelated-configuration']);
    expect(unrelated(['Z', 'A'])).toEqual([]);
    expect(unrelated(['Z'], { maxDeletes: { percent: 100 } })).toEqual([]);
  });
});

it('nothing that destroys nothing is ever doubted', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('digest', 'b', 'c')), fc.boolean(), (applied, hasFile) => {
      const input = inputOf({
        desired: KEPT.map((name) => want(secret(name), v)),
        actual: KEPT.map((name) => have(secret(name), v, { changedAt: '2026-01-15T00:00:00Z' })),
        records: KEPT.map((name) => remember(secret(name), v, hasFile ? { file: 'gone.yaml' } : {})),
        maxDeletes: 'usual',
        more: { files: [] },
      });
      const configurations = applied.map((digest) => ({ digest, at: APPLIED }));
      expect(
        errors(makePlan({ ...input, state: input.state && { ...input.state, configurations } })),
      ).toEqual([]);
    }),
  );
});
