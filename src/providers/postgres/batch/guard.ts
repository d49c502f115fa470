import { compareText } from '../../../model/index.js';
import { EQ } from '../../../net/sql/index.js';

/**
 * Keeps values out of the server's log and out of `pg_stat_statements`.
 *
 * A value is sent as part of one bind parameter, and the statements that contain it run inside a function. So it can only leak
 * through settings that log parameters, that log or keep inner statements, or that log the CONTEXT line of a message about an
 * inner statement (PostgreSQL docs, "Error Reporting and Logging"; measured in the DuckDB wrapper contract). A role that may change
 * these settings does so for the transaction; for other roles the remaining leaks are found here.
 */

/** Settings, and the value with which nothing leaks. Any role may set the first ones. */
const SAFE: Readonly<Record<string, string>> = {
  debug_print_parse: 'off',
  debug_print_rewritten: 'off',
  debug_print_plan: 'off',
  log_parameter_max_length_on_error: '0',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_transaction_sample_rate: '0',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_error_verbosity: 'terse',
  log_lock_waits: 'off',
  'auto_explain.log_min_duration': '-1',
  'pg_stat_statements.track': 'none',
  'pgaudit.log': 'none',
};

/** Settings that are only read. */
const READ_ONLY = [
  'log_statement_sample_rate',
  'deadlock_timeout',
  'pg_stat_statements.track_utility',
  'auto_explain.log_parameter_max_length',
  'auto_explain.log_nested_statements',
];

/**
 * SQL that applies, for this transaction, every guard setting that exists and that the current role may set.
 * @param serverVersion `server_version_num`: SET on single parameters can be granted from 15 on
 */
export function guardSql(serverVersion: number): string {
  const rows = Object.entries(SAFE).map(([name, value]) => `('${name}', '${value}')`);
  const granted = serverVersion >= 150000 ? " OR pg_catalog.has_parameter_privilege(p.name, 'SET')" : '';
  return `SELECT pg_catalog.set_config(p.name, v.value, true)
FROM (VALUES ${rows.join(', ')}) v (name, value) JOIN pg_catalog.pg_settings p ON p.name ${EQ} v.name
WHERE p.context ${EQ} 'user'
  OR (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname ${EQ} current_user)${granted}`;
}

/** SQL that reads the current settings: rows of `name` and `setting`. */
export const GUARD_STATE_SQL = `SELECT name, setting FROM pg_catalog.pg_settings WHERE name ${EQ} ANY (ARRAY[${[
  ...Object.keys(SAFE),
  ...READ_ONLY,
]
  .map((name) => `'${name}'`)
  .join(', ')}]::pg_catalog.text[])`;

/**
 * The settings that would leak a value, as `name = value`.
 * @param settings the rows of {@link GUARD_STATE_SQL}; what is missing does not exist on this server
 */
export function leaks(settings: ReadonlyMap<string, string>): readonly string[] {
  const is = (name: string, ...values: readonly string[]): boolean =>
    values.includes(settings.get(name) ?? '');
  const positive = (name: string, from: number): boolean => Number(settings.get(name) ?? '-1') >= from;
  const open = new Set<string>();
  const add = (name: string): unknown => open.add(`${name} = ${settings.get(name) ?? ''}`);

  if (!is('log_parameter_max_length', '0')) {
    if (is('log_statement', 'all')) add('log_statement');
    if (positive('log_min_duration_statement', 0)) add('log_min_duration_statement');
    if (positive('log_min_duration_sample', 0) && !is('log_statement_sample_rate', '0')) {
      add('log_min_duration_sample');
    }
    if (Number(settings.get('log_transaction_sample_rate') ?? '0') > 0) add('log_transaction_sample_rate');
  }
  if (is('pg_stat_statements.track', 'all') && !is('pg_stat_statements.track_utility', 'off')) {
    add('pg_stat_statements.track');
  }
  if (settings.has('pgaudit.log') && !is('pgaudit.log', 'none', '')) add('pgaudit.log');
  if (
    positive('auto_explain.log_min_duration', 0) &&
    settings.has('auto_explain.log_parameter_max_length') &&
    !is('auto_explain.log_parameter_max_length', '0')
  ) {
    add('auto_explain.log_min_duration');
  }
  return [...open].sort(compareText);
}

/**
 * The lock timeout (milliseconds) for a role that cannot turn `log_lock_waits` off: shorter than the wait that the server logs,
 * since that message contains the inner statement. `undefined` where nothing would be logged.
 */
export function quietLockTimeout(settings: ReadonlyMap<string, string>): number | undefined {
  if (settings.get('log_lock_waits') !== 'on' || settings.get('log_error_verbosity') === 'terse')
    return undefined;
  return Math.max(1, Math.floor(Number(settings.get('deadlock_timeout') ?? '1000') / 2));
}
