import { providerOf } from '../model/index.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint, have, hidden, remember, s, want } from '../../test/core/plan-input.js';
import { holds } from '../../test/core/seeded.js';

import type { Change, Outcome, StateRecord } from '../model/index.js';
import { makeBatches, openRecords, runChanges } from './index.js';
import type { Applier, ApplyRun } from './index.js';
import { kinds } from '../../test/core/kinds.js';

const KEPT = (): Promise<boolean> => Promise.resolve(true);
const step = (
  address: string,
  after: readonly string[] = [],
  action: Change['action'] = 'create',
): Change => ({
  action,
  address,
  reason: '',
  fields: [],
  precondition: { kind: 'none' },
  after,
  fingerprints: {},
  ...(action === 'create' ? {} : { id: `id of ${address}` }),
});
const isTransactional = (provider: string): boolean => provider.startsWith('t');

/** Plans of up to nine changes over two plain and two transactional providers, each after some earlier ones. */
const plans = fc
  .array(fc.tuple(fc.constantFrom('n1', 'n2', 't1', 't2'), fc.array(fc.nat(8), { maxLength: 2 })), {
    maxLength: 9,
  })
  .map((nodes) => {
    const addresses = nodes.map(([provider], index) => `secret.${provider}.S${index}`);
    return addresses.map((address, index) => {
      const after = [...new Set(nodes[index]![1].filter((one) => one < index))].map((one) => addresses[one]!);
      return step(address, after);
    });
  });
const providerOfChange = (change: Change): string => providerOf(change.address);

/** Whether some order of whole transactions, with everything else as early as can be, does all of a plan. */
function canBeWhole(changes: readonly Change[]): boolean {
  const transactional = [...new Set(changes.map(providerOfChange).filter(isTransactional))];
  const orders = transactional.length === 2 ? [transactional, [...transactional].reverse()] : [transactional];
  return orders.some((order) => {
    const done = new Set<string>();
    const advance = (may: (provider: string) => boolean): void => {
      for (let before = -1; before !== done.size;) {
        before = done.size;
        for (const change of changes) {
          if (may(providerOfChange(change)) && change.after.every((it) => done.has(it)))
            done.add(change.address);
        }
      }
    };
    advance((provider) => !isTransactional(provider));
    for (const name of order) {
      advance((provider) => provider === name);
      if (changes.some((change) => providerOfChange(change) === name && !done.has(change.address)))
        return false;
      advance((provider) => !isTransactional(provider));
    }
    return done.size === changes.length;
  });
}

describe('batches', () => {
  it('hold each change once, of one provider each, after what comes before it', () => {
    holds(
      plans,
      (changes) => {
        const batches = makeBatches(changes, isTransactional);
        const flat = batches.flatMap((batch) => batch.changes);
        expect(flat.map((change) => change.address).sort()).toEqual(
          changes.map((change) => change.address).sort(),
        );
        const seen = new Set<string>();
        for (const change of flat) {
          for (const first of change.after) expect(seen.has(first)).toBe(true);
          seen.add(change.address);
        }
        for (const batch of batches) {
          expect(batch.changes.length).toBeGreaterThan(0);
          expect(batch.changes.every((change) => providerOfChange(change) === batch.provider)).toBe(true);
        }
      },
      500,
    );
  });

  it('cut no transaction that can be whole', () => {
    let whole = 0;
    holds(
      plans,
      (changes) => {
        const providers = makeBatches(changes, isTransactional)
          .map((one) => one.provider)
          .filter(isTransactional);
        const isWhole = new Set(providers).size === providers.length;
        if (isWhole) whole += 1;
        expect(isWhole).toBe(canBeWhole(changes));
      },
      1000,
    );
    expect(whole).toBeGreaterThan(100);
  });

  it('do not wait for what is not in the plan, and say so where they wait in a circle', () => {
    expect(makeBatches([step('secret.n1.A', ['secret.n1.GONE'])], isTransactional)).toHaveLength(1);
    const circle = [step('secret.n1.A', ['secret.n1.B']), step('secret.n1.B', ['secret.n1.A'])];
    expect(() => makeBatches(circle, isTransactional)).toThrow('in a circle');
  });
});

