import { describe, expect, it } from 'vitest';
import {
  APPLIED,
  kinds,
  errors,
  fieldsOf,
  fingerprint,
  have,
  hidden,
  inputOf,
  planOf,
  remember,
  s,
  steps,
  want,
} from '../../test/core/plan-input.js';
import type { Case, Short } from '../../test/core/plan-input.js';
import { compareFields, fieldAt } from './compare.js';
import { diffResource } from './diff.js';
import { counted } from '../model/index.js';
import { findDrift } from './index.js';

const SERVER = 'duckdb_server.wh.lake';
const MAPPING = 'user_mapping.wh.lake/analyst';

/** A mapping under a server that is as it should be. */
function mapping(parts: {
  readonly wanted: Short;
  readonly found: Short;
  readonly recorded?: Short;
  readonly recordKey?: boolean;
  readonly more?: Partial<Case>;
}): Case {
  const { wanted, found, recorded, recordKey, more } = parts;
  return {
    desired: [want(SERVER, { type: 's3' }), want(MAPPING, wanted)],
    actual: [have(SERVER, { type: 's3' }), have(MAPPING, found)],
    records: [
      remember(SERVER, { type: 's3' }),
      ...(recorded === undefined ? [] : [remember(MAPPING, recorded, { withoutKey: recordKey === false })]),
    ],
    ...more,
  };
}

describe('comparing fields', () => {
  const table: readonly [string, Short, Short, 'same' | 'different' | 'unknown'][] = [
    ['plain, equal', { f: 'a' }, { f: 'a' }, 'same'],
    ['plain, another case', { f: 'a' }, { f: 'A' }, 'different'],
    ['plain, number and text', { f: 1 }, { f: '1' }, 'different'],
    ['plain, key order', { f: { a: 1, b: 2 } }, { f: { b: 2, a: 1 } }, 'same'],
    ['sensitive, equal', { f: s('x') }, { f: s('x') }, 'same'],
    ['sensitive, a space more', { f: s('x') }, { f: s('x ') }, 'different'],
    ['plain and sensitive, equal', { f: 'x' }, { f: s('x') }, 'same'],
    ['sensitive and plain, different', { f: s('x') }, { f: 'y' }, 'different'],
    ['plain that is no text, as text', { f: true }, { f: s('true') }, 'same'],
    ['hidden and plain', { f: hidden }, { f: 'x' }, 'unknown'],
    ['sensitive and hidden', { f: s('x') }, { f: hidden }, 'unknown'],
    ['hidden and hidden', { f: hidden }, { f: hidden }, 'unknown'],
  ];
  it.each(table)('%s', (_, a, b, answer) => {
    expect(compareFields(fieldsOf(a)['f']!, fieldsOf(b)['f']!)).toBe(answer);
  });

  it('finds a hidden whole for each of its parts, and nothing of a whole that is not hidden', () => {
    expect(fieldAt({ options: hidden }, 'options.a')).toBe(hidden);
    expect(fieldAt(fieldsOf({ options: 'x' }), 'options.a')).toBeUndefined();
    expect(fieldAt({ optionsx: hidden }, 'options.a')).toBeUndefined();
  });
});

