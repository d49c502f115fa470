import { defined } from '../../model/index.js';
import type { ResolvedSettings } from '../sdk/index.js';
import { connectionSettings, refuseSetting, settingText } from '../../net/sql/settings.js';
import type { ConnectionSettings, Env } from '../../net/sql/settings.js';

/** Where and how to connect, and what else an entry of this provider says; all defaults filled in. */
export interface PostgresSettings extends ConnectionSettings {
  /** The role that applies, where the configuration names it. */
  readonly self?: string;
  /** At most this long for one statement; absent: a minute to read, ten to write. */
  readonly statementTimeoutMs?: number;
  /** Write values although they would reach the server's log. */
  readonly allowServerLog: boolean;
  /** Where an embedded DuckDB finds its extensions, for what it is asked before a plan. */
  readonly extensionDirectory?: string;
}

/**
 * Fills in an entry of `providers:`: its connection (see `connectionSettings`), and what is this provider's own.
 * @throws DiagnosticError for what cannot be understood; the text of the URL is not in it.
 */
export function postgresSettings({ name, ...entry }: ResolvedSettings, env: Env): PostgresSettings {
  const subject = `Provider ${name}`;
  const connection = connectionSettings({ subject, ...entry }, env);
  const { fields } = entry;
  const statementText = settingText(fields['statement_timeout']);
  const statementTimeoutMs = Number(statementText ?? '0');
  if (!Number.isInteger(statementTimeoutMs) || statementTimeoutMs < 0) {
    refuseSetting(
      { subject, ...entry },
      'statement_timeout is not a number of milliseconds',
      'Write it in milliseconds: 60000.',
    );
  }
  const extensionDirectory = settingText(fields['extension_directory']);
  return {
    ...connection,
    allowServerLog: settingText(fields['allow_server_log']) === 'true',
    ...defined({
      statementTimeoutMs: statementText === undefined ? undefined : statementTimeoutMs,
      extensionDirectory,
      self: settingText(fields['self']),
    }),
  };
}
