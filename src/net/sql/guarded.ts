import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** The parts of the driver's client that its types do not show. */
interface ClientInside {
  readonly connection: { attachListeners(stream: Duplex): void };
}

/**
 * Makes what the driver throws while it takes a packet apart an error of the connection: thrown in the listener of the stream it would
 * end the process (a server that asks for a way to log in that the driver does not know, or that does not speak the protocol).
 */
export function guardPackets(client: pg.Client): void {
  const { connection } = client as unknown as ClientInside;
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    attach(stream);
    for (const listener of stream.listeners('data') as ((chunk: Buffer) => void)[]) {
      stream.off('data', listener);
      stream.on('data', (chunk: Buffer) => {
        try {
          listener(chunk);
        } catch (error) {
          stream.destroy(error instanceof Error ? error : new Error(String(error)));
        }
      });
    }
  };
}
