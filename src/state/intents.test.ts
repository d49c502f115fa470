import { describe, expect, it } from 'vitest';
import { plain } from '../model/index.js';
import type { ActualResource, Intent, StateData, StateRecord } from '../model/index.js';
import { decodeState } from './decode.js';
import { encodeState } from './encode.js';
import { recordsOfIntents, settleIntents } from './intents.js';
import type { Evidence } from './intents.js';
import { kinds } from '../../test/core/kinds.js';

const AT = '2026-01-02T08:00:00.000Z';
const secret: Intent = { address: 'secret.helios.HF_TOKEN', at: AT, by: 'user:ci-bot@example.com' };
const server: Intent = { address: 'duckdb_server.wh.lake', at: AT, by: 'postgres' };
const mapping: Intent = { address: 'user_mapping.wh.lake/analyst', at: AT, by: 'postgres' };

const share = { address: 'share.helios.HF_TOKEN/team:Interns' };
const mine = {
  createdBy: 'ci-bot@example.com',
  createdAt: '2026-01-02T08:00:01Z',
  changedAt: '2026-01-02T08:00:01Z',
};

function stateWith(intents: readonly Intent[], records: readonly StateRecord[] = []): StateData {
  return { version: 2, serial: 3, lineage: 'l', stack: 'prod', systems: {}, records, intents };
}

function found(address: string, more: Partial<ActualResource> = {}): ActualResource {
  return { address, id: `id-of-${address}`, version: '1', fields: {}, ...more };
}

function settle(
  state: StateData,
  actual: readonly ActualResource[],
  { isSeen = () => true, isSameValue = () => true }: Partial<Pick<Evidence, 'isSeen' | 'isSameValue'>> = {},
) {
  const byAddress = new Map(actual.map((resource) => [resource.address, resource]));
  return settleIntents(state, { actual: byAddress, isSeen, isSameValue, kinds });
}

