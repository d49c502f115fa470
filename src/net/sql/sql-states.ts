/*
 * What an SQLSTATE means for a run (PostgreSQL docs, appendix A, "PostgreSQL Error Codes"). A code is looked up as a whole, then by
 * its class, its first two characters.
 */

/**
 * What may help.
 *
 * - `retry`: another session got in the way, and everything was rolled back: the same transaction may work at once
 * - `wait`: the server cannot do it now: it may later, and nothing is wrong with what was asked for
 * - `change`: it fails until somebody changes something
 */
type Remedy = 'retry' | 'wait' | 'change';

/** What to do about an error, where that does not depend on what was asked for. */
interface StateWords {
  readonly remedy: Remedy;
  readonly next?: string;
}

const CHANGE: StateWords = { remedy: 'change' };
const CONFLICT: StateWords = {
  remedy: 'retry',
  next: 'Another session changed the same object at the same time: plan again.',
};

const STATES: Readonly<Record<string, StateWords>> = {
  '08': { remedy: 'wait' },
  '23505': CONFLICT,
  '25006': {
    remedy: 'change',
    next: 'This server is read-only (a standby?): name all servers of the cluster as hosts, and set target_session_attrs to read-write.',
  },
  '40': CONFLICT,
  '42501': { remedy: 'change', next: 'GRANT what it names to the role, or connect as another role.' },
  '53': { remedy: 'wait' },
  '53100': { remedy: 'wait', next: 'The disk of the server is full: make room there.' },
  '53300': {
    remedy: 'wait',
    next: 'Try again later, or raise max_connections (or the limit of the role or database).',
  },
  '53400': CHANGE,
  '55': { remedy: 'wait' },
  '55000': CHANGE,
  '55P02': CHANGE,
  '55P03': { remedy: 'wait', next: 'Another run or session holds the lock: try again later.' },
  '57': { remedy: 'wait' },
  '57014': {
    remedy: 'wait',
    next: 'It took too long: try again when the server is less busy, or raise `statement_timeout`.',
  },
  '57P04': CHANGE,
  '58': { remedy: 'wait', next: 'Check the log of the server: its own files or memory are in trouble.' },
  '58P01': CHANGE,
  XX: { remedy: 'wait', next: 'Check the log of the server: it has an internal error.' },
  XX001: CHANGE,
  XX002: CHANGE,
};

/** PostgreSQL says so where two sessions change one row of a catalog. Internal errors are never translated. */
const CATALOG_CONFLICT = /^tuple concurrently (updated|deleted)$/;

/** What is known of an error of a server, by its SQLSTATE and, where that says nothing, its message. */
export function sqlStateWords(state: string, message = ''): StateWords {
  if (state === 'XX000' && CATALOG_CONFLICT.test(message)) return CONFLICT;
  const key = [state, state.slice(0, 2)].find((candidate) => Object.hasOwn(STATES, candidate));
  return (key === undefined ? undefined : STATES[key]) ?? CHANGE;
}

/** Whether another session got in the way, so that the same transaction may work at once. */
export function isConflict(state: string | undefined, message?: string): boolean {
  return state !== undefined && sqlStateWords(state, message).remedy === 'retry';
}
