import { describe, expect, it } from 'vitest';
import { ME, errors, have, planOf, remember, s, steps, want } from '../../test/core/plan-input.js';
import type { Case } from '../../test/core/plan-input.js';

const S = 'secret.helios.S';
const SHARE = 'share.helios.S/user:ana@example.com';
const MINE = `share.helios.S/${ME}`;
const SERVER = 'duckdb_server.wh.lake';
const MAPPING = 'user_mapping.wh.lake/public';
const USAGE = 'server_usage.wh.lake/analyst';
const v = { value: s('v') };
const w = { value: s('w') };
const type = { type: 's3' };
const owner = { role: 'Owner' };
const reader = { role: 'Reader' };

/** A row: what there is, the steps of the plan, and what it is refused for. */
type Row = readonly [name: string, input: Case, steps: readonly string[], errors?: readonly string[]];

function check(rows: readonly Row[]): void {
  for (const [name, input, expected, refused = []] of rows) {
    it(name, () => {
      const plan = planOf(input);
      expect(steps(plan)).toEqual(expected);
      expect(errors(plan)).toEqual(refused);
    });
  }
}

const adopt = { lifecycle: { adopt: true } };
const protect = { lifecycle: { protect: true } };

describe('a wanted resource', () => {
  check([
    ['is made', { desired: [want(S, v)] }, [`create ${S}`]],
    ['is made again where it is gone', { desired: [want(S, v)], records: [remember(S, v)] }, [`create ${S}`]],
    ['stays as it is', { desired: [want(S, v)], actual: [have(S, v)], records: [remember(S, v)] }, []],
    [
      'is changed',
      { desired: [want(S, w)], actual: [have(S, v)], records: [remember(S, v)] },
      [`update ${S}`],
    ],
    [
      'recreated outside is not managed',
      { desired: [want(S, v)], actual: [have(S, v, { id: 'other' })], records: [remember(S, v)] },
      [],
      [`replaced-by-another ${S}`],
    ],
    [
      'recreated outside is adopted where the configuration says so',
      { desired: [want(S, v, adopt)], actual: [have(S, w, { id: 'other' })], records: [remember(S, v)] },
      [`update ${S}`],
    ],
    [
      'that already exists is not managed',
      { desired: [want(S, v)], actual: [have(S, v)] },
      [],
      [`exists-already ${S}`],
    ],
    [
      'that already exists is adopted unchanged',
      { desired: [want(S, v, adopt)], actual: [have(S, v)] },
      [`import ${S}`],
    ],
    [
      'that already exists is adopted and changed',
      { desired: [want(S, v, adopt)], actual: [have(S, w)] },
      [`update ${S}`],
    ],
    [
      "with another stack's mark is not managed, whatever the configuration says",
      { desired: [want(SERVER, type, adopt)], actual: [have(SERVER, type, { claimedBy: 'test' })] },
      [],
      [`claimed-by-another-stack ${SERVER}`],
    ],
    [
      'with our own mark, and no record, is still not managed',
      { desired: [want(SERVER, type)], actual: [have(SERVER, type, { claimedBy: 'prod' })] },
      [],
      [`exists-already ${SERVER}`],
    ],
    ['of a system that was not seen is left out', { desired: [want(S, v)], unseen: ['helios'] }, []],
    [
      'is replaced where it cannot be changed',
      {
        desired: [want(SERVER, { type: 'gcs' })],
        actual: [have(SERVER, type)],
        records: [remember(SERVER, type)],
      },
      [`replace ${SERVER}`],
    ],
    [
      'that is protected is not replaced',
      {
        desired: [want(SERVER, { type: 'gcs' }, protect)],
        actual: [have(SERVER, type)],
        records: [remember(SERVER, type)],
      },
      [],
      [`protected ${SERVER}`],
    ],
    [
      'adopts its children with it',
      {
        desired: [want(SERVER, type, adopt), want(MAPPING, v)],
        actual: [have(SERVER, type), have(MAPPING, v)],
      },
      [`import ${SERVER}`, `import ${MAPPING}`],
    ],
    [
      'that is refused holds back what lives in it',
      {
        desired: [want(SERVER, type), want(MAPPING, v)],
        actual: [have(SERVER, type)],
        lists: [`server_usage ${SERVER}`],
      },
      [],
      [`exists-already ${SERVER}`],
    ],
  ]);

  it('of a provider called as something of every object is seen only where it was seen', () => {
    expect(steps(planOf({ desired: [want('secret.constructor.S', v)] }))).toEqual([]);
  });
});