describe('a field of a mapping', () => {
  const noop: string[] = [];
  const update = [`update ${MAPPING}`];
  const same = { 'options.key': s('k') };
  const other = { 'options.key': s('K2') };
  const all = { options: hidden };
  const table: readonly [string, Parameters<typeof mapping>[0], string[]][] = [
    ['seen as wanted', { wanted: same, found: same, recorded: same }, noop],
    ['seen as wanted, recorded otherwise', { wanted: same, found: same, recorded: other }, noop],
    ['seen otherwise', { wanted: same, found: other, recorded: same }, update],
    [
      'seen otherwise, no key',
      { wanted: same, found: other, recorded: same, more: { withoutKey: true } },
      update,
    ],
    ['seen as plain', { wanted: same, found: { 'options.key': 'k' }, recorded: same }, noop],
    ['not there', { wanted: same, found: {}, recorded: same }, update],
    ['there too much', { wanted: same, found: { ...same, 'options.more': s('m') }, recorded: same }, update],
    [
      'there too much, hidden by its own name',
      { wanted: same, found: { ...same, 'options.more': hidden }, recorded: same },
      update,
    ],
    ['hidden, as recorded', { wanted: same, found: all, recorded: same }, noop],
    [
      'hidden by its own name, as recorded',
      { wanted: same, found: { 'options.key': hidden }, recorded: same },
      noop,
    ],
    ['hidden, another value wanted', { wanted: other, found: all, recorded: same }, update],
    [
      'hidden, wanted as never before',
      { wanted: { ...same, ...{ 'options.n': s('n') } }, found: all, recorded: same },
      update,
    ],
    ['hidden, one not wanted any more', { wanted: {}, found: all, recorded: same }, update],
    [
      'hidden, another value, no key',
      { wanted: other, found: all, recorded: same, more: { withoutKey: true } },
      update,
    ],
    [
      'hidden, another value, recorded without key',
      { wanted: other, found: all, recorded: same, recordKey: false },
      update,
    ],
    [
      'hidden, plain, as recorded',
      { wanted: { 'options.u': 'x' }, found: all, recorded: { 'options.u': 'x' } },
      noop,
    ],
    [
      'hidden, plain, another one',
      { wanted: { 'options.u': 'y' }, found: all, recorded: { 'options.u': 'x' } },
      update,
    ],
    [
      'hidden, plain has become sensitive',
      { wanted: { 'options.u': s('x') }, found: all, recorded: { 'options.u': 'x' } },
      noop,
    ],
    [
      'wanted, but not read for this run',
      { wanted: { 'options.key': hidden }, found: other, recorded: same },
      noop,
    ],
    [
      'wanted, not read for this run, and not there',
      { wanted: { 'options.key': hidden }, found: {}, recorded: same },
      update,
    ],
  ];
  it.each(table)('%s', (_, parts, expected) => {
    const plan = planOf(mapping(parts));
    expect(steps(plan)).toEqual(expected);
    expect(errors(plan)).toEqual([]);
  });

  it('that is hidden is never believed without a record', () => {
    const adopted = mapping({ wanted: same, found: all });
    const desired = [want(SERVER, { type: 's3' }), want(MAPPING, same, { lifecycle: { adopt: true } })];
    expect(steps(planOf({ ...adopted, desired }))).toEqual(update);
  });

  it('that is hidden is not believed where the system says that it was touched', () => {
    const record = remember(MAPPING, same, { changedAt: '2026-01-01T00:00:00Z' });
    const touched = have(MAPPING, all, { changedAt: '2026-01-09T00:00:00Z', changedBy: 'eve' });
    const one = mapping({ wanted: same, found: all, recorded: same });
    const plan = planOf({
      ...one,
      actual: [have(SERVER, { type: 's3' }), touched],
      records: [remember(SERVER, { type: 's3' }), record],
    });
    expect(steps(plan)).toEqual(update);
    expect(plan.drift).toMatchObject([
      { kind: 'changed', changedBy: 'eve', fields: [{ path: 'options.key' }] },
    ]);
  });

  it('that is hidden could not be checked, unless the system vouches for it', () => {
    const one = mapping({ wanted: same, found: all, recorded: same });
    const entry = { address: MAPPING, path: 'options', cause: 'hidden', outcome: 'left' };
    expect(planOf(one).unverified).toMatchObject([{ ...entry, reason: 'the role app may not read them' }]);
    expect(findDrift(inputOf(one)).unverified).toMatchObject([entry]);
    const vouched = mapping({
      wanted: same,
      found: { options: { ...hidden, unchanged: true } },
      recorded: same,
    });
    expect(planOf(vouched).unverified).toEqual([]);
    expect(findDrift(inputOf(vouched)).unverified).toEqual([]);
  });

  it('that is hidden could not be checked, even where nothing is wanted of it: somebody may have put it there', () => {
    const one = mapping({ wanted: {}, found: all, recorded: {} });
    for (const { unverified } of [planOf(one), findDrift(inputOf(one))]) {
      expect(unverified).toMatchObject([{ address: MAPPING, path: 'options', cause: 'hidden' }]);
    }
  });

  it('that is hidden is written where no fingerprint vouches for it, with all that is wanted beside it', () => {
    const both = { 'options.id': 'a', 'options.key': s('k') };
    const plan = planOf(mapping({ wanted: both, found: all, recorded: both, recordKey: false }));
    expect(plan.changes).toMatchObject([
      { action: 'update', fields: [{ path: 'options.id' }, { path: 'options.key' }] },
    ]);
    expect(plan.changes[0]?.reason).toMatch(/^could not be compared: .*no fingerprint/);
    expect(plan.unverified).toMatchObject([{ path: 'options', cause: 'no-fingerprint', outcome: 'written' }]);
  });

  it('that is hidden and differs by the record is written with all that is wanted beside it', () => {
    const old = { 'options.id': 'a', 'options.key': s('old') };
    const plan = planOf(mapping({ wanted: { ...old, 'options.key': s('new') }, found: all, recorded: old }));
    expect(plan.changes[0]?.fields.map(({ path }) => path)).toEqual(['options.id', 'options.key']);
    expect(plan.unverified).toMatchObject([{ path: 'options', outcome: 'written' }]);
  });

  it('that is seen is compared without a key; whether it drifted cannot be told where it is not as wanted', () => {
    const asWanted = mapping({ wanted: same, found: same, recorded: other, more: { withoutKey: true } });
    expect(findDrift(inputOf(asWanted))).toMatchObject({ drift: [], unverified: [] });
    const differs = mapping({ wanted: same, found: other, recorded: same, more: { withoutKey: true } });
    expect(planOf(differs).unverified).toEqual([]);
    expect(findDrift(inputOf(differs))).toMatchObject({
      drift: [],
      unverified: [{ path: 'options.key', cause: 'no-fingerprint', outcome: 'left' }],
    });
  });

  it('that nothing tells of is accepted where the configuration says so, and still named', () => {
    const one = mapping({
      wanted: same,
      found: all,
      recorded: same,
      more: { more: { acceptsUnverifiable: ['wh'] } },
    });
    expect(planOf(one).unverified).toMatchObject([{ path: 'options', accepted: true }]);
    expect(counted(planOf(one).unverified)).toEqual([]);
  });

  it('that is ignored is left alone, named with or without `options.`', () => {
    for (const name of ['key', 'options.key']) {
      const one = mapping({ wanted: same, found: other, recorded: same });
      const desired = [want(SERVER, { type: 's3' }), want(MAPPING, same, { lifecycle: { ignore: [name] } })];
      const plan = planOf({ ...one, desired });
      expect([steps(plan), plan.drift]).toEqual([[], []]);
    }
  });

  it('shows no value, whichever side is sensitive', () => {
    for (const [wanted, found] of [
      [s('CANARY'), s('CANARY2')],
      [s('CANARY'), 'CANARY2'],
      ['CANARY', s('CANARY2')],
      ['open', 'CANARY2'],
    ] as const) {
      const one = mapping({
        wanted: { 'options.key': wanted },
        found: { 'options.key': found, 'options.x': s('CANARY3') },
        recorded: { 'options.key': s('CANARY4') },
      });
      const plan = planOf(one);
      expect(steps(plan)).toEqual(update);
      expect(JSON.stringify(plan)).not.toContain('CANARY');
    }
  });

  it('is seen under the address that its fingerprint was made under, after a move', () => {
    const moved = {
      ...remember(MAPPING, same),
      fingerprints: { 'options.key': fingerprint('user_mapping.wh.old/analyst#options.key', s('k')) },
      fingerprintedAs: 'user_mapping.wh.old/analyst',
    };
    const one = mapping({ wanted: same, found: all });
    const records = [remember(SERVER, { type: 's3' }), moved];
    expect(steps(planOf({ ...one, records }))).toEqual(noop);
    expect(steps(planOf({ ...mapping({ wanted: other, found: all }), records }))).toEqual(update);
  });
});