const done = (address: string): Outcome => ({ status: 'done', address, id: `id of ${address}` });
const [A, B, C, D] = ['secret.n1.A', 'secret.n1.B', 'secret.n1.C', 'secret.t1.D'];

/** Runs changes with one applier for all providers; gives what was told and what was asked. */
async function run(changes: readonly Change[], apply: Applier['apply'], more: Partial<ApplyRun> = {}) {
  const told: Outcome[] = [];
  const asked: string[][] = [];
  let checkpoints = 0;
  const outcomes = await runChanges({
    changes,
    desired: new Map(changes.map((change) => [change.address, want(change.address)])),
    applierOf: () => ({
      apply: (items, onOutcome, checkpoint) => {
        asked.push(items.map((item) => item.change.address));
        return apply(items, onOutcome, checkpoint);
      },
    }),
    isTransactional,
    onOutcome: (outcome) => told.push(outcome),
    checkpoint: () => {
      checkpoints += 1;
      return Promise.resolve(true);
    },
    signal: new AbortController().signal,
    ...more,
  });
  expect([...told].sort((a, b) => (a.address < b.address ? -1 : 1))).toEqual(
    [...outcomes].sort((a, b) => (a.address < b.address ? -1 : 1)),
  );
  expect(new Set(told.map((outcome) => outcome.address)).size).toBe(changes.length);
  return { outcomes, asked, checkpoints, statuses: outcomes.map((outcome) => outcome.status) };
}
const obey: Applier['apply'] = (items, onOutcome) => {
  for (const { change } of items) onOutcome(done(change.address));
  return Promise.resolve();
};

