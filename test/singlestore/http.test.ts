import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openMasker } from '../../src/engine/mask.js';
import { createHttpClient, HttpError, type HttpOptions } from '../../src/providers/sdk/index.js';
import { impatient } from './harness.js';

const KEY = 'key_0123456789abcdef';
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A client of a server that answers as told; `seen` counts what came in. */
async function client(answer: RequestListener, options: Partial<HttpOptions> = {}) {
  const seen: string[] = [];
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
      answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const http = createHttpClient({
    baseUrl: `http://127.0.0.1:${port}`,
    headers: { authorization: `Bearer ${KEY}` },
    parallelism: 4,
    timeoutMs: 5000,
    clock: impatient,
    env: {},
    outside: openMasker().outside,
    ...options,
  });
  const get = async () => http.send({ method: 'GET', path: '/x', repeat: 'safe' });
  const failure = (promise: Promise<unknown>): Promise<HttpError> =>
    promise.then(
      () => Promise.reject(new Error('it went well')),
      (error: unknown) => (error instanceof HttpError ? error : Promise.reject(error as Error)),
    );
  return { http, get, failure, seen, port };
}

const reply =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };

describe('the HTTP client', () => {
  it('gives JSON, and nothing for an empty body', async () => {
    expect((await (await client(reply(200, '{"a":[1]}'))).get()).body).toEqual({ a: [1] });
    expect((await (await client(reply(204, ''))).get()).body).toBeUndefined();
  });

  it('follows no redirect, so that the key stays where it belongs', async () => {
    const { get, failure, seen, port } = await client((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
    });
    expect(await failure(get())).toMatchObject({ failure: 'redirect', status: 302 });
    expect(seen).toEqual(['GET /x']);
  });

  it.each([
    ['half of a JSON text', '{"secret":{"value":"hunter2', 'not-json'],
    ['a page', '<!DOCTYPE html><p>hunter2', 'not-json'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), 'not-json'],
  ])('takes %s for what it is, and quotes nothing of it', async (_name, body, kind) => {
    const { get, failure } = await client((_request, response) => {
      response.end(Buffer.from(body, 'latin1'));
    });
    const error = await failure(get());
    expect(error.failure).toBe(kind);
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('hunter2');
    expect(error.message).toMatch(/^GET \/x: unexpected response \(status 200, (not JSON|an HTML page)\)$/);
  });

  it('stops reading an answer that is too large', async () => {
    const { http, failure } = await client(reply(200, JSON.stringify('x'.repeat(5000))));
    const request = { method: 'GET', path: '/x', repeat: 'safe', maxBytes: 1000 } as const;
    expect((await failure(http.send(request))).failure).toBe('too-large');
  });

  it('shows a short line of what a server says, without control characters', async () => {
    const { get, failure } = await client(
      reply(400, JSON.stringify({ error: `No\u001b[31m\n${'o'.repeat(500)}` })),
    );
    const text = (await failure(get())).facts.text ?? '';
    expect(text).toMatch(/^No \[31m o+…$/);
    expect(text.length).toBeLessThan(210);
  });

  it.each([
    ['organization is suspended', 'organization is suspended'],
    ['{"error":"IP 10.0.0.9 is not allowed"}', 'IP 10.0.0.9 is not allowed'],
    ['{"error":{"code":7,"message":"quota reached"}}', 'quota reached'],
    ['{"errors":[{"message":"quota reached"}]}', 'quota reached'],
  ])('says why, whatever the shape: %s', async (body, text) => {
    const { get, failure } = await client(reply(403, body));
    expect((await failure(get())).facts.text).toBe(text);
  });

  it('cuts the key and everything else that was sent out of what a server says', async () => {
    const echo = `key ${KEY} and id-77 and the name "guess-1" and "deep-2"`;
    const { http, failure } = await client(reply(400, echo));
    const request = {
      method: 'POST',
      path: '/v1/users/id-77?name=guess-1',
      repeat: 'once',
      body: { grants: [{ role: 'deep-2' }] },
    } as const;
    expect((await failure(http.send(request))).facts.text).toBe('key … and … and the name "…" and "…"');
  });

  it('shows only a recognised sentence where the call held a value, or the key is refused', async () => {
    const said = 'the value c2VjcmV0LXZhbH is bad: secret quota of 50 reached, "the value" secret-val';
    const sentence = 'the value … is bad: secret quota of … reached, …';
    const request = { path: '/x', repeat: 'once', body: { value: 'secret-value' } } as const;
    const { http, failure } = await client(reply(400, said));
    expect((await failure(http.send({ ...request, method: 'POST', sensitiveBody: true }))).facts.text).toBe(
      sentence,
    );
    const refusing = await client(reply(401, `Invalid API key ${KEY.slice(0, 12)}***`));
    expect((await refusing.failure(refusing.get())).facts.text).toBe('Invalid API key …');
    expect(http.maxAttempts).toBe(5);
  });

  it('tries five times where that does no harm, and a write once', async () => {
    const { get, http, failure, seen } = await client(reply(503, 'busy'));
    expect((await failure(get())).message).toBe('GET /x: status 503: busy');
    expect(seen).toHaveLength(5);
    const error = await failure(http.send({ method: 'POST', path: '/y', repeat: 'once', body: {} }));
    expect(error.mayHaveHappened).toBe(true);
    expect(seen).toHaveLength(6);
  });

  it('waits as long as the server asks, in both forms', async () => {
    const slept: number[] = [];
    const clock = {
      now: () => Date.now(),
      sleep: (milliseconds: number) => {
        slept.push(milliseconds);
        return Promise.resolve();
      },
      random: () => 0,
    };
    const asks = [{ 'retry-after': '2' }, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() }, {}];
    const { get } = await client(
      (_request, response) => {
        const headers = asks.shift();
        if (headers === undefined) response.end('{}');
        else response.writeHead(503, headers).end();
      },
      { clock },
    );
    await get();
    expect(slept[0]).toBe(2000);
    expect(slept[1]).toBeGreaterThan(25_000);
    expect(slept[2]).toBe(0);
  });

  it('says a wait that the server asks for, and does not begin one that is longer than its patience', async () => {
    const slept: number[] = [];
    const told: string[] = [];
    const clock = {
      now: () => Date.now(),
      sleep: (milliseconds: number) => {
        slept.push(milliseconds);
        return Promise.resolve();
      },
      random: () => 0,
    };
    const asks = ['10', '20', '86400', '10', '10', '10'];
    const { get, failure, seen } = await client(
      (_request, response) => response.writeHead(429, { 'retry-after': asks.shift() ?? '10' }).end(),
      { clock, patienceMs: 32_000, progress: (message) => told.push(message) },
    );
    expect((await failure(get())).facts).toMatchObject({ status: 429, retryAfterMs: 86_400_000 });
    expect(seen).toHaveLength(3);
    expect(told).toEqual([
      'waiting 10 s, as the server asks for (status 429)',
      'waiting 20 s, as the server asks for (status 429)',
    ]);
    // Patience is for the request as a whole.
    await failure(get());
    expect(seen).toHaveLength(3 + 4);
    expect(Math.max(...slept)).toBeLessThanOrEqual(32_000);
  });

  it('ends a request that is not answered in time', async () => {
    const { http, failure } = await client(() => undefined, { timeoutMs: 30 });
    const error = await failure(http.send({ method: 'PATCH', path: '/x', repeat: 'once', body: {} }));
    expect(error).toMatchObject({ failure: 'timeout', mayHaveHappened: true });
  });

  it('sends nothing new after a stop, except what belongs to a step that has begun', async () => {
    const stop = new AbortController();
    const { get, http, failure, seen } = await client(reply(200, '{}'), { signal: stop.signal });
    stop.abort();
    expect((await failure(get())).failure).toBe('cancelled');
    expect(seen).toEqual([]);
    await http.send({ method: 'GET', path: '/x', repeat: 'safe', finish: true });
    expect(seen).toEqual(['GET /x']);
  });
});
