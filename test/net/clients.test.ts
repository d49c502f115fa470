import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/model/index.js';
import { createHttpClient, HttpError, realClock } from '../../src/providers/sdk/index.js';
import { httpSettings } from '../../src/state/http/settings.js';
import { httpStore } from '../../src/state/http/store.js';
import { encodeState } from '../../src/state/index.js';
import type { AnyReading } from '../../src/values/reading.js';
import { readVault } from '../../src/values/vault/read.js';
import { stateOf } from '../state/contract.js';
import { startStateServer } from '../state/http-server.js';
import { contextOf, textOf } from '../values/stores/context.js';
import { startVault } from '../values/stores/vault-server.js';
import { closedPort, startProxy, startServer } from './servers.js';
import type { TestServer } from './servers.js';
import { runScope } from '../scope.js';

const LOGIN = 'user:hunter2';
const folder = mkdtempSync(join(tmpdir(), 'net-clients-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const kept = async <T extends { close(): Promise<void> }>(opened: Promise<T>): Promise<T> => {
  const server = await opened;
  closers.push(() => server.close());
  return server;
};
const portOf = (url: string): number => Number(new URL(url).port);
/** A proxy that knows where `service.test` is, and the environment that names it. */
const proxied = async (port: number): Promise<{ proxy: TestServer; env: Record<string, string> }> => {
  const proxy = await kept(startProxy({ login: LOGIN, hosts: { 'service.test:80': port } }));
  return { proxy, env: { HTTP_PROXY: `http://${LOGIN}@127.0.0.1:${proxy.port}` } };
};
const deadProxy = async (): Promise<Record<string, string>> => ({
  HTTP_PROXY: `http://${LOGIN}@127.0.0.1:${await closedPort()}`,
});
const DEAD = 'the proxy of HTTP_PROXY cannot be reached: connection refused (ECONNREFUSED)';

describe('the client of Helios', () => {
  const client = (env: Record<string, string>) => {
    const http = createHttpClient({
      baseUrl: 'http://service.test',
      headers: { authorization: 'Bearer key' },
      parallelism: 3,
      clock: realClock(() => new Date()),
      env,
      outside: (text) => text,
    });
    closers.push(() => http.close());
    return () => http.send({ method: 'GET', path: '/v1/x', repeat: 'safe' });
  };

  it('takes the proxy, and one connection for each slot', async () => {
    const server = await kept(startServer((_request, response) => response.end('{"a":1}')));
    const { proxy, env } = await proxied(server.port);
    const get = client(env);
    const answers = await Promise.all(Array.from({ length: 30 }, get));
    expect(answers.every(({ body }) => JSON.stringify(body) === '{"a":1}')).toBe(true);
    expect(proxy.requests).toHaveLength(30);
    expect(proxy.connections()).toBe(3);
  });

  it('names the variable of a proxy that is not there: nothing was sent', async () => {
    const error = await client(await deadProxy())().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ failure: 'proxy', mayHaveHappened: false, message: `GET /v1/x: ${DEAD}` });
  });
});

describe('the http state', () => {
  const store = (env: Record<string, string>) => {
    const opened = httpStore({
      settings: httpSettings({ address: 'http://service.test/state/prod', retry_max: '0' }, runScope()),
      env,
      stack: 'prod',
      toolVersion: '1',
      now: () => new Date(0),
    });
    closers.push(() => opened.close());
    return opened;
  };

  it('takes the proxy', async () => {
    const server = await kept(startStateServer({ kind: 'plain' }));
    server.state().text = encodeState(stateOf(1, []));
    const { proxy, env } = await proxied(portOf(server.url()));
    expect(await store(env).read()).toEqual(stateOf(1, []));
    expect(proxy.requests.map(({ url }) => url)).toEqual(['http://service.test/state/prod']);
  });

  it('names the variable of a proxy that is not there', async () => {
    const error = await store(await deadProxy())
      .read()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticError);
    const [problem] = (error as DiagnosticError).diagnostics;
    expect(problem).toMatchObject({
      code: 'state-unreachable',
      summary: `The state http://service.test/state/prod could not be reached: ${DEAD}.`,
      next: 'Check HTTP_PROXY and the proxy, or list the host in NO_PROXY.',
    });
  });
});

describe('Vault', () => {
  const read = (env: Record<string, string>) =>
    readVault(
      { from: 'vault', path: 'secret/app' },
      contextOf({ VAULT_ADDR: 'http://service.test', VAULT_TOKEN: 'root', HOME: folder, ...env }),
    );

  it('takes the proxy, and one connection for its requests', async () => {
    const vault = await kept(startVault());
    vault.model.mounts['secret/'] = { type: 'kv', version: '2' };
    vault.model.secrets['secret/app'] = ['{"value":"v"}'];
    const { proxy, env } = await proxied(portOf(vault.address));
    const { problem, ...reading } = await read(env);
    // Vault is not on this machine, and is asked without TLS.
    expect(problem).toMatchObject({ severity: 'warning', code: 'unverified-tls' });
    expect(textOf(reading as AnyReading)).toBe('v');
    expect(proxy.requests).toHaveLength(2);
    expect(proxy.connections()).toBe(1);
  });

  it('names the variable of a proxy that is not there', async () => {
    expect(await read(await deadProxy())).toMatchObject({
      problem: { code: 'store-unreachable', summary: `The Vault secret secret/app cannot be read: ${DEAD}.` },
    });
  });

  it('refuses a variable that is not a URL, by its name', async () => {
    expect(await read({ HTTP_PROXY: 'socks5://hunter2@proxy' })).toMatchObject({
      problem: { code: 'bad-proxy', summary: 'HTTP_PROXY is not the URL of an http or https proxy.' },
    });
  });
});
