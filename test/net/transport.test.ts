import { once } from 'node:events';
import { mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createTransport } from '../../src/net/transport.js';
import type { Transport, TransportOptions, TransportRequest } from '../../src/net/transport.js';
import { makeCertificate } from '../values/stores/certificates.js';
import { closedPort, startProxy, startServer } from './servers.js';
import type { TestServer } from './servers.js';

const folder = mkdtempSync(join(tmpdir(), 'transport-'));
const certificate = makeCertificate(folder, ['DNS:api.test', 'IP:127.0.0.1']);
const other = mkdtempSync(join(tmpdir(), 'transport-'));
const stranger = makeCertificate(other, ['DNS:other.test']);
const authority = (): string => readFileSync(certificate?.caFile ?? '', 'utf8');

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});
afterAll(() => {
  for (const path of [folder, other]) rmSync(path, { recursive: true });
});

/** Closed after the test. */
async function kept<T extends { close: () => Promise<void> }>(opened: T | Promise<T>): Promise<T> {
  const { close } = await opened;
  closers.push(() => close.call(opened));
  return opened;
}

function client(options: Partial<TransportOptions> = {}) {
  const transport: Transport = createTransport({ env: {}, ...options });
  closers.push(() => transport.close());
  const get = (url: string, more: Partial<TransportRequest> = {}) =>
    transport.send({ method: 'GET', url: new URL(url), timeoutMs: 10_000, maxBytes: 1_000_000, ...more });
  return { transport, get };
}

const hello = (): Promise<TestServer> => kept(startServer((_request, response) => response.end('hello')));
const at = ({ port }: TestServer, path = '/x'): string => `http://127.0.0.1:${port}${path}`;
const text = (result: { ok: boolean; bytes?: Buffer }): string => result.bytes?.toString() ?? '';
const closed = (server: TestServer): Promise<void> =>
  vi.waitFor(() => {
    expect(server.open()).toBe(0);
  });

