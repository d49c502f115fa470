import type { Connection } from './connect.js';

/**
 * The connections to one server, each used by one request at a time and kept for the next. A connection whose request failed is
 * ended: undici's own pool would connect again for a request that was aborted.
 */
export class Slots {
  readonly #make: () => Connection;
  readonly #most: number;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  /** @param most at most so many connections */
  constructor(make: () => Connection, most: number) {
    this.#make = make;
    this.#most = most;
  }

  /**
   * Runs one request when there is a connection for it; one that throws ends its connection.
   * @param signal ends the request early: the task fails
   */
  async run<T>(
    task: (client: Connection['client']) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    if (this.#used >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#used += 1;
    try {
      signal?.throwIfAborted();
      return await this.#use(this.#idle.pop() ?? this.#open(), task, signal);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#used -= 1;
      else next();
    }
  }

  /** Ends all connections. Never throws. */
  async close(): Promise<void> {
    const all = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(all.map((connection) => connection.end()));
  }

  async #use<T>(
    connection: Connection,
    task: (client: Connection['client']) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    // undici would heed a signal only once it is connected.
    const end = (): void => void connection.end();
    signal?.addEventListener('abort', end, { once: true });
    try {
      const result = await task(connection.client);
      this.#idle.push(connection);
      return result;
    } catch (error) {
      this.#all.delete(connection);
      await connection.end();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  #open(): Connection {
    const connection = this.#make();
    this.#all.add(connection);
    return connection;
  }
}
