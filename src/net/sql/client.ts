import { connect, endClient } from './connection.js';
import type { ConnectionSettings } from './settings.js';

/** A connection that runs statements. */
export interface PlainClient {
  /** Runs a statement; with no values it may be several, which are one transaction then. */
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
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
    query: (text, values) => client.query(text, [...values]),
    end: () => endClient(client),
  };
}