describe('an unwanted resource', () => {
  check([
    ['of ours is destroyed', { actual: [have(S, v)], records: [remember(S, v)] }, [`delete ${S}`]],
    ['of somebody else is left alone', { actual: [have(S, v)] }, []],
    ['that is gone is forgotten', { records: [remember(S, v)] }, [`forget ${S}`]],
    [
      'that another object stands for now is forgotten',
      { actual: [have(S, v, { id: 'other' })], records: [remember(S, v)] },
      [`forget ${S}`],
    ],
    [
      "with another stack's mark is forgotten",
      { actual: [have(SERVER, type, { claimedBy: 'test' })], records: [remember(SERVER, type)] },
      [`forget ${SERVER}`],
    ],
    [
      'that is protected is not destroyed',
      { actual: [have(S, v)], records: [remember(S, v, { protect: true })] },
      [],
      [`protected ${S}`],
    ],
    [
      'with on_remove: forget is forgotten, protected or not',
      { actual: [have(S, v)], records: [remember(S, v, { protect: true, onRemove: 'forget' })] },
      [`forget ${S}`],
    ],
    [
      'listed under `removed` is forgotten, with what lives in it',
      {
        actual: [have(SERVER, type), have(MAPPING, v)],
        records: [remember(SERVER, type, { protect: true }), remember(MAPPING, v)],
        more: { removed: [SERVER] },
      },
      [`forget ${MAPPING}`, `forget ${SERVER}`],
    ],
    [
      'listed under `removed` needs no system, nor has a provider to be known',
      {
        records: [remember(SERVER, type), remember(MAPPING, v)],
        unseen: ['wh', 'helios'],
        more: { removed: [SERVER] },
      },
      [`forget ${MAPPING}`, `forget ${SERVER}`],
    ],
    [
      'that is forgotten leaves what lives in it',
      {
        actual: [have(SERVER, type), have(MAPPING, v)],
        records: [remember(SERVER, type, { onRemove: 'forget' }), remember(MAPPING, v)],
      },
      [`forget ${MAPPING}`, `forget ${SERVER}`],
    ],
    [
      'goes after what lives in it',
      {
        actual: [have(SERVER, type), have(MAPPING, v), have(USAGE)],
        records: [remember(SERVER, type), remember(MAPPING, v), remember(USAGE)],
      },
      [`delete ${MAPPING}`, `delete ${SERVER}`],
    ],
    [
      'takes its shares along without a step',
      {
        actual: [have(S, v), have(SHARE, reader), have(MINE, owner)],
        records: [remember(S, v), remember(SHARE, reader)],
      },
      [`delete ${S}`],
    ],
  ]);
});

describe('what hangs on a resource that is to go', () => {
  const two = [have(SERVER, type), have(MAPPING, v)];
  const record = remember(SERVER, type);
  const carries = [`carries-what-is-not-ours ${SERVER}`];
  check([
    ['and is not managed blocks it', { actual: two, records: [record] }, [], carries],
    [
      'and is not managed blocks a replacement',
      { desired: [want(SERVER, { type: 'gcs' })], actual: two, records: [record] },
      [],
      carries,
    ],
    [
      'and was recreated outside blocks it',
      { actual: [two[0]!, have(MAPPING, v, { id: 'other' })], records: [record, remember(MAPPING, v)] },
      [],
      carries,
    ],
    [
      'and is to stay stands in the way',
      { actual: two, records: [record, remember(MAPPING, v, { onRemove: 'forget' })] },
      [],
      carries,
    ],
    [
      'and is excluded stands in the way',
      {
        actual: two,
        records: [record, remember(MAPPING, v)],
        more: { scope: { targets: [], excludes: [MAPPING] } },
      },
      [],
      carries,
    ],
    [
      'is recreated with it',
      {
        desired: [want(SERVER, { type: 'gcs' }), want(MAPPING, v), want(USAGE)],
        actual: [...two, have(USAGE)],
        records: [record, remember(MAPPING, v), remember(USAGE)],
        lists: [`server_usage ${SERVER}`],
      },
      [`replace ${SERVER}`, `replace ${MAPPING}`, `replace ${USAGE}`],
    ],
    [
      'is removed before it is recreated',
      { desired: [want(SERVER, { type: 'gcs' })], actual: two, records: [record, remember(MAPPING, v)] },
      [`delete ${MAPPING}`, `replace ${SERVER}`],
    ],
    [
      'and is protected is not recreated with it',
      {
        desired: [want(SERVER, { type: 'gcs' }), want(MAPPING, v, protect)],
        actual: two,
        records: [record, remember(MAPPING, v)],
      },
      [`replace ${SERVER}`],
      [`protected ${MAPPING}`],
    ],
  ]);

  it('is named in the refusal', () => {
    const plan = planOf({ actual: [...two, have('user_mapping.wh.lake/bob', v)], records: [record] });
    expect(plan.diagnostics[0]?.summary).toContain('user_mapping.wh.lake/bob, user_mapping.wh.lake/public');
  });

  it('and would be lost unnamed with a replacement is warned of', () => {
    const one = {
      desired: [want(SERVER, { type: 'gcs' })],
      actual: [have(SERVER, type), have(USAGE)],
      records: [record],
    };
    const plan = planOf(one);
    expect(steps(plan)).toEqual([`replace ${SERVER}`]);
    expect(plan.diagnostics).toMatchObject([{ severity: 'warning', code: 'lost-with-replacement' }]);
    expect(plan.diagnostics[0]?.summary).toContain(USAGE);
    expect(planOf({ ...one, lists: [`server_usage ${SERVER}`] }).diagnostics).toEqual([]);
  });
});