describe('the intents of an interrupted run', () => {
  it('take in what is there and was made by us after them', () => {
    const { state, diagnostics } = settle(stateWith([secret]), [
      found(secret.address, { createdBy: 'CI-bot@example.com', createdAt: '2026-01-02T08:00:01Z' }),
    ]);
    expect(state.intents).toBeUndefined();
    expect(state.records).toEqual([
      expect.objectContaining({ address: secret.address, id: `id-of-${secret.address}`, unfinished: true }),
    ]);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['intent-taken-in']);
  });

  it.each([1, 30, 13 * 24])('are taken in though the clock of that run was %i hours ahead', (hours) => {
    const createdAt = new Date(Date.parse(AT) - hours * 3_600_000).toISOString();
    const object = found(secret.address, { createdBy: 'ci-bot@example.com', createdAt });
    expect(settle(stateWith([secret]), [object]).state.records).toMatchObject([{ address: secret.address }]);
  });

  it.each([
    ['is not there', []],
    ['was made by somebody else', [found(secret.address, { createdBy: 'ben@example.com', createdAt: AT })]],
    [
      'was there long before',
      [found(secret.address, { createdBy: 'ci-bot@example.com', createdAt: '2025-12-01T00:00:00Z' })],
    ],
    ['was made at no known time', [found(secret.address, { createdBy: 'ci-bot@example.com' })]],
    ['says nothing of its maker', [found(secret.address)]],
  ])('are dropped, and said, where the object %s', (_, actual) => {
    const { state, diagnostics } = settle(stateWith([secret]), actual);
    expect(state.records).toEqual([]);
    expect(state.intents).toBeUndefined();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['intent-dropped']);
  });

  it.each<[string, readonly ActualResource[], boolean]>([
    ['another value', [], false],
    ['been written to since', [], true],
    ['another Owner', [found(share.address, { fields: { role: plain('Owner') } })], true],
    [
      'a reader of somebody else',
      [found('share.helios.HF_TOKEN/team:Ops', { fields: { role: plain('Reader') } })],
      true,
    ],
  ])('are dropped where the object of the same maker has %s', (what, more, isSame) => {
    const changedAt = what === 'been written to since' ? '2026-01-02T09:00:00Z' : mine.changedAt;
    const actual = [found(secret.address, { ...mine, changedAt: changedAt }), ...more];
    const { state } = settle(stateWith([{ ...secret, grants: { [share.address]: 'Reader' } }]), actual, {
      isSameValue: () => isSame,
    });
    expect(state.records).toEqual([]);
    expect(state.intents).toBeUndefined();
  });

  it('take in what has the maker and the planned grants on it, and nobody else', () => {
    const granted = [
      found(share.address, { fields: { role: plain('Reader') } }),
      found(`share.helios.HF_TOKEN/${secret.by}`, { fields: { role: plain('Owner') } }),
      found('share.helios.HF_TOKEN/team:Admins', { inherited: true, fields: { role: plain('Owner') } }),
    ];
    const intent = { ...secret, grants: { [share.address]: 'Reader' } };
    expect(settle(stateWith([intent]), [found(secret.address, mine), ...granted]).state.records).toHaveLength(
      1,
    );
  });

  it('take in an object of no known maker only where its values are those that were kept', () => {
    const file: Intent = {
      address: 'duckdb_secret.laptop.s',
      at: AT,
      by: 'me',
      fingerprints: { 'options.key': 'p' },
    };
    const there = [found(file.address)];
    expect(settle(stateWith([file]), there).state.records).toHaveLength(1);
    expect(settle(stateWith([file]), there, { isSameValue: () => false }).state.records).toEqual([]);
    const { fingerprints: _none, ...bare } = file;
    expect(settle(stateWith([bare]), there).state.records).toEqual([]);
  });

  it('go by the mark where there is one, for what lives in it too', () => {
    const ours = [found(server.address, { claimedBy: 'prod' }), found(mapping.address)];
    expect(settle(stateWith([server, mapping]), ours).state.records.map((record) => record.address)).toEqual([
      server.address,
      mapping.address,
    ]);
    const theirs = [found(server.address, { claimedBy: 'other' }), found(mapping.address)];
    expect(settle(stateWith([server, mapping]), theirs).state.records).toEqual([]);
  });

  it('let a record follow to the object that replaced its own, and keep its rules', () => {
    const record: StateRecord = {
      address: server.address,
      id: 'old',
      appliedAt: AT,
      fields: { type: 's3' },
      fingerprints: {},
      sensitiveFields: [],
      dependsOn: ['secret.helios.A'],
      protect: true,
    };
    const { state } = settle(stateWith([server], [record]), [found(server.address, { claimedBy: 'prod' })]);
    expect(state.records).toEqual([
      expect.objectContaining({
        id: `id-of-${server.address}`,
        protect: true,
        dependsOn: ['secret.helios.A'],
      }),
    ]);
    const same = settle(stateWith([server], [record]), [found(server.address, { id: 'old' })]);
    expect(same.state.records).toEqual([record]);
    expect(same.diagnostics).toEqual([]);
  });

  it('stay open where nobody looked', () => {
    const { state, diagnostics } = settle(stateWith([secret]), [], { isSeen: () => false });
    expect(state.intents).toEqual([secret]);
    expect(diagnostics).toEqual([]);
  });

  it('are read under their names, once', () => {
    expect(recordsOfIntents(undefined, kinds)).toEqual([]);
    expect(recordsOfIntents(stateWith([secret]), kinds).map(({ address }) => address)).toEqual([
      secret.address,
      `share.helios.HF_TOKEN/${secret.by}`,
    ]);
    const [record] = recordsOfIntents(stateWith([secret]), kinds);
    expect(recordsOfIntents(stateWith([secret], record === undefined ? [] : [record]), kinds)).toEqual([]);
  });

  it('survive being written and read', () => {
    const state = stateWith(
      [{ ...secret, fingerprints: { value: 'print' }, grants: { [share.address]: 'Reader' } }, server],
      recordsOfIntents(stateWith([mapping]), kinds),
    );
    expect(decodeState(encodeState(state), 'here', 'prod')).toEqual(state);
    expect(() => decodeState(encodeState(state).replace('"by"', '"bye"'), 'here', 'prod')).toThrow(
      /intent 1/,
    );
  });
});
