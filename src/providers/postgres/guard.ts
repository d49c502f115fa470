/**
 * Keeps values out of the server's log and out of `pg_stat_statements`.
 *
 * A value travels as part of one bind parameter, and the statements that hold it run inside a function. So it can only leave by
 * what logs parameters, by what logs or keeps inner statements, and by the CONTEXT line of a message about an inner
 * statement (PostgreSQL docs, "Error Reporting and Logging"; measured in the DuckDB wrapper contract). Whoever may
 * change those settings changes them for the transaction; for the others it is found out here what is left.
 */

/** Settings, and the value under which nothing leaves by them. The first ones any role may set. */
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

/** Settings that are only looked at. */
const READ_ONLY = [
  'log_statement_sample_rate',
  'deadlock_timeout',
  'pg_stat_statements.track_utility',
  'auto_explain.log_parameter_max_length',
  'auto_explain.log_nested_statements',
];

/**
 * The statement that makes, for this transaction, every guard setting that exists and that the current role may make.
 * @param serverVersion `server_version_num`: SET on single parameters can be granted from 15 on
 */
export function guardSql(serverVersion: number): string {
  const rows = Object.entries(SAFE).map(([name, value]) => `('${name}', '${value}')`);
  const granted = serverVersion >= 150000 ? " OR pg_catalog.has_parameter_privilege(p.name, 'SET')" : '';
  return `SELECT pg_catalog.set_config(p.name, v.value, true)
FROM (VALUES ${rows.join(', ')}) v (name, value) JOIN pg_catalog.pg_settings p USING (name)
WHERE p.context = 'user'
  OR (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)${granted}`;
}

/** The statement that tells what the settings are now: rows of `name` and `setting`. */
export const GUARD_STATE_SQL = `SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN (${[
  ...Object.keys(SAFE),
  ...READ_ONLY,
]
  .map((name) => `'${name}'`)
  .join(', ')})`;

/**
 * Which settings would let a value out, as `name = value`.
 * @param settings all that {@link GUARD_STATE_SQL} gave; what is missing does not exist in this server
 */
export function leaks(settings: ReadonlyMap<string, string>): readonly string[] {
  const is = (name: string, ...values: readonly string[]): boolean =>
    values.includes(settings.get(name) ?? '');
  const positive = (name: string, from: number): boolean => Number(settings.get(name) ?? '-1') >= from;
  const found = new Set<string>();
  const add = (name: string): unknown => found.add(`${name} = ${settings.get(name) ?? ''}`);

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
  return [...found].sort();
}

/**
 * A role that cannot turn `log_lock_waits` off gives up waiting for a lock before the server would log the wait, since that
 * message carries the inner statement. Gives the lock timeout to use (milliseconds), or nothing where it does not matter.
 */
export function quietLockTimeout(settings: ReadonlyMap<string, string>): number | undefined {
  if (settings.get('log_lock_waits') !== 'on' || settings.get('log_error_verbosity') === 'terse')
    return undefined;
  return Math.max(1, Math.floor(Number(settings.get('deadlock_timeout') ?? '1000') / 2));
}
