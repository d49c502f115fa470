import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { onTestFinished } from 'vitest';

/** A server that takes whatever it is sent. */
export interface Listener {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly port: number;
  /** How many connections there were. */
  readonly connections: () => number;
  /** All that came in, as text. */
  readonly received: () => string;
}

/** Starts a server that answers nothing and keeps what it hears; it goes with the test. */
export async function startListener(): Promise<Listener> {
  const sockets: Socket[] = [];
  let heard = '';
  const server = createServer((socket) => {
    sockets.push(socket);
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        heard += chunk.toString('latin1');
        socket.destroy();
      });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${String(port)}`,
    port,
    connections: () => sockets.length,
    received: () => heard,
  };
}

/** Starts a server that sends every request elsewhere; gives its address, and what it was asked. */
export async function startRedirecting(
  to: string,
  status: number,
): Promise<{ readonly url: string; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    request.resume();
    response.writeHead(status, { Location: `http://${to}${request.url ?? ''}` }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked };
}