describe('a request', () => {
  it('gives status, headers and bytes, and sends method, path, headers and body', async () => {
    const server = await kept(
      startServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          response.writeHead(418, { 'X-Kind': 'tea' }).end(Buffer.concat(chunks));
        });
      }),
    );
    const { get } = client();
    const result = await get(at(server, '/p%20q?r=1'), {
      method: 'LOCK',
      headers: { 'X-A': 'b' },
      body: 'pöt',
    });
    expect(result).toMatchObject({ ok: true, status: 418, headers: { 'x-kind': 'tea' } });
    expect(text(result)).toBe('pöt');
    expect(server.requests[0]).toMatchObject({
      method: 'LOCK',
      url: '/p%20q?r=1',
      headers: { 'x-a': 'b', 'content-length': '4', host: `127.0.0.1:${server.port}` },
    });
    expect(server.requests[0]?.headers).not.toHaveProperty('expect');
    expect(server.requests[0]?.headers).not.toHaveProperty('transfer-encoding');
  });

  it('keeps its connection: 20 requests one after the other are one, 40 at once as many as are allowed', async () => {
    const server = await hello();
    const { get } = client({ connections: 4 });
    for (let count = 0; count < 20; count += 1) expect(text(await get(at(server)))).toBe('hello');
    expect(server.connections()).toBe(1);
    const results = await Promise.all(Array.from({ length: 40 }, () => get(at(server))));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(server.requests).toHaveLength(60);
    expect(server.connections()).toBe(4);
  });

  it('gives a redirect as it is', async () => {
    const server = await kept(
      startServer((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()),
    );
    expect(await client().get(at(server))).toMatchObject({
      status: 302,
      headers: { location: '/elsewhere' },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('cuts off what is too large, announced or not, without reading on', async () => {
    let sent = 0;
    const server = await kept(
      startServer((request, response) => {
        if (request.url === '/announced') response.writeHead(200, { 'content-length': '1000000000000' });
        const chunk = Buffer.alloc(64 * 1024);
        const pour = (): void => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        };
        response.on('drain', pour);
        pour();
      }),
    );
    const { get } = client();
    for (const path of ['/endless', '/announced']) {
      expect(await get(at(server, path), { maxBytes: 100_000 })).toEqual({
        ok: false,
        kind: 'too-large',
        words: 'response larger than 100000 bytes',
        next: 'Check the address: another service may be listening there.',
        status: 200,
      });
    }
    await closed(server);
    expect(sent).toBeLessThan(50_000_000);
  });

  it.each<[string, string, string]>([
    ['a response that breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'reset'],
    ['a chunk that breaks off', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf', 'reset'],
    ['no response at all', '', 'reset'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', 'not-http'],
    ['headers without an end', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`, 'not-http'],
  ])('takes %s for a failure', async (_name, bytes, kind) => {
    const server = await kept(startServer((_request, response) => response.socket?.end(bytes)));
    expect(await client().get(at(server))).toMatchObject({ ok: false, kind });
  });

  it('says what stands in the way of a connection', async () => {
    const { get } = client();
    expect(await get(`http://127.0.0.1:${await closedPort()}/`)).toMatchObject({
      kind: 'unconnected',
      words: 'connection refused (ECONNREFUSED)',
      next: 'Check host and port, and that the server is running.',
    });
    expect(await get('http://no-such-host.invalid/')).toMatchObject({
      kind: 'unresolved',
      words: expect.stringMatching(
        /^host name (not found|could not be looked up) \((ENOTFOUND|EAI_AGAIN)\)$/,
      ) as string,
    });
  });

  it('ends at its time, at its signal, and when the client is closed; each ends the connection', async () => {
    const server = await kept(startServer(() => undefined));
    const { get, transport } = client();
    expect(await get(at(server), { timeoutMs: 50 })).toMatchObject({
      kind: 'timeout',
      words: 'no response within 0.05 s',
    });
    await closed(server);
    const stop = new AbortController();
    const stopped = get(at(server), { signal: stop.signal });
    await vi.waitFor(() => {
      expect(server.requests).toHaveLength(2);
    });
    stop.abort();
    expect(await stopped).toMatchObject({ kind: 'aborted' });
    await closed(server);
    const cut = get(at(server));
    await vi.waitFor(() => {
      expect(server.requests).toHaveLength(3);
    });
    await transport.close();
    expect(await cut).toMatchObject({ ok: false });
    await closed(server);
    expect(server.connections()).toBe(3);
  });

  it.each(['http', 'https'])('ends at its time while %s connects to something silent', async (scheme) => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume());
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    closers.push(async () => {
      await once(silent.close(), 'close');
    });
    const start = performance.now();
    const result = await client().get(`${scheme}://127.0.0.1:${port}/`, { timeoutMs: 50 });
    expect(result).toMatchObject({ kind: 'timeout' });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('is not sent where its signal was aborted before', async () => {
    const server = await hello();
    expect(await client().get(at(server), { signal: AbortSignal.abort() })).toMatchObject({
      kind: 'aborted',
    });
    expect(server.requests).toHaveLength(0);
  });

  it('leaves no connection open after a close', async () => {
    const server = await hello();
    const { get, transport } = client();
    await Promise.all([get(at(server)), get(at(server))]);
    expect(server.open()).toBeGreaterThan(0);
    await transport.close();
    await closed(server);
  });
});

describe.skipIf(certificate === undefined || stranger === undefined)('TLS', () => {
  const secure = (more: object = {}): Promise<TestServer> =>
    kept(startServer((_request, response) => response.end('safe'), { ...certificate, ...more }));
  const url = ({ port }: TestServer, host = '127.0.0.1'): string => `https://${host}:${port}/`;

  it('trusts the authority that it is given, and no other', async () => {
    const server = await secure();
    expect(text(await client({ tls: { ca: authority() } }).get(url(server)))).toBe('safe');
    expect(await client().get(url(server))).toMatchObject({
      kind: 'certificate',
      words: 'certificate signed by an unknown authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
      next: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    });
    expect(text(await client({ tls: { rejectUnauthorized: false } }).get(url(server)))).toBe('safe');
  });

  it('wants the name in the certificate', async () => {
    const server = await secure();
    expect(await client({ tls: { ca: authority() } }).get(url(server, 'localhost'))).toMatchObject({
      kind: 'certificate',
      words: 'certificate is for another host name (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
    expect(server.requests).toHaveLength(0);
  });

  it('shows a certificate of its own', async () => {
    const server = await secure({ requestCert: true, rejectUnauthorized: true, ca: authority() });
    const { key, cert } = certificate ?? {};
    const ours = client({ tls: { ca: authority(), key: key ?? '', cert: cert ?? '' } });
    expect(text(await ours.get(url(server)))).toBe('safe');
    expect(await client({ tls: { ca: authority() } }).get(url(server))).toMatchObject({ ok: false });
    expect(server.requests).toHaveLength(1);
  });

  it('says so where the server speaks no TLS', async () => {
    expect(await client().get(url(await hello()))).toMatchObject({
      kind: 'tls',
      words: expect.stringContaining('the server does not speak TLS on this port') as string,
    });
  });
});

const PASSWORD = 'p%40ss-hunter2';
const LOGIN = 'user:p@ss-hunter2';

describe('by way of a proxy', () => {
  const named = (proxy: { port: number }, more: object = {}): Partial<TransportOptions> => ({
    env: {
      HTTP_PROXY: `http://user:${PASSWORD}@127.0.0.1:${proxy.port}`,
      HTTPS_PROXY: `http://user:${PASSWORD}@127.0.0.1:${proxy.port}`,
    },
    ...more,
  });

  it('sends the whole URL for http, and keeps the login from the server', async () => {
    const server = await hello();
    const proxy = await kept(startProxy({ login: LOGIN, hosts: { 'api.test:80': server.port } }));
    const { get } = client(named(proxy, { connections: 2 }));
    for (let count = 0; count < 5; count += 1) expect(text(await get('http://api.test/x?y=1'))).toBe('hello');
    expect(proxy.requests[0]).toMatchObject({ method: 'GET', url: 'http://api.test/x?y=1' });
    expect(proxy.connections()).toBe(1);
    expect(server.requests[0]).toMatchObject({ url: '/x?y=1', headers: { host: 'api.test' } });
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it.skipIf(certificate === undefined)('asks for a tunnel for https, one a connection', async () => {
    const server = await kept(startServer((_request, response) => response.end('safe'), certificate));
    const proxy = await kept(startProxy({ login: LOGIN, hosts: { 'api.test:443': server.port } }));
    const { get, transport } = client(named(proxy, { tls: { ca: authority() }, connections: 2 }));
    for (let count = 0; count < 5; count += 1) expect(text(await get('https://api.test/x'))).toBe('safe');
    expect(proxy.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['CONNECT api.test:443']);
    await Promise.all(Array.from({ length: 10 }, () => get('https://api.test/x')));
    expect(proxy.connections()).toBe(2);
    expect(server.requests).toHaveLength(15);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    await transport.close();
    await Promise.all([closed(server), closed(proxy)]);
  });

  it.skipIf(certificate === undefined)('checks the certificate of the server, not of the proxy', async () => {
    const server = await kept(startServer((_request, response) => response.end('safe'), certificate));
    const hosts = { 'api.test:443': server.port, 'other.test:443': server.port };
    const proxy = await kept(startProxy({ login: LOGIN, hosts }));
    expect(await client(named(proxy)).get('https://api.test/')).toMatchObject({ kind: 'certificate' });
    const { get } = client(named(proxy, { tls: { ca: authority() } }));
    expect(await get('https://other.test/')).toMatchObject({
      kind: 'certificate',
      words: 'certificate is for another host name (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
    expect(server.requests).toHaveLength(0);
  });

  const failures: [string, Parameters<typeof startProxy>[0], string][] = [
    ['wants another login', { login: 'someone:else', hosts: {} }, 'requires a login (status 407)'],
    ['refuses', { refuses: 403, hosts: {} }, 'refused the connection (status 403)'],
    ['hangs up', { hangsUp: true, hosts: {} }, 'cannot be reached: connection'],
  ];
  it.each(failures)('a proxy that %s is named by its variable', async (_name, options, words) => {
    const proxy = await kept(startProxy(options));
    const result = await client(named(proxy)).get('https://api.test/');
    expect(result).toMatchObject({ ok: false, kind: 'proxy' });
    expect(JSON.stringify(result)).toContain(`the proxy of HTTPS_PROXY ${words}`);
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(proxy.requests).toHaveLength(1);
  });

  it('a login that is wanted is said of a plain request as well; another status is taken for the answer', async () => {
    const strict = await kept(startProxy({ login: 'someone:else', hosts: {} }));
    expect(await client(named(strict)).get('http://api.test/')).toMatchObject({
      kind: 'proxy',
      words: 'the proxy of HTTP_PROXY requires a login (status 407)',
    });
    const closing = await kept(startProxy({ refuses: 503, hosts: {} }));
    expect(await client(named(closing)).get('http://api.test/')).toMatchObject({ ok: true, status: 503 });
  });

  it.each(['http', 'https'])('a proxy that is not there is named by its variable, for %s', async (scheme) => {
    const result = await client(named({ port: await closedPort() })).get(`${scheme}://api.test/`);
    expect(result).toEqual({
      ok: false,
      kind: 'proxy',
      words: `the proxy of ${scheme.toUpperCase()}_PROXY cannot be reached: connection refused (ECONNREFUSED)`,
      next: `Check ${scheme.toUpperCase()}_PROXY and the proxy, or list the host in NO_PROXY.`,
    });
  });

  it.skipIf(certificate === undefined)('a proxy behind TLS has to be trusted too', async () => {
    const server = await hello();
    const proxy = await kept(startProxy({ hosts: { 'api.test:80': server.port } }, certificate));
    const env = {
      HTTP_PROXY: `https://127.0.0.1:${proxy.port}`,
      HTTPS_PROXY: `https://127.0.0.1:${proxy.port}`,
    };
    for (const scheme of ['http', 'https']) {
      expect(await client({ env }).get(`${scheme}://api.test/`)).toMatchObject({
        kind: 'proxy',
        words: expect.stringContaining(
          'cannot be reached: certificate signed by an unknown authority',
        ) as string,
      });
    }
  });

  it('goes straight to this machine and to what NO_PROXY lists', async () => {
    const server = await hello();
    const proxy = await kept(startProxy({ hosts: {} }));
    const { env = {} } = named(proxy);
    const { get } = client({ env: { ...env, NO_PROXY: 'no-such-host.invalid' } });
    expect(text(await get(at(server)))).toBe('hello');
    expect(await get('http://no-such-host.invalid/')).toMatchObject({ kind: 'unresolved' });
    expect(proxy.connections()).toBe(0);
  });

  it('a variable that is not a URL is refused before anything is sent', async () => {
    const { get } = client({ env: { HTTPS_PROXY: 'socks5://user:hunter2@proxy' } });
    await expect(get('https://api.test/')).rejects.toThrow(
      'HTTPS_PROXY is not the URL of an http or https proxy',
    );
  });

  it('a proxy that says nothing is given up in time, and left no connection', async () => {
    const silent = await kept(startProxy({ isSilent: true, hosts: {} }));
    const env = { HTTPS_PROXY: `http://127.0.0.1:${silent.port}` };
    const { get, transport } = client({ env });
    const result = get('https://api.test/', { timeoutMs: 100 });
    expect(await result).toMatchObject({ ok: false, kind: 'timeout' });
    await transport.close();
    await closed(silent);
  });
});

it('reads no variable of the process', async () => {
  const server = await hello();
  vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${await closedPort()}`);
  vi.stubEnv('NO_PROXY', '');
  try {
    const { get } = client();
    expect(text(await get(at(server)))).toBe('hello');
    expect(await get('http://no-such-host.invalid/')).toMatchObject({ kind: 'unresolved' });
  } finally {
    vi.unstubAllEnvs();
  }
});

it('reaches a name with several addresses by the one that answers', async () => {
  const server = await hello();
  expect(text(await client().get(`http://localhost:${server.port}/`))).toBe('hello');
});