describe('a run', () => {
  it('does what is asked, batch by batch', async () => {
    const result = await run([step(A), step(D, [A]), step(B, [D])], obey);
    expect(result).toMatchObject({
      statuses: ['done', 'done', 'done'],
      asked: [[A], [D], [B]],
      checkpoints: 3,
    });
  });

  it('believes no answer about what was not asked, and no second one', async () => {
    const { outcomes } = await run([step(A), step(B)], (items, onOutcome) => {
      onOutcome(done('secret.n1.UNKNOWN'));
      onOutcome(done(A));
      onOutcome({ status: 'failed', address: A, message: 'changed my mind' });
      return obey(items, onOutcome, KEPT);
    });
    expect(outcomes).toEqual([done(A), done(B)]);
  });

  it('takes silence for a failure that may have happened', async () => {
    const { outcomes } = await run([step(A), step(B)], (_, onOutcome) => {
      onOutcome(done(A));
      return Promise.resolve();
    });
    expect(outcomes[1]).toMatchObject({
      status: 'failed',
      mayHaveHappened: true,
      message: 'its provider gave no answer about it',
    });
  });

  it('survives a provider that throws, before, after and in between', async () => {
    const thrown = await run([step(A), step(B), step(C, [B])], async (items, onOutcome) => {
      onOutcome(done(items[0]!.change.address));
      await Promise.resolve();
      throw new Error('gone');
    });
    expect(thrown.outcomes[1]).toMatchObject({ status: 'failed', message: 'gone', mayHaveHappened: true });
    expect(thrown.statuses).toEqual(['done', 'failed', 'failed']);
    const sync = await run([step(A)], () => {
      throw 'no error at all' as unknown as Error;
    });
    expect(sync.outcomes[0]).toMatchObject({ status: 'failed', message: 'its provider failed' });
    const after = await run([step(A)], async (items, onOutcome) => {
      await obey(items, onOutcome, KEPT);
      throw new Error('late');
    });
    expect(after.statuses).toEqual(['done']);
  });

  it('does not believe answers that come after the end', async () => {
    let late: () => void = () => undefined;
    const told: Outcome[] = [];
    await run(
      [step(A)],
      (_, onOutcome) => {
        late = () => {
          onOutcome(done(A));
        };
        return Promise.resolve();
      },
      { onOutcome: (outcome) => told.push(outcome) },
    ).catch(() => undefined);
    late();
    expect(told.map((outcome) => outcome.status)).toEqual(['failed']);
  });

  it('does not take for done what nobody could find again', async () => {
    const nameless: Applier['apply'] = (items, onOutcome) => {
      for (const { change } of items) onOutcome({ status: 'done', address: change.address });
      return Promise.resolve();
    };
    const { outcomes } = await run([step(A), step(B, [], 'delete')], nameless);
    expect(outcomes).toMatchObject([{ status: 'failed', mayHaveHappened: true }, { status: 'done' }]);
  });

  it('skips what comes after a failure, through providers and state-only steps, and does the rest', async () => {
    const changes = [step(A), step(B), step(D, [A]), step('secret.n1.E', [D], 'forget'), step(C, [B])];
    const { outcomes, statuses } = await run(changes, (items, onOutcome) => {
      for (const { change } of items) {
        onOutcome(
          change.address === A ? { status: 'failed', address: A, message: 'no' } : done(change.address),
        );
      }
      return Promise.resolve();
    });
    expect(statuses).toEqual(['failed', 'done', 'skipped', 'skipped', 'done']);
    expect(outcomes[2]).toMatchObject({ message: `not tried, since ${A} was not done` });
  });

  it('forgets nothing before what comes before it, in one batch', async () => {
    const changes = [step(A, [], 'delete'), step(B, [A], 'forget'), step(C, [B], 'forget')];
    const refuse: Applier['apply'] = (items, onOutcome) => {
      for (const { change } of items) onOutcome({ status: 'failed', address: change.address, message: 'no' });
      return Promise.resolve();
    };
    expect((await run(changes, refuse)).statuses).toEqual(['failed', 'skipped', 'skipped']);
    expect((await run(changes, obey)).statuses).toEqual(['done', 'done', 'done']);
  });

  it('begins nothing new once it is stopped', async () => {
    const stop = new AbortController();
    const result = await run(
      [step(A), step(D, [A]), step(B, [D])],
      (items, onOutcome) => {
        stop.abort();
        return obey(items, onOutcome, KEPT);
      },
      { signal: stop.signal },
    );
    expect(result).toMatchObject({ statuses: ['done', 'skipped', 'skipped'], asked: [[A]] });
  });

  it('touches no system for what is the state’s alone, nor without a session', async () => {
    const quiet = await run([step(A, [], 'forget'), step(B, [], 'import'), step(C, [], 'noop')], obey);
    expect(quiet).toMatchObject({ asked: [], statuses: ['done', 'done', 'done'] });
    expect(quiet.outcomes).toEqual([{ status: 'done', address: A }, done(B), done(C)]);
    const { outcomes } = await run([step(A)], obey, { applierOf: () => undefined });
    expect(outcomes).toMatchObject([
      { status: 'failed', mayHaveHappened: false, message: 'there is no session with n1' },
    ]);
  });
});

