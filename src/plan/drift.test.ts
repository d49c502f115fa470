import { describe, expect, it } from 'vitest';
import { have, hidden, inputOf, remember, s, want } from '../../test/core/plan-input.js';
import { findDrift, makePlan } from './index.js';

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

  it('keeps the notes of the planner, and not what a plan is refused for', () => {
    const server = 'duckdb_server.wh.lake';
    const input = inputOf({
      desired: [want(S, { value: s('x') }), want(server, { type: 's3', 'options.region': 'eu' })],
      actual: [have(S, { value: s('x') }, { id: 'another' }), have(server, { type: 's3', options: hidden })],
      records: [remember(S, { value: s('x') }), remember(server, { type: 's3', 'options.region': 'eu' })],
    });
    expect(makePlan(input).diagnostics.map(({ code }) => code)).toContain('replaced-by-another');
    const report = findDrift(input);
    expect(report.drift.map(({ address, kind }) => [address, kind])).toEqual([[S, 'replaced']]);
    expect(report.diagnostics.map(({ severity, code }) => [severity, code])).toEqual([
      ['info', 'not-verifiable'],
    ]);
  });

  it('refuses a target that names nothing: its silence would say that nothing drifted', () => {
    const report = findDrift({ ...drifted, scope: { targets: ['secret.helios.MISSPELT'], excludes: [] } });
    expect(report.diagnostics).toMatchObject([
      { severity: 'error', code: 'unknown-target', summary: expect.stringContaining('MISSPELT') as string },
    ]);
  });
});
