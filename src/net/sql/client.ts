import { connect, endClient } from './connection.js';
import { queryPinned } from './pinned.js';
import type { SqlStatement } from './pinned.js';
import type { ConnectionSettings } from './settings.js';

/** A connection that runs statements. */
export interface PlainClient {
  /**
   * Runs a statement in a transaction of its own, under the pinned `search_path` (see `queryPinned`).
   * @param first statements without rows, which run before it in the same transaction
   */
  query(
    text: string,
    values: readonly unknown[],
    first?: readonly SqlStatement[],
  ): Promise<{ readonly rows: readonly unknown[] }>;
  /** Runs several statements as one transaction, under the session's own `search_path`: DDL. */
  script(text: string): Promise<unknown>;
  /** Ends the connection, in two seconds at most. Never throws. */
  end(): Promise<void>;
}

/**
 * Connects, without showing the driver.
 * @throws UnreachableError where nothing answers; DiagnosticError where it answers and refuses.
 */
export async function plainClient(settings: ConnectionSettings): Promise<PlainClient> {
  const { client } = await connect(settings);
  return {
    query: (text, values, first = []) => queryPinned(client, first, { text, values }),
    script: (text) => client.query(text),
    end: () => endClient(client),
  };
}
