import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A server on 127.0.0.1 that knows its connections. */
export interface TestServer {
  readonly port: number;
  /** Connections that were made to it, from the first on. */
  readonly connections: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  /** Requests as they came in. */
  readonly requests: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  readonly close: () => Promise<void>;
}

/** Starts a server that answers with `listener`; with TLS where options for it are given. */
export async function startServer(listener: RequestListener, tls?: ServerOptions): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  const recorded: RequestListener = (request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers });
    request.resume();
    listener(request, response);
  };
  return watched(tls === undefined ? createServer(recorded) : createTlsServer(tls, recorded), requests);
}

/** How a proxy behaves. */
export interface ProxyOptions {
  /** `user:password` that it wants. */
  readonly login?: string;
  /** Refuses everything with this status. */
  readonly refuses?: number;
  /** Hangs up on everybody without an answer. */
  readonly hangsUp?: boolean;
  /** Never answers. */
  readonly isSilent?: boolean;
  /** Where hosts are: `api.test:443` to a port of this machine. */
  readonly hosts: Readonly<Record<string, number>>;
}

/** A proxy that records what it was asked for: `CONNECT api.test:443`, `GET http://api.test/x`. */
export async function startProxy(options: ProxyOptions, tls?: ServerOptions): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  const refusal = (headers: IncomingMessage['headers']): number | undefined => {
    const { login } = options;
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    return wanted !== undefined && headers['proxy-authorization'] !== wanted ? 407 : options.refuses;
  };
  const forward: RequestListener = (request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers });
    if (options.hangsUp === true) return void request.socket.destroy();
    const status = refusal(headers);
    if (status !== undefined) return void response.writeHead(status).end('refused by the proxy');
    const { host, pathname, search } = new URL(url);
    const port = options.hosts[host.includes(':') ? host : `${host}:80`];
    const { 'proxy-authorization': _, ...onward } = headers;
    const sent = httpRequest({ port, host: '127.0.0.1', method, path: pathname + search, headers: onward });
    sent.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(sent);
  };
  const server = tls === undefined ? createServer(forward) : createTlsServer(tls, forward);
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers });
    socket.on('error', () => undefined);
    if (options.hangsUp === true) return void socket.destroy();
    if (options.isSilent === true) return void socket.on('end', () => socket.end()).resume();
    const status = refusal(headers);
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    const target = connect(options.hosts[url] ?? 1, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
  });
  return watched(server, requests);
}

async function watched(server: Server, requests: TestServer['requests']): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket: Socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connections: () => count,
    open: () => sockets.size,
    requests,
    async close() {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

/** A port of this machine where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await startServer(() => undefined);
  await server.close();
  return server.port;
}
