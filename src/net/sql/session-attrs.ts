import type pg from 'pg';
import { firstText, settingText } from './entry.js';
import type { ConnectionTexts } from './entry.js';
import { withDeadline } from './deadline.js';
import { queryPinned } from './pinned.js';

/** What kind of server a session is wanted with (PostgreSQL docs, `target_session_attrs`). */
export type SessionAttrs = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby';

/** What a session is good for. */
interface SessionState {
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
}

const SUITS: Readonly<Record<SessionAttrs, (state: SessionState) => boolean>> = {
  any: () => true,
  'read-write': ({ isReadOnly }) => !isReadOnly,
  'read-only': ({ isReadOnly }) => isReadOnly,
  primary: ({ isStandby }) => !isStandby,
  standby: ({ isStandby }) => isStandby,
  'prefer-standby': ({ isStandby }) => isStandby,
};

/** The kind that is asked for; a word that is not one is refused with the other parameters. */
export function sessionAttrsOf({ entry, uri, env }: ConnectionTexts): SessionAttrs {
  const name = 'target_session_attrs';
  const text = firstText(settingText(entry.fields[name]), uri.get(name), env['PGTARGETSESSIONATTRS']);
  return text !== undefined && Object.hasOwn(SUITS, text) ? (text as SessionAttrs) : 'any';
}

/** The kinds to look for among all hosts, one after the other. */
export function roundsOf(wanted: SessionAttrs): readonly SessionAttrs[] {
  return wanted === 'prefer-standby' ? ['standby', 'any'] : [wanted];
}

/**
 * Whether an open session is of the kind.
 * @param limitMs how long to wait for the answer; 0: without a limit
 * @throws Error where the server does not answer in time, or with an error
 */
export async function suits(client: pg.Client, wanted: SessionAttrs, limitMs: number): Promise<boolean> {
  if (wanted === 'any') return true;
  const question = queryPinned(client, [], {
    text: "SELECT pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('default_transaction_read_only') AS read_only",
    values: [],
  });
  // Nobody listens to an error that comes after the limit.
  question.catch(() => undefined);
  const { rows } = await withDeadline(question, limitMs, 'target_session_attrs');
  const [row] = rows as readonly { readonly standby: boolean; readonly read_only: string }[];
  const isStandby = row?.standby === true;
  return SUITS[wanted]({ isStandby, isReadOnly: isStandby || row?.read_only === 'on' });
}