describe('records', () => {
  const S = 'secret.helios.S';
  const SHARE = 'share.helios.S/team:A';
  const byField = (address: string, path: string, value: ReturnType<typeof s>): string =>
    fingerprint(`${address}#${path}`, value);
  const open = (stored: readonly StateRecord[] = [], key = true) =>
    openRecords(stored, kinds, key ? byField : undefined, () => new Date(0));
  const v = { value: s('CANARY') };

  it('never hold a value', () => {
    const value = fc.string({ minLength: 1 }).map((text) => `CANARY${text}`);
    holds(fc.tuple(value, value, fc.boolean(), fc.string()), ([one, two, key, shown]) => {
      const records = open([remember(S, v)], key);
      const wanted = want(S, { value: s(one), 'options.k': s(two), plain: shown.replaceAll('CANARY', '') });
      records.take(step(S), done(S), wanted);
      records.confirm(wanted, have(S, { value: s(one) }));
      expect(JSON.stringify(records.list())).not.toContain('CANARY');
      expect(records.list()[0]).toMatchObject({ sensitiveFields: ['options.k', 'value'] });
      expect(Object.keys(records.list()[0]!.fingerprints)).toHaveLength(key ? 2 : 0);
    });
  });

  it('take in what is done, and nothing else', () => {
    const records = open([remember(S, v), remember(SHARE)]);
    const before = records.list();
    records.take(step(S), { status: 'failed', address: S, message: 'x', mayHaveHappened: true }, want(S, v));
    records.take(step(S, [], 'delete'), { status: 'skipped', address: S, message: 'x' }, undefined);
    records.take(step(A), { status: 'done', address: A }, want(A, v));
    expect(records.list()).toEqual(before);
    const rules = { lifecycle: { protect: true, onRemove: 'forget' as const }, dependsOn: ['b', 'a'] };
    records.take(
      step(A),
      { ...done(A), changedAt: 'T', changedBy: 'me' } as Outcome,
      want(A, { p: 1 }, rules),
    );
    expect(records.list().find((record) => record.address === A)).toEqual({
      address: A,
      id: `id of ${A}`,
      appliedAt: '1970-01-01T00:00:00.000Z',
      changedAt: 'T',
      changedBy: 'me',
      fields: { p: 1 },
      fingerprints: {},
      sensitiveFields: [],
      dependsOn: ['a', 'b'],
      protect: true,
      onRemove: 'forget',
    });
  });

  it('know of a handing over before it is done', () => {
    const records = open([remember(S, v)]);
    records.handOver(S);
    records.handOver(A);
    expect(records.list()).toEqual([{ ...remember(S, v), handedOver: true }]);
    records.confirm(want(S, v), have(S, v));
    expect(records.list()[0]?.handedOver).toBeUndefined();
  });

  it('of what dies with its parent go with it', () => {
    const mapping = 'user_mapping.wh.lake/x';
    const usage = 'server_usage.wh.lake/x';
    const server = 'duckdb_server.wh.lake';
    const all = [S, SHARE, 'share.helios.SX/team:A', server, usage, mapping];
    const records = open(all.map((one) => remember(one)));
    records.take(step(S, [], 'delete'), { status: 'done', address: S }, undefined);
    records.take(step(server, [], 'forget'), { status: 'done', address: server }, undefined);
    expect(records.list().map((record) => record.address)).toEqual(['share.helios.SX/team:A', mapping]);
  });

  it('follow the configuration where nothing is to be done', () => {
    const records = open([remember(S, v, { protect: true, onRemove: 'forget' })]);
    records.confirm(want(S, v), have(S, v, { changedAt: 'T', changedBy: 'me' }));
    const [record] = records.list();
    expect(record).toMatchObject({ appliedAt: '2026-01-01T00:00:00.000Z', changedAt: 'T', changedBy: 'me' });
    expect([record?.protect, record?.onRemove]).toEqual([undefined, undefined]);
  });

  it('keep what they know of a value that was not seen', () => {
    const record = remember(S, v, { changedAt: 'T0' });
    const records = open([record]);
    records.confirm(
      want(S, { value: s('OTHER') }, { lifecycle: { protect: true } }),
      have(S, { value: hidden }, { changedAt: 'T1' }),
    );
    expect(records.list()).toEqual([{ ...record, protect: true }]);
  });

  it('keep the address of a fingerprint that they cannot make anew', () => {
    const moved = remember(S, v, { fingerprintedAs: 'secret.helios.OLD' });
    const without = open([moved], false);
    without.confirm(want(S, v), have(S, v));
    expect(without.list()[0]).toMatchObject({
      fingerprints: moved.fingerprints,
      fingerprintedAs: 'secret.helios.OLD',
    });
    const withKey = open([moved]);
    withKey.confirm(want(S, v), have(S, v));
    expect(withKey.list()[0]?.fingerprintedAs).toBeUndefined();
  });

  it('take in nothing that is not ours: another object, or access from elsewhere', () => {
    const records = open([remember(S, v)]);
    const before = records.list();
    records.confirm(want(S, v), have(S, v, { id: 'other' }));
    records.confirm(want(A, v), have(A, v));
    records.confirm(want(SHARE, { role: 'Reader' }), have(SHARE, { role: 'Reader' }, { inherited: true }));
    expect(records.list()).toEqual(before);
    records.confirm(want(SHARE, { role: 'Reader' }), have(SHARE, { role: 'Reader' }));
    expect(records.list()).toHaveLength(2);
  });
});
