import { describe, expect, it } from 'vitest';
import { have, hidden, inputOf, remember, s, want } from '../../test/core/plan-input.js';
import type { ActualResource, Unseen } from '../model/index.js';
import { findDrift, makePlan } from './index.js';
import type { PlanInput } from './index.js';

const S = 'secret.helios.S';
const SHARE = 'share.helios.S/user:ana@example.com';
const ADDED = 'share.helios.S/user:ben@example.com';
const owner = { role: 'Owner' };

describe('drift without a plan', () => {
  const drifted = inputOf({
    desired: [want(S, { value: s('new') }, { lifecycle: { protect: true } }), want(SHARE, owner)],
    actual: [have(S, { value: s('by hand') }), have(SHARE, owner), have(ADDED, { role: 'Reader' })],
    records: [remember(S, { value: s('old') }), remember(SHARE, owner)],
    lists: [`share ${S}`],
  });

  it('is that of the plan', () => {
    const { changes, summary, diagnostics, ...rest } = makePlan(drifted);
    const report = findDrift(drifted);
    expect(report).toEqual({ ...rest, diagnostics: report.diagnostics });
    expect(report.drift.map(({ address, kind }) => [address, kind])).toEqual([
      [S, 'changed'],
      [ADDED, 'added'],
    ]);
    expect(changes.length).toBeGreaterThan(0);
  });

  it('says what could not be compared, and not what a plan is refused for', () => {
    const server = 'duckdb_server.wh.lake';
    const input = inputOf({
      desired: [want(S, { value: s('x') }), want(server, { type: 's3', 'options.region': 'eu' })],
      actual: [have(S, { value: s('x') }, { id: 'another' }), have(server, { type: 's3', options: hidden })],
      records: [remember(S, { value: s('x') }), remember(server, { type: 's3', 'options.region': 'eu' })],
    });
    expect(makePlan(input).diagnostics.map(({ code }) => code)).toContain('replaced-by-another');
    const report = findDrift(input);
    expect(report.drift.map(({ address, kind }) => [address, kind])).toEqual([[S, 'replaced']]);
    expect(report.unverified).toMatchObject([{ address: server, path: 'options', cause: 'hidden' }]);
  });

  it('refuses a target that names nothing: its silence would say that nothing drifted', () => {
    const report = findDrift({ ...drifted, scope: { targets: ['secret.helios.MISSPELT'], excludes: [] } });
    expect(report.diagnostics).toMatchObject([
      { severity: 'error', code: 'unknown-target', summary: expect.stringContaining('MISSPELT') as string },
    ]);
  });
});

describe('what a session could not see', () => {
  const records = [remember(S, { value: s('v') }), remember(SHARE, owner)];
  const desired = [want(S, { value: s('v') }), want(SHARE, owner)];
  const unseen = (entries: readonly Unseen[], actual: readonly ActualResource[]): PlanInput => {
    const input = inputOf({ desired, records, actual, lists: [`share ${S}`] });
    const helios = input.actual['helios'];
    if (helios === undefined) throw new Error('no helios');
    return { ...input, actual: { ...input.actual, helios: { ...helios, unseen: entries } } };
  };

  it('of an object: neither gone nor to be made, and named once', () => {
    const input = unseen([{ what: 'object', address: S, reason: 'this key sees no such secret' }], []);
    const entry = { address: S, cause: 'unseen', reason: 'this key sees no such secret', outcome: 'left' };
    expect(makePlan(input)).toMatchObject({ changes: [], drift: [], unverified: [entry] });
    expect(findDrift(input)).toMatchObject({ drift: [], unverified: [entry] });
    const gone = { ...input, desired: [] };
    expect(makePlan(gone)).toMatchObject({ changes: [], drift: [], unverified: [entry] });
  });

  it('of a list: no member is gone or to be added, and the list is named', () => {
    const value = have(S, { value: s('v') });
    const input = unseen([{ what: 'members', address: S, kind: 'share', reason: 'status 403' }], [value]);
    const entry = { address: S, cause: 'unseen', members: 'share', reason: 'status 403', outcome: 'left' };
    expect(makePlan(input)).toMatchObject({ changes: [], drift: [], unverified: [entry] });
    expect(findDrift(input)).toMatchObject({ drift: [], unverified: [entry] });
  });

  it('of its use: the object is compared all the same; that it cannot be used is not accepted', () => {
    const all = [have(S, { value: s('v') }), have(SHARE, owner)];
    const input = unseen([{ what: 'use', address: S, reason: 'a file beside it is damaged' }], all);
    expect(findDrift({ ...input, acceptsUnverifiable: ['helios'] }).unverified).toEqual([
      { address: S, cause: 'unusable', reason: 'a file beside it is damaged', outcome: 'left' },
    ]);
  });

  it('what an interrupted run left could not be compared', () => {
    const input = inputOf({
      desired,
      actual: [have(S, { value: s('v') }), have(SHARE, owner)],
      records: [remember(S, {}, { unfinished: true }), remember(SHARE, owner)],
    });
    expect(findDrift(input).unverified).toMatchObject([{ address: S, cause: 'unfinished' }]);
  });
});
