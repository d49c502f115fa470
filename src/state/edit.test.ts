import { describe, expect, it } from 'vitest';
import { remember } from '../../test/core/plan-input.js';
import { DiagnosticError } from '../model/index.js';
import type { StateData } from '../model/index.js';
import { moveRecord, removeRecords } from './edit.js';
import { kinds } from '../../test/core/kinds.js';

const [A, B] = ['secret.helios.A', 'secret.helios.B'];
const SHARE = 'share.helios.A/team:X';
const of = (...addresses: string[]): StateData => ({
  version: 2,
  serial: 1,
  lineage: 'L',
  stack: 'prod',
  systems: {},
  records: addresses.map((address) => remember(address)),
});
const refusal = (act: () => unknown): string => {
  try {
    act();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof DiagnosticError
      ? error.diagnostics.map((diagnostic) => `${diagnostic.summary} ${diagnostic.next ?? ''}`).join('; ')
      : String(error);
  }
};

describe('moving a record by hand', () => {
  it('takes along what lives in it, and names all that moved', () => {
    const { state, moved } = moveRecord(of(A, SHARE), A, B, kinds);
    expect(state.records.map((record) => record.address)).toEqual([B, 'share.helios.B/team:X']);
    expect(moved).toEqual([
      { from: A, to: B },
      { from: SHARE, to: 'share.helios.B/team:X' },
    ]);
  });

  it('is refused where it cannot be done', () => {
    expect(refusal(() => moveRecord(of(A), 'secret.helios.AA', B, kinds))).toContain(
      'Did you mean secret.helios.A?',
    );
    expect(refusal(() => moveRecord(of(A, B), A, B, kinds))).toContain('already exists in the state');
    expect(refusal(() => moveRecord(of(A), A, 'nothing', kinds))).toContain('is not a valid address');
    expect(refusal(() => moveRecord(of(A), A, 'duckdb_server.wh.a', kinds))).toContain('different kinds');
  });
});

describe('forgetting records by hand', () => {
  it('forgets what lives in them', () => {
    const { state, removed } = removeRecords(of(A, B, SHARE), [A], kinds);
    expect(removed).toEqual([A, SHARE]);
    expect(state.records.map((record) => record.address)).toEqual([B]);
  });

  it('names every address that is not there, and forgets nothing', () => {
    const said = refusal(() => removeRecords(of(A), [A, 'secret.helios.X', 'fdw_usage.wh.y'], kinds));
    expect(said).toContain('secret.helios.X is not in the state');
    expect(said).toContain('fdw_usage.wh.y is not in the state');
  });
});
