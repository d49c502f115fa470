import pg from 'pg';

import type { Outcome } from './cases.js';

/** Every value as the text that the server sends, as it was recorded. */
const asText = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

/** A statement that was recorded with bind parameters carries them behind it. */
const BIND = /^([\s\S]*?)\s+-- bind: (\[.*\])$/;

function parameters(list: string): string[] {
  return [...list.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, value]) => value ?? '');
}

/** One session of a role. */
export class Session {
  readonly #client: pg.Client;
  #notices: { message: string }[] = [];
  /** A statement that waits for another session, if there is one. */
  waiting: Promise<Outcome> | undefined;

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on('notice', (notice) => {
      this.#notices.push({ message: notice.message ?? '' });
    });
    client.on('error', () => undefined);
  }

  /** Opens a session of `role` in a database of the server at `url`. */
  static async open(url: string, role: string, database: string): Promise<Session> {
    const at = new URL(url);
    at.username = role;
    at.pathname = `/${encodeURIComponent(database)}`;
    const client = new pg.Client({ connectionString: at.href, types: asText, application_name: 'rec' });
    const session = new Session(client);
    await client.connect();
    return session;
  }

  /** The server's process of this session. */
  get pid(): number {
    return (this.#client as unknown as { processID: number }).processID;
  }

  /** Runs one statement; an error of the server is an outcome too. */
  async run(statement: string): Promise<Outcome> {
    this.#notices = [];
    const [, text = statement, bound = '[]'] = BIND.exec(statement) ?? [];
    const values = parameters(bound);
    try {
      const answer = await this.#client.query<(string | null)[]>({
        text,
        rowMode: 'array',
        ...(values.length > 0 ? { values } : {}),
      });
      // A text of several statements gives several results.
      const result = (Array.isArray(answer) ? (answer as (typeof answer)[]).at(-1) : undefined) ?? answer;
      const withRows = result.fields.length > 0;
      return {
        ok: true,
        ...(withRows ? { columns: result.fields.map((field) => field.name), rows: result.rows } : {}),
        ...(this.#notices.length > 0 ? { notices: this.#notices } : {}),
      };
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      const { code, message, detail, hint } = error;
      return {
        ok: false,
        message,
        ...(code === undefined ? {} : { sqlstate: code }),
        ...(detail === undefined ? {} : { detail }),
        ...(hint === undefined ? {} : { hint }),
      };
    }
  }

  /** Ends the session, with whatever it has open. */
  async close(): Promise<void> {
    await this.#client.end();
  }
}
