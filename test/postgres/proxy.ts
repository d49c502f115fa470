import { createServer, connect } from 'node:net';
import type { Socket } from 'node:net';

/** A TCP proxy in front of a PostgreSQL, on 127.0.0.1, that counts round trips and can cut connections. */
interface Proxy {
  readonly port: number;
  /** How often the server was made to answer: runs of bytes from the client that were followed by bytes from the server. */
  roundTrips(): number;
  /** Cuts every connection when the client sends its n-th message from now on, before it arrives. */
  cutBefore(n: number): void;
  /** Lets the n-th message from now on through, and cuts before the answer gets back. */
  cutAfter(n: number): void;
  stop(): Promise<void>;
}

/** Starts a proxy to this port of 127.0.0.1. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let trips = 0;
  let clientSpoke = false;
  let cut: { at: number; before: boolean } | undefined;
  let messages = 0;
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let silent = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        // Half a connection is of no use to the other side.
        if (!silent) {
          client.destroy();
          upstream.destroy();
        }
      });
    }
    client.on('data', (bytes) => {
      if (!clientSpoke) messages += 1;
      clientSpoke = true;
      if (cut !== undefined && messages === cut.at) {
        if (cut.before) {
          cutAll();
          return;
        }
        // The server gets the message, and finishes it; the client hears nothing more.
        silent = true;
        upstream.write(bytes);
        client.destroy();
        upstream.resume();
        upstream.end();
        return;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (clientSpoke) trips += 1;
      clientSpoke = false;
      if (!client.destroyed) client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const arm = (at: number, before: boolean): void => {
    messages = 0;
    clientSpoke = false;
    cut = { at, before };
  };
  return {
    port: address.port,
    roundTrips: () => trips,
    cutBefore: (n) => {
      arm(n, true);
    },
    cutAfter: (n) => {
      arm(n, false);
    },
    async stop() {
      cutAll();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}
