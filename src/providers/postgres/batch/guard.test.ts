import { describe, expect, it } from 'vitest';
import { leaks, quietLockTimeout } from './guard.js';

const QUIET = {
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_statement_sample_rate: '1',
  log_transaction_sample_rate: '0',
  log_parameter_max_length: '-1',
  log_lock_waits: 'off',
  deadlock_timeout: '1000',
};
const withSettings = (settings: Record<string, string>) => new Map(Object.entries({ ...QUIET, ...settings }));

describe('what would let a value out', () => {
  it.each([
    [{}, []],
    [{ log_statement: 'ddl' }, []],
    [{ log_statement: 'mod' }, []],
    [{ log_statement: 'all' }, ['log_statement = all']],
    [{ log_statement: 'all', log_parameter_max_length: '0' }, []],
    [{ log_min_duration_statement: '0' }, ['log_min_duration_statement = 0']],
    [{ log_min_duration_statement: '5000' }, ['log_min_duration_statement = 5000']],
    [{ log_min_duration_sample: '10' }, ['log_min_duration_sample = 10']],
    [{ log_min_duration_sample: '10', log_statement_sample_rate: '0' }, []],
    [{ log_transaction_sample_rate: '0.5' }, ['log_transaction_sample_rate = 0.5']],
    [{ 'pg_stat_statements.track': 'top' }, []],
    [{ 'pg_stat_statements.track': 'all' }, ['pg_stat_statements.track = all']],
    [{ 'pg_stat_statements.track': 'all', 'pg_stat_statements.track_utility': 'off' }, []],
    [{ 'pgaudit.log': 'ddl' }, ['pgaudit.log = ddl']],
    [{ 'pgaudit.log': 'none' }, []],
    [{ 'auto_explain.log_min_duration': '0' }, []],
    [
      { 'auto_explain.log_min_duration': '0', 'auto_explain.log_parameter_max_length': '-1' },
      ['auto_explain.log_min_duration = 0'],
    ],
  ] as [Record<string, string>, string[]][])('%j', (settings, expected) => {
    expect(leaks(withSettings(settings))).toEqual(expected);
  });
});

it('gives up a lock before the server would log the wait', () => {
  expect(quietLockTimeout(withSettings({}))).toBeUndefined();
  expect(quietLockTimeout(withSettings({ log_lock_waits: 'on' }))).toBe(500);
  expect(
    quietLockTimeout(withSettings({ log_lock_waits: 'on', log_error_verbosity: 'terse' })),
  ).toBeUndefined();
});
