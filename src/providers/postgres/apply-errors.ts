import type { Answer } from './batch.js';
import { redact } from './redact.js';

/** Why nothing was changed. */
export interface Failure {
  /** The change that caused it, where that is known. */
  readonly address?: string;
  readonly message: string;
  readonly next?: string;
  readonly mayHaveHappened?: boolean;
}

type Refusal = Exclude<Answer, { ids: unknown }>;

const PLAN_AGAIN = 'Plan again and look at what it says now.';

/**
 * A failure of the batch in words for people, without any value.
 * @param values the revealed values of the batch, to be taken out of what the server says
 */
export function failureOf(refusal: Refusal, values: readonly string[]): Failure {
  const at = refusal.failed === null ? {} : { address: refusal.failed };
  switch (refusal.why) {
    case 'changed':
      return { ...at, message: 'it was changed in the database since it was planned', next: PLAN_AGAIN };
    case 'gone':
      return { ...at, message: 'it is no longer in the database', next: PLAN_AGAIN };
    case 'exists':
      return { ...at, message: 'it is in the database already, made since it was planned', next: PLAN_AGAIN };
    case 'marked':
      return {
        ...at,
        message: `the server carries the mark of another stack (${refusal.message ?? ''})`,
        next: 'Leave it to that stack, or remove it there with "removed:" and clear the comment of the server.',
      };
    case 'hidden':
      return {
        ...at,
        message: 'its options cannot be seen, and making it anew would lose those that are ignored',
        next: 'Apply as a superuser or as the role of the mapping, or take "ignore" away.',
      };
    case 'error':
      return { ...at, ...serverError(refusal, values) };
  }
}

function serverError(refusal: Refusal, values: readonly string[]): Failure {
  const clean = (text: string | undefined): string => redact(text ?? '', values).trim();
  const parts = [clean(refusal.message), clean(refusal.detail)].filter((one) => one !== '');
  const state = refusal.sqlstate === undefined ? '' : ` (SQLSTATE ${refusal.sqlstate})`;
  const next = nextStep(refusal) ?? clean(refusal.hint);
  return { message: `${parts.join(': ')}${state}`, ...(next === '' ? {} : { next }) };
}

function nextStep({ sqlstate, message = '' }: Refusal): string | undefined {
  switch (sqlstate) {
    case '2BP01':
      return 'What hangs on the server is not managed here: put it into the configuration with "adopt: true", or drop it by hand.';
    case '42501':
      return message.includes('temporary')
        ? 'GRANT TEMPORARY ON DATABASE to the role: all changes are carried out by a temporary function.'
        : 'Apply as a superuser, or as the owner with USAGE on the duckdb wrapper and membership in duckdb.postgres_role.';
    case '55P03':
      return 'Another run or session holds the lock: try again when it is done.';
    case '57014':
      return 'It took too long: try again when the server has less to do.';
    case '25006':
      return 'This server is read-only (a standby, say): use the primary.';
    case '40P01':
    case '40001':
    case '23505':
      return 'Somebody changed the same at the same time: plan again.';
    case undefined:
      return 'The connection broke: plan again to see what is there.';
    default:
      return message.includes('postgres_role')
        ? 'Let an administrator GRANT the role that duckdb.postgres_role names.'
        : undefined;
  }
}