describe('fields that are managed where they are named', () => {
  const found = have(SERVER, { type: 's3', owner: 'eve' });
  it('are left alone where they are not', () => {
    const plan = planOf({
      desired: [want(SERVER, { type: 's3' })],
      actual: [found],
      records: [remember(SERVER, { type: 's3', owner: 'ann' })],
    });
    expect([steps(plan), plan.drift]).toEqual([[], []]);
  });

  it('are mended where they are, and say what drifted', () => {
    const plan = planOf({
      desired: [want(SERVER, { type: 's3', owner: 'ann' })],
      actual: [found],
      records: [remember(SERVER, { type: 's3', owner: 'ann' })],
    });
    expect(plan.changes).toMatchObject([
      { action: 'update', fields: [{ path: 'owner', before: 'eve', after: 'ann', sensitive: false }] },
    ]);
    expect(plan.drift).toMatchObject([{ kind: 'changed', fields: [{ before: 'ann', after: 'eve' }] }]);
  });
});

describe('drift', () => {
  const record = remember(SERVER, { type: 's3', 'options.region': 'a' });
  const wanted = want(SERVER, { type: 's3', 'options.region': 'b' });
  it('is not what the configuration alone has changed', () => {
    const plan = planOf({
      desired: [wanted],
      actual: [have(SERVER, { type: 's3', 'options.region': 'a' })],
      records: [record],
    });
    expect([steps(plan), plan.drift]).toEqual([[`update ${SERVER}`], []]);
    expect(plan.changes[0]?.reason).toBe('the configuration changed');
  });

  it('is not what happens to be as it is wanted now', () => {
    const plan = planOf({
      desired: [wanted],
      actual: [have(SERVER, { type: 's3', 'options.region': 'b' })],
      records: [record],
    });
    expect([steps(plan), plan.drift]).toEqual([[], []]);
  });

  it('is what is like neither, by whom and when', () => {
    const touched = { changedAt: '2026-01-03T00:00:00Z', changedBy: 'eve' };
    const plan = planOf({
      desired: [wanted],
      actual: [have(SERVER, { type: 's3', 'options.region': 'c', 'options.url': 'x' }, touched)],
      records: [record],
    });
    expect(plan.drift).toMatchObject([
      {
        kind: 'changed',
        ...touched,
        lastAppliedAt: APPLIED,
        fields: [
          { path: 'options.region', before: 'a', after: 'c' },
          { path: 'options.url', action: 'add', after: 'x' },
        ],
      },
    ]);
    expect(plan.changes[0]?.reason).toBe(
      'changed outside of this configuration by eve at 2026-01-03T00:00:00Z',
    );
  });

  it('is a resource that is missing or another one, and not one that was to go anyway', () => {
    expect(planOf({ desired: [wanted], records: [record] }).drift).toMatchObject([{ kind: 'missing' }]);
    expect(planOf({ records: [record] }).drift).toEqual([]);
    const another = have(SERVER, { type: 's3' }, { id: 'other' });
    expect(planOf({ desired: [wanted], actual: [another], records: [record] }).drift).toMatchObject([
      { kind: 'replaced' },
    ]);
  });

  it('of an option that is there though hidden by its own name is seen', () => {
    const found = have(MAPPING, { 'options.key': hidden, 'options.new': hidden });
    const plan = planOf({
      desired: [want(SERVER, { type: 's3' }), want(MAPPING, { 'options.key': s('k') })],
      actual: [have(SERVER, { type: 's3' }), found],
      records: [remember(SERVER, { type: 's3' }), remember(MAPPING, { 'options.key': s('k') })],
    });
    expect(plan.drift).toMatchObject([{ fields: [{ path: 'options.new', action: 'add', sensitive: true }] }]);
  });

  it('of a value is seen with the key alone, values unread', () => {
    const secret = 'secret.helios.S';
    const at = (value: string): Case => ({
      desired: [want(secret, { value: hidden })],
      actual: [have(secret, { value: s(value) })],
      records: [remember(secret, { value: s('v1') })],
    });
    expect(planOf(at('v1')).drift).toEqual([]);
    expect(planOf(at('v2')).drift).toMatchObject([
      { address: secret, fields: [{ path: 'value', sensitive: true }] },
    ]);
  });
});

it('a difference knows which fields force a replacement', () => {
  const policy = kinds.policyOf('duckdb_server');
  const found = have(SERVER, { type: 's3', 'options.a': '1' });
  const wanted = want(SERVER, { type: 'gcs', 'options.a': '2' });
  const { replaceBecause, changes } = diffResource(wanted, found, remember(SERVER), policy, undefined);
  expect(replaceBecause).toEqual(['type']);
  expect(changes.map((change) => [change.path, change.forcesReplacement])).toEqual([
    ['options.a', undefined],
    ['type', true],
  ]);
});
