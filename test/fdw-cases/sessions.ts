import type { Outcome } from './cases.js';
import { Session } from './session.js';

/**
 * Sessions for the statements around a case. Each was recorded in a session of its own; as none of them leaves anything
 * in its session, they share one for each role and database here, which saves thousands of connections.
 */
export class Sessions {
  readonly #url: string;
  readonly #open = new Map<string, Session>();

  constructor(url: string) {
    this.#url = url;
  }

  /** Runs one statement as `role`; one that changes its session's settings gets a session that is closed after it. */
  async run(database: string, role: string, sql: string): Promise<Outcome> {
    const key = `${database} ${role}`;
    const session = this.#open.get(key) ?? (await Session.open(this.#url, role, database));
    this.#open.set(key, session);
    const outcome = await session.run(sql);
    if (/^\s*(SET|BEGIN|RESET)\b/i.test(sql)) {
      this.#open.delete(key);
      await session.close();
    }
    return outcome;
  }

  /** Closes them all; the next statement opens a new one, with the settings of that time. */
  async close(): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }
}