describe('members of lists', () => {
  const secret = {
    desired: [want(S, v), want(SHARE, owner)],
    records: [remember(S, v), remember(SHARE, owner)],
    lists: [`share ${S}`],
  };
  const base = [have(S, v), have(SHARE, owner)];
  const eve = 'share.helios.S/user:ben@example.com';
  check([
    [
      'that somebody added are taken off',
      { ...secret, actual: [...base, have(eve, reader)] },
      [`delete ${eve}`],
    ],
    [
      'that come from elsewhere are not',
      { ...secret, actual: [...base, have(eve, reader, { inherited: true })] },
      [],
    ],
    [
      'that come from elsewhere are not what is wanted here',
      { ...secret, actual: [have(S, v), have(SHARE, owner, { inherited: true })] },
      [`create ${SHARE}`],
    ],
    [
      'that are there twice count as they are on the resource',
      { ...secret, actual: [...base, have(SHARE, reader, { inherited: true })] },
      [],
    ],
    ['that are wanted and there need no record', { ...secret, records: [remember(S, v)], actual: base }, []],
    [
      'that are wanted and were given anew are ours',
      { ...secret, actual: [base[0]!, have(SHARE, owner, { id: 'other' })] },
      [],
    ],
    ['that we are stay', { ...secret, actual: [...base, have(MINE, owner)] }, []],
    [
      'that we are go where the file says so',
      {
        ...secret,
        desired: [want(S, v, { self: 'drop' }), want(SHARE, owner)],
        actual: [...base, have(MINE, owner)],
      },
      [`delete ${MINE}`],
    ],
    [
      'that we are stay when the list names us no more',
      {
        ...secret,
        records: [...secret.records, remember(MINE, owner)],
        actual: [...base, have(MINE, owner)],
      },
      [`forget ${MINE}`],
    ],
    [
      'are forgotten where the list is nobody’s any more',
      { desired: [want(S, v)], records: secret.records, actual: base },
      [`forget ${SHARE}`],
    ],
    [
      'that the file names no more are taken off',
      {
        ...secret,
        records: [...secret.records, remember(eve, reader)],
        actual: [...base, have(eve, reader)],
      },
      [`delete ${eve}`],
    ],
    [
      'of a provider itself are a list as well',
      {
        desired: [want('fdw_usage.wh.lake_admin')],
        actual: [have('fdw_usage.wh.lake_admin'), have('fdw_usage.wh.public')],
        records: [],
        lists: ['fdw_usage wh'],
      },
      ['delete fdw_usage.wh.public'],
    ],
    [
      'of a provider that has no list are left alone',
      { actual: [have('fdw_usage.wh.public')], records: [] },
      [],
    ],
  ]);

  it('that somebody added have drifted, and say who and when', () => {
    const added = have(eve, reader, { changedBy: 'ana', changedAt: '2026-01-05T00:00:00Z' });
    const plan = planOf({ ...secret, actual: [...base, added] });
    expect(plan.drift).toMatchObject([{ kind: 'added', address: eve, changedBy: 'ana' }]);
    expect(plan.changes[0]?.reason).toBe(
      'not in the configuration; added outside of it by ana at 2026-01-05T00:00:00Z',
    );
  });
});

