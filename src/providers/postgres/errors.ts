import { defined } from '../../model/index.js';
import { isConflict, sqlStateWords } from '../../net/sql/index.js';
import type { BatchResult } from './batch/function.js';

/** Why nothing was changed. */
export interface Failure {
  /** The change that caused it, where that is known. */
  readonly address?: string;
  readonly message: string;
  readonly next?: string;
  readonly mayHaveHappened?: boolean;
  /** Another session got in the way: the same transaction may work at once. */
  readonly isConflict?: boolean;
}

/** Makes a text from outside fit to be shown. */
export type Clean = (text: string) => string | undefined;

type Refusal = Exclude<BatchResult, { ids: unknown }>;

const PLAN_AGAIN = 'Plan again and review the changes.';

/** What is known where a failure is put into words. */
export interface FailureContext {
  /** Makes a message of the server fit to be shown; `undefined` where nothing of it is. */
  readonly clean: Clean;
  /** Servers of the database that DuckDB cannot load without credentials on its host. */
  readonly needy: readonly string[];
}

/** A failure of the batch in words, without any value. */
export function failureOf(refusal: Refusal, context: FailureContext): Failure {
  const at = defined({ address: refusal.failed ?? undefined });
  switch (refusal.why) {
    case 'changed':
      return { ...at, message: 'it was changed in the database after it was planned', next: PLAN_AGAIN };
    case 'gone':
      return { ...at, message: 'it no longer exists in the database', next: PLAN_AGAIN };
    case 'exists':
      return {
        ...at,
        message: 'it already exists in the database; it was created after the plan was made',
        next: PLAN_AGAIN,
      };
    case 'marked':
      return {
        ...at,
        message: `the server carries the mark of another stack (${refusal.message ?? ''})`,
        next: 'Leave it to that stack, or list it there under `removed:`, apply that, and plan again.',
      };
    case 'hidden':
      return {
        ...at,
        message: 'its options cannot be read, and recreating it would lose the ignored ones',
        next: 'Apply as a superuser or as the role of the mapping, or remove "ignore".',
      };
    case 'error':
      return { ...at, ...(duckdbFailure(refusal, context) ?? serverError(refusal, context)) };
  }
}

/** What the wrapper tells a role that may not use DuckDB: a sentence of its own, with no value in it. */
const NOT_GRANTED =
  'DuckDB execution is not allowed because you have not been granted the duckdb.postgres_role';

/** How DuckDB begins where the host has no credentials for a secret. */
const NO_CREDENTIALS = 'Secret Validation Failure';
/** How the wrapper begins where it fails at what the database has already, whatever the statement is about. */
const AT_EXISTING = '(PGDuckDB/GetQueryError)';

/** The failures of the wrapper that have a remedy of their own; `undefined` for all others. */
function duckdbFailure(
  { message = '', sqlstate = '' }: Refusal,
  { needy }: FailureContext,
): Failure | undefined {
  const state = `(SQLSTATE ${sqlstate})`;
  if (message.includes(NOT_GRANTED)) {
    return {
      message: `${NOT_GRANTED} ${state}`,
      next: 'Ask an administrator to GRANT the role that duckdb.postgres_role names.',
    };
  }
  if (!message.includes(NO_CREDENTIALS)) return undefined;
  if (!message.startsWith(AT_EXISTING)) {
    return {
      message: `the database host has no credentials for this provider credential_chain ${state}`,
      next: 'Add "validation: none" to its options, or give the host credentials.',
    };
  }
  const names = needy.map((name) => JSON.stringify(name)).join(', ');
  return {
    message: `not this change: the database host has no credentials for a server with provider credential_chain that the database has already${names === '' ? '' : ` (${names})`} ${state}`,
    next: `Drop ${needy.length === 1 ? 'that server' : 'the one whose credentials are gone'} and create it again with validation 'none', or give the host credentials: to alter it does not help.`,
  };
}

function serverError(refusal: Refusal, { clean }: FailureContext): Failure {
  const sentenceOf = (text = ''): string | undefined => (text === '' ? undefined : clean(text));
  const parts = [sentenceOf(refusal.message), sentenceOf(refusal.detail)].flatMap((part) => part ?? []);
  const state = refusal.sqlstate === undefined ? '' : ` (SQLSTATE ${refusal.sqlstate})`;
  const words = parts.length === 0 ? 'the server refuses it' : parts.join(': ');
  return {
    message: `${words}${state}`,
    ...defined({ next: nextStep(refusal) ?? sentenceOf(refusal.hint) }),
    ...(isConflict(refusal.sqlstate, refusal.message) ? { isConflict: true } : {}),
  };
}

function nextStep({ sqlstate, message = '' }: Refusal): string | undefined {
  switch (sqlstate) {
    case '2BP01':
      return 'The server has mappings that are not managed here: add them to the configuration with "adopt: true", or drop them by hand.';
    case '42501':
      return message.includes('temporary')
        ? 'GRANT TEMPORARY ON DATABASE to the role: a temporary function applies all changes.'
        : 'Apply as a superuser, or as the owner with USAGE on the duckdb wrapper and membership in duckdb.postgres_role.';
    case 'P0001':
      return 'A trigger or function of the database refuses it: its own words are in the log of the server.';
    case undefined:
      return 'The connection was lost: plan again to see what was applied.';
    default:
      return sqlStateWords(sqlstate, message).next;
  }
}
