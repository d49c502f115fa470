import type { PGlite } from '@electric-sql/pglite';

/**
 * PGlite is one Postgres session; the socket server hands it the messages of all its clients. It keeps a client's messages
 * together while `isInTransaction()` is true, and only then. That is not enough: a query with parameters is five messages
 * (Parse, Bind, Describe, Execute, Sync), and outside a transaction another client's Parse may come between them, so that one
 * client's values meet the other's statement.
 *
 * So this class is stricter: the session is free only when Postgres reported it (ReadyForQuery with status `I`, idle) and no
 * message came since. A client passes the turnstile with its whole query or transaction; the others wait.
 */

const TERMINATE = 0x58; // 'X'
const READY = 0x5a; // 'Z'
const IDLE = 0x49; // 'I'
const PROTOCOL_3 = 196_608;

/** Whether this message opens a connection: the only one without a type byte. */
function isStartup(message: Uint8Array): boolean {
  return message.length >= 8 && new DataView(message.buffer, message.byteOffset).getInt32(4) === PROTOCOL_3;
}

/** A simple query as a message of the wire protocol. */
function simpleQuery(sql: string): Uint8Array {
  const text = new TextEncoder().encode(`${sql}\0`);
  const message = new Uint8Array(5 + text.length);
  message[0] = 0x51; // 'Q'
  new DataView(message.buffer).setInt32(1, 4 + text.length);
  message.set(text, 5);
  return message;
}

/** Whether an answer ends with ReadyForQuery, status idle: the session is free then. */
function saysIdle(tail: readonly number[]): boolean {
  return tail.length === 6 && tail[0] === READY && tail[4] === 5 && tail[5] === IDLE;
}

/** A PGlite that lets one client through at a time. */
export interface Turnstile extends PGlite {
  /** Sets the test for whether only one client is connected; such a client starts with a clean session. */
  whenAlone(alone: () => boolean): void;
}

/** Makes the class of such databases from PGlite's own class, which is loaded only when it is used. */
export function turnstileOf(
  base: typeof PGlite,
): new (...args: ConstructorParameters<typeof PGlite>) => Turnstile {
  return class extends base implements Turnstile {
    #free = true;
    #alone: () => boolean = () => false;

    whenAlone(alone: () => boolean): void {
      this.#alone = alone;
    }

    override isInTransaction(): boolean {
      return !this.#free;
    }

    override async execProtocolRawStream(
      ...[message, options]: Parameters<PGlite['execProtocolRawStream']>
    ): Promise<void> {
      const isLeaving = message[0] === TERMINATE;
      // What a client leaves (SET, temporary tables, prepared statements) must not affect the next one. Cleaned up when the last
      // client disconnects, and before the first one connects, for clients that vanished.
      if ((isLeaving || isStartup(message)) && this.#free && this.#alone()) {
        await super.execProtocolRaw(simpleQuery('DISCARD ALL'));
      }
      // A client that disconnects must not end the shared session; the server rolls its open transaction back.
      if (isLeaving) return;
      this.#free = false;
      let tail: readonly number[] = [];
      await super.execProtocolRawStream(message, {
        ...options,
        onRawData: (data) => {
          tail = [...tail, ...data.subarray(-6)].slice(-6);
          options.onRawData(data);
        },
      });
      this.#free = saysIdle(tail);
    }
  };
}