describe('what can be told of, and not touched', () => {
  const told = (input: Case): readonly string[] =>
    planOf(input).diagnostics.flatMap((diagnostic) =>
      diagnostic.severity === 'info' ? [`${diagnostic.code} ${diagnostic.address!}`] : [],
    );

  it('is a mapping that somebody made on a server of ours: neither a change nor drift', () => {
    const input: Case = {
      desired: [want(SERVER, type)],
      actual: [have(SERVER, type), have(MAPPING, { 'options.secret': s('v') })],
      records: [remember(SERVER, type)],
    };
    expect(steps(planOf(input))).toEqual([]);
    expect(planOf(input).drift).toEqual([]);
    expect(told(input)).toEqual([]);
    expect(planOf(input).unmanaged).toMatchObject([{ address: MAPPING, what: 'user mapping' }]);
  });

  it('is a secret that was handed over, with what lives in it', () => {
    const input: Case = {
      desired: [want(S, w, { self: 'drop' }), want(SHARE, owner)],
      records: [remember(S, v, { handedOver: true }), remember(SHARE, owner)],
      lists: [`share ${S}`],
    };
    expect(steps(planOf(input))).toEqual([]);
    expect(errors(planOf(input))).toEqual([]);
    expect(planOf(input).drift).toEqual([]);
    expect(told(input)).toEqual([]);
    expect(planOf(input).unverified).toMatchObject([
      {
        address: S,
        cause: 'unseen',
        outcome: 'left',
        reason: expect.stringContaining('handed over') as string,
      },
    ]);
  });

  it('is not a secret that was gone before it was handed over, or that could be seen all the same', () => {
    const gone: Case = {
      desired: [want(S, w, { self: 'drop' }), want(SHARE, owner)],
      records: [remember(S, v)],
      lists: [`share ${S}`],
    };
    expect(steps(planOf(gone))).toEqual([`create ${S}`, `create ${SHARE}`]);
    const readable: Case = {
      desired: [want(S, w, { self: 'drop' }), want(SHARE, owner), want(MINE, reader)],
      records: [remember(S, v, { handedOver: true })],
      lists: [`share ${S}`],
    };
    expect(steps(planOf(readable))).toEqual([`create ${S}`, `create ${SHARE}`, `create ${MINE}`]);
  });

  it('is not a secret that is still to be made', () => {
    const input: Case = {
      desired: [want(S, v, { self: 'drop' }), want(SHARE, owner)],
      records: [],
      lists: [`share ${S}`],
    };
    expect(steps(planOf(input))).toEqual([`create ${S}`, `create ${SHARE}`]);
  });
});

it('a member that leaves a list goes, though its secret would only be forgotten', () => {
  const plan = planOf({
    desired: [want(S, v)],
    actual: [have(S, v), have(MINE, owner), have(SHARE, reader)],
    records: [remember(S, v), { ...remember(SHARE, reader), onRemove: 'forget' }],
    lists: [`share ${S}`],
  });
  expect(steps(plan)).toEqual([`delete ${SHARE}`]);
});

it('each step carries what must hold before it', () => {
  const plan = planOf({
    desired: [want('secret.helios.A', v), want('secret.helios.B', w), want('secret.helios.D', v, adopt)],
    actual: [have('secret.helios.B', v), have('secret.helios.C', v), have('secret.helios.D', v)],
    records: [remember('secret.helios.B', v), remember('secret.helios.C', v), remember('secret.helios.E', v)],
  });
  const present = (name: string) => ({ kind: 'present', id: `id of secret.helios.${name}`, version: 'v1' });
  expect(
    Object.fromEntries(plan.changes.map((change) => [change.address.at(-1), change.precondition])),
  ).toEqual({
    A: { kind: 'absent' },
    B: present('B'),
    C: present('C'),
    D: present('D'),
    E: { kind: 'none' },
  });
  expect(plan.summary).toEqual({ add: 1, change: 1, destroy: 1, import: 1, forget: 1, unchanged: 0 });
  expect(Object.keys(plan.changes.find((change) => change.action === 'update')!.fingerprints)).toEqual([
    'value',
  ]);
});
