import { query } from '../support/postgres/index.js';
import { startStateServer } from '../state/http-server.js';
import type { StateServer } from '../state/http-server.js';

/** Where the state of a round is kept. */
export const HOMES = ['local', 'postgres', 'http'] as const;

/** One of {@link HOMES}. */
export type HomeName = (typeof HOMES)[number];

/** A state's backend, looked at past the program. */
export interface Home {
  readonly name: HomeName;
  /** The text of `state:`. */
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
  /** Everything that it keeps, as text; the files of a local state are found with all others. */
  readonly kept: () => Promise<string>;
  /** The server of a state behind HTTP. */
  readonly server?: StateServer;
  readonly close: () => Promise<void>;
}

/**
 * Opens a backend.
 * @param password that it must be opened with, where it has one
 * @param databaseUrl a database of its own, with the password in it
 * @param quietUrl the same, for looking in without a trace in the server's log
 */
export async function openHome(
  name: HomeName,
  password: string,
  databaseUrl: string,
  quietUrl: string,
): Promise<Home> {
  const close = (): Promise<void> => Promise.resolve();
  if (name === 'local')
    return { name, text: '{ backend: local }', env: {}, kept: () => Promise.resolve(''), close };
  if (name === 'postgres') {
    const tables = ['state_heads', 'state_records', 'state_locks'];
    return {
      name,
      text: '{ backend: postgres, url: { env: STATE_URL } }',
      env: { STATE_URL: databaseUrl },
      kept: async () => {
        const rows = await Promise.all(
          tables.map((table) => query(quietUrl, `SELECT * FROM secrets_state.${table}`).catch(() => [])),
        );
        return JSON.stringify(rows);
      },
      close,
    };
  }
  const server = await startStateServer({ kind: 'relock', auth: { username: 'deploy', password } });
  const { retry_wait_min = '', retry_wait_max = '', ...addresses } = server.fields('leaks');
  const fields = Object.entries(addresses).map(([key, value]) => `${key}: "${value}"`);
  return {
    name,
    text: `{ backend: http, retry_max: 1, ${fields.join(', ')} }`,
    env: {
      TF_HTTP_USERNAME: 'deploy',
      TF_HTTP_PASSWORD: password,
      TF_HTTP_RETRY_WAIT_MIN: retry_wait_min,
      TF_HTTP_RETRY_WAIT_MAX: retry_wait_max,
    },
    // What came in counts as kept, the header with the password left out.
    kept: () => {
      const bodies = server.log.splice(0).map(({ path, body }) => ({ path, body }));
      return Promise.resolve(JSON.stringify([server.state('leaks'), bodies]));
    },
    server,
    close: () => server.close(),
  };
}
