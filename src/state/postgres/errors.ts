import { DiagnosticError } from '../../model/index.js';
import { isConflict as isSqlConflict, sqlStateWords } from '../../net/sql/sql-states.js';

/** The SQLSTATE of an error that the server sent; `undefined` for one of the connection. */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = propertiesOf(error);
  return typeof severity === 'string' && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
    ? code
    : undefined;
}

/** Whether an error means that the connection is of no use any more: what it was asked for may have been done. */
export function isLost(error: unknown): boolean {
  if (error instanceof DiagnosticError) return false;
  const state = sqlState(error);
  const { severity } = propertiesOf(error);
  return state === undefined || severity === 'FATAL' || severity === 'PANIC' || /^(08|57P)/.test(state);
}

/** Whether a statement lost against one of somebody else, and may be run again: it has done nothing. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state !== '23505' && isSqlConflict(state, error instanceof Error ? error.message : undefined);
}

/**
 * Whether making the tables failed because somebody else makes them at the same time: a name is taken, or a row of the
 * catalog was (PostgreSQL lets `IF NOT EXISTS` fail so too).
 */
export function isCreationRace(error: unknown): boolean {
  return ['23505', '42P06', '42P07', '42710', 'XX000'].includes(sqlState(error) ?? '');
}

/** Whether the role may not do that. */
export function isDenied(error: unknown): boolean {
  return sqlState(error) === '42501';
}

/** The error for a database that cannot be reached, or refuses the connection; what it says of that is kept. */
export function unreachable(location: string, error: unknown): DiagnosticError {
  if (error instanceof DiagnosticError) {
    return new DiagnosticError(
      error.diagnostics.map((diagnostic) => ({
        detail: `The state ${location} is kept there.`,
        ...diagnostic,
      })),
    );
  }
  const { next } = propertiesOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return stateError(
    'state-unreachable',
    `The state ${location} cannot be reached: ${message.replace(/\.$/, '')}.`,
    typeof next === 'string'
      ? next
      : 'Check that the database runs, and the network between; then try again.',
  );
}

/**
 * The error for a statement that the server refuses. Its message is kept where it is about the server or the tables; others
 * can name what was sent.
 */
export function refused(location: string, error: unknown): DiagnosticError {
  if (error instanceof DiagnosticError) return error;
  const state = sqlState(error) ?? 'unknown';
  const message =
    /^(25|3F|42|53|54|55|57|58)/.test(state) && error instanceof Error ? `: ${error.message}` : '';
  return stateError(
    'state',
    `The database refuses to read or write the state ${location} (SQLSTATE ${state})${message}.`,
    sqlStateWords(state, message).next ?? 'Let an administrator check it: nothing was written.',
  );
}

/** A name as SQL quotes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An error about the state. */
export function stateError(code: string, summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code, summary, next }]);
}

function propertiesOf(error: unknown): Partial<Record<string, unknown>> {
  return typeof error === 'object' && error !== null ? error : {};
}
