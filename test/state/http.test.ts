import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { DiagnosticError, Sensitive } from '../../src/model/index.js';
import type { Diagnostic } from '../../src/model/index.js';
import { encodeState } from '../../src/state/index.js';
import { httpSettings } from '../../src/state/http/settings.js';
import { runScope } from '../scope.js';
import { httpStore } from '../../src/state/http/store.js';
import type { HttpStore } from '../../src/state/http/store.js';
import { temporaryFolder } from '../core/folder.js';
import { remember } from '../core/plan-input.js';
import { needs } from '../support/services.js';
import { backendContract, codeOf, deadPid, lockRequest, messageOf, stateOf } from './contract.js';
import type { ClientOptions } from './contract.js';
import { storeOn } from './http-clients.js';
import type { Options } from './http-clients.js';
import { startStateServer } from './http-server.js';
import type { Fault, StateServer, StateServerOptions } from './http-server.js';

const backend = async (options: StateServerOptions) => {
  const server = await startStateServer(options);
  return { open: (one?: ClientOptions) => storeOn(server, one), close: () => server.close() };
};

backendContract('http, as with GitLab', () => backend({ kind: 'gitlab', namesHolder: true }), {
  leases: false,
});
backendContract('http, with a server that renews locks', () =>
  backend({ kind: 'relock', clockMs: -3_600_000 }),
);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
const serve = async (options?: StateServerOptions): Promise<StateServer> => {
  const server = await startStateServer(options);
  open.push(server);
  return server;
};
const client = (server: StateServer, options?: Options): HttpStore => {
  const store = storeOn(server, options);
  open.push(store);
  return store;
};

const PASSWORD = 'hunter2-in-the-open';
/** Everything that a problem says, next steps included. */
const all = async (promise: Promise<unknown>): Promise<string> => {
  const error: unknown = await promise.then(
    () => 'nothing thrown',
    (thrown: unknown) => thrown,
  );
  const text =
    error instanceof DiagnosticError
      ? JSON.stringify(error.diagnostics)
      : `not a diagnostic: ${String(error)}`;
  expect(text).not.toContain(PASSWORD);
  return text;
};
const A = remember('secret.helios.A');
const B = remember('secret.helios.B');

describe('the settings of the http backend', () => {
  const problemsOf = (fields: Parameters<typeof httpSettings>[0], env = {}): readonly string[] => {
    try {
      httpSettings(fields, runScope({ env }));
      return [];
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      expect(JSON.stringify(error.diagnostics)).not.toContain(PASSWORD);
      return error.diagnostics.map((diagnostic) => diagnostic.summary);
    }
  };

  it('are those of Terraform, with its defaults', () => {
    const settings = httpSettings({ address: 'https://state.example.com/a?b=c' }, runScope());
    expect(settings).toEqual({
      address: new URL('https://state.example.com/a?b=c'),
      updateMethod: 'POST',
      skipCertVerification: false,
      retryMax: 2,
      retryWaitMinMs: 1000,
      retryWaitMaxMs: 30_000,
    });
  });

  it('come from the TF_HTTP variables where the configuration has none', () => {
    const env = {
      TF_HTTP_ADDRESS: 'https://h/s',
      TF_HTTP_UPDATE_METHOD: 'PUT',
      TF_HTTP_LOCK_ADDRESS: 'https://h/l',
      TF_HTTP_LOCK_METHOD: 'POST',
      TF_HTTP_UNLOCK_ADDRESS: 'https://h/u',
      TF_HTTP_UNLOCK_METHOD: 'DELETE',
      TF_HTTP_USERNAME: 'eve',
      TF_HTTP_PASSWORD: PASSWORD,
      TF_HTTP_RETRY_MAX: '5',
      TF_HTTP_RETRY_WAIT_MIN: '2',
      TF_HTTP_RETRY_WAIT_MAX: '9',
      TF_HTTP_CLIENT_CERTIFICATE_PEM: 'C',
      TF_HTTP_CLIENT_PRIVATE_KEY_PEM: 'K',
      TF_HTTP_CLIENT_CA_CERTIFICATE_PEM: 'A',
    };
    const settings = httpSettings({ lock_method: 'LINK', retry_max: '' }, runScope({ env }));
    expect(settings).toMatchObject({
      address: new URL('https://h/s'),
      updateMethod: 'PUT',
      locking: {
        lock: { method: 'LINK', url: new URL('https://h/l') },
        unlock: { method: 'DELETE', url: new URL('https://h/u') },
      },
      retryMax: 5,
      retryWaitMinMs: 2000,
      retryWaitMaxMs: 9000,
    });
    expect(settings.credentials?.password.equals(new Sensitive(PASSWORD))).toBe(true);
    expect(settings.certificate?.key.equals(new Sensitive('K'))).toBe(true);
    expect(settings.ca?.equals(new Sensitive('A'))).toBe(true);
    expect(JSON.stringify(settings)).not.toContain(PASSWORD);
  });

  it('take user and password out of the address', () => {
    const settings = httpSettings({ address: `http://eve:${PASSWORD}%21@h/s` }, runScope());
    expect(settings.address.href).toBe('http://h/s');
    expect(settings.credentials?.password.equals(new Sensitive(`${PASSWORD}!`))).toBe(true);
  });

  it('are refused with all their problems at once', () => {
    expect(problemsOf({})).toEqual(['The state backend http has no address.']);
    expect(problemsOf({ address: `ftp://eve:${PASSWORD}@h` })).toEqual([
      'address of the state backend is not an http or https address.',
    ]);
    expect(problemsOf({ address: new Sensitive(PASSWORD) })).toContain(
      'address of the state backend is not a secret.',
    );
    expect(
      problemsOf(
        {
          address: 'https://h',
          lock_method: 'A B',
          unlock_address: 'https://h/u',
          retry_max: '1.5',
          retry_wait_min: 'soon',
          skip_cert_verification: 'yes',
          client_certificate_pem: 'C',
          password: new Sensitive(PASSWORD),
        },
        { TF_HTTP_RETRY_WAIT_MAX: '0.5' },
      ),
    ).toEqual([
      'lock_method of the state backend is not an HTTP method.',
      'The state backend http has unlock_address, but no lock_address.',
      'The state backend http has password, but no username: it would not be sent.',
      'retry_wait_min of the state backend is not a number of seconds.',
      'retry_wait_min of the state backend is above retry_wait_max.',
      'retry_max of the state backend is not a whole number.',
      'The state backend http has client_certificate_pem, but no client_private_key_pem.',
      'skip_cert_verification of the state backend is neither true nor false.',
    ]);
    expect(problemsOf({}, { TF_HTTP_ADDRESS: 'h/s', TF_HTTP_LOCK_ADDRESS: 'https://h' })).toEqual([
      'TF_HTTP_ADDRESS of the state backend is not an http or https address.',
      'The state backend http has TF_HTTP_LOCK_ADDRESS, but no unlock_address.',
    ]);
  });
});

describe('the http backend on the wire', () => {
  it('sends what Terraform sends', async () => {
    const server = await serve({ kind: 'relock', auth: { username: 'eve', password: 'pä:ss' } });
    const address = `${server.url()}?team=a%2Fb`;
    const fields = { address, username: 'eve', password: new Sensitive('pä:ss') };
    const store = client(server, { fields });
    const lock = await store.lock(lockRequest());
    await store.read();
    const next = stateOf(1, [A]);
    await store.write(next, 0, lock);
    await lock.release();
    expect(server.log.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'LOCK /state/prod',
      'LOCK /state/prod',
      'GET /state/prod?team=a%2Fb',
      `POST /state/prod?team=a%2Fb&ID=${lock.info.ID}`,
      'UNLOCK /state/prod',
    ]);
    const [first, , , post, last] = server.log;
    expect(JSON.parse(first?.body ?? '')).toEqual({ ...lock.info, Path: '' });
    expect(JSON.parse(last?.body ?? '')).toMatchObject({ ID: lock.info.ID });
    expect(post?.body).toBe(encodeState(next));
    expect(post?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-md5': createHash('md5').update(encodeState(next)).digest('base64'),
      'content-length': String(Buffer.byteLength(encodeState(next))),
    });
    expect(JSON.parse(server.state().text ?? '')).toMatchObject({ version: 2, serial: 1, lineage: 'L' });
    expect(store.location).toBe(server.url());
  });

  it('takes one GET to read, one POST to write after that, and two LOCKs at most', async () => {
    for (const kind of ['gitlab', 'relock', 'plain'] as const) {
      const server = await serve({ kind });
      const store = client(server);
      const lock = await store.lock(lockRequest());
      await store.read();
      await store.write(stateOf(1, [A]), 0, lock);
      await store.write(stateOf(2, [B]), 1, lock);
      await lock.release();
      expect(server.log.map((one) => one.what).join(' ')).toBe('lock lock get update update unlock');
      server.log.length = 0;
      await store.write(stateOf(3, [A]), 2);
      expect(server.log.map((one) => one.what)).toEqual(['get', 'update']);
      expect(server.state().serials).toEqual([1, 2, 3]);
    }
  });

  it('looks again where it read before it had the lock', async () => {
    for (const kind of ['gitlab', 'relock'] as const) {
      const server = await serve({ kind });
      const [one, two] = [client(server), client(server)];
      await one.read();
      await two.write(stateOf(1, [A]), 0);
      const lock = await one.lock(lockRequest());
      expect(await codeOf(one.write(stateOf(1, [B]), 0, lock))).toBe('state-moved-on');
      expect(server.state().serials).toEqual([1]);
      await lock.release();
    }
  });

  it.each([{ status: 204 }, { status: 404 }, { status: 200 }])(
    'has no state yet after $status',
    async ({ status }) => {
      const server = await serve();
      server.fail({ on: 'get', how: 'status', status });
      expect(await client(server).read()).toBeUndefined();
    },
  );

  it.each<[Omit<Fault, 'on'>, string, string]>([
    [{ how: 'status', status: 401 }, 'state-refused', 'TF_HTTP_PASSWORD'],
    [{ how: 'status', status: 403 }, 'state-refused', 'lacks permission'],
    [{ how: 'status', status: 400 }, 'state-http', 'unexpected response (status 400)'],
    [{ how: 'status', status: 501 }, 'state-http', 'unexpected response (status 501)'],
    [{ how: 'html' }, 'damaged-state', 'not whole JSON'],
    [{ how: 'half' }, 'damaged-state', 'not whole JSON'],
    [{ how: 'huge' }, 'state-unreachable', 'response larger than 256 MB'],
    [
      {
        how: 'status',
        status: 302,
        headers: { Location: `https://eve:${PASSWORD}@x.example.com/y?t=${PASSWORD}` },
      },
      'state-http',
      'redirects to https://x.example.com/y (status 302)',
    ],
  ])('tells what is wrong, without trying again: %j', async (fault, code, words) => {
    const server = await serve();
    server.state().text = encodeState(stateOf(1, [A]));
    const fields = { address: server.url().replace('//', `//eve:${PASSWORD}@`) };
    server.fail({ on: 'get', ...fault });
    const text = await all(client(server, { fields }).read());
    expect(text).toContain(code);
    expect(text).toContain(words);
    expect(server.log).toHaveLength(1);
  });

  it.each<[Omit<Fault, 'on'>, string]>([
    [{ how: 'status', status: 500 }, 'status 500'],
    [{ how: 'status', status: 503, headers: { 'Retry-After': '0' } }, 'status 503'],
    [{ how: 'status', status: 429, headers: { 'Retry-After': '3600' } }, 'too many requests'],
    [{ how: 'drop-before' }, 'connection closed before the whole response arrived'],
    [{ how: 'cut' }, 'connection closed before the whole response arrived'],
    [{ how: 'garbage' }, 'not an HTTP response'],
    [{ how: 'hang-before' }, 'no response within 0.3 s'],
  ])('tries again as often as it may: %j', async (fault, words) => {
    const server = await serve();
    server.state().text = encodeState(stateOf(1, [A]));
    const store = client(server, { timeoutMs: 300 });
    server.fail({ on: 'get', ...fault, times: 2 });
    expect(await store.read()).toEqual(stateOf(1, [A]));
    expect(server.log).toHaveLength(3);
    server.fail({ on: 'get', ...fault, times: 3 });
    const text = await all(store.read());
    expect(text).toContain('state-unreachable');
    expect(text).toContain(words);
    expect(server.log).toHaveLength(6);
  });

  it('says so where nobody listens, without password and query', async () => {
    const server = await serve();
    const address = `${server.url()}?private_token=${PASSWORD}`;
    const store = client(server, { fields: { address, username: 'eve', password: PASSWORD } });
    await server.close();
    const text = await all(store.read());
    expect(text).toContain(`The state ${server.url()} could not be reached`);
    expect(text).toContain('ECONNREFUSED');
    expect(await all(store.lock(lockRequest()))).toContain('ECONNREFUSED');
    expect(await all(store.write(stateOf(1), 0))).toContain('ECONNREFUSED');
  });

  it('is let in with the right password alone', async () => {
    const server = await serve({ auth: { username: 'eve', password: PASSWORD } });
    const fields = { username: 'eve', password: new Sensitive(PASSWORD) };
    await client(server, { fields }).write(stateOf(1, [A]), 0);
    const wrong = client(server, { fields: { ...fields, password: new Sensitive('x') } });
    for (const tried of [
      wrong.read(),
      wrong.lock(lockRequest()),
      wrong.unlock('x'),
      wrong.write(stateOf(2), 1),
    ]) {
      expect(await all(tried)).toContain('state-refused');
    }
    expect(await all(client(server).read())).toContain('requires authentication');
  });
});

describe('a write over http', () => {
  const faults: readonly Omit<Fault, 'on'>[] = [
    { how: 'drop-before' },
    { how: 'drop-after' },
    { how: 'hang-before' },
    { how: 'hang-after' },
    { how: 'status', status: 500 },
    { how: 'status-after', status: 502 },
    { how: 'status', status: 429 },
    { how: 'garbage' },
    { how: 'cut' },
  ];

  it.each(faults)('is done once, whatever becomes of its answer: %j', async (fault) => {
    for (const kind of ['gitlab', 'relock', 'plain'] as const) {
      const server = await serve({ kind });
      const store = client(server, { timeoutMs: 300 });
      const lock = await store.lock(lockRequest());
      await store.read();
      for (const serial of [1, 2]) {
        server.fail({ on: 'update', ...fault });
        await store.write(stateOf(serial, [A]), serial - 1, lock);
      }
      expect(server.state().serials).toEqual([1, 2]);
      expect(await store.read()).toEqual(stateOf(2, [A]));
      await lock.release();
    }
  });

  it.each(faults.filter(({ how }) => /before|status$/.test(how)))(
    'that got lost is not done over what another one wrote: %j',
    async (fault) => {
      const server = await serve({ kind: 'plain' });
      const store = client(server, { timeoutMs: 300 });
      await store.write(stateOf(1, [A]), 0);
      const other = encodeState(stateOf(2, [B]));
      const then = (): void => {
        server.state().text = other;
      };
      server.fail({ on: 'update', ...fault, then });
      expect(await codeOf(store.write(stateOf(2, [A]), 1))).toBe('state-moved-on');
      expect(server.state().text).toBe(other);
    },
  );

  it('gives up after its tries, says that its end is not known where it is not, and finds out the next time', async () => {
    const server = await serve();
    const store = client(server);
    server.fail({ on: 'update', how: 'status', status: 503, times: 3 });
    expect(await all(store.write(stateOf(1, [A]), 0))).toContain('status 503');
    expect(server.state().serials).toEqual([]);
    // The look before the write is answered, those after it are not.
    server.fail(
      { on: 'get', how: 'status', status: 204 },
      { on: 'get', how: 'status', status: 503, times: 3 },
    );
    server.fail({ on: 'update', how: 'drop-after' });
    const text = await all(store.write(stateOf(1, [A]), 0));
    expect(text).toContain('is not known');
    expect(await codeOf(store.write(stateOf(1, [B]), 0))).toBe('state-moved-on');
    expect(await store.read()).toEqual(stateOf(1, [A]));
  });

  it.each([
    [403, 'state-refused'],
    [413, 'too large for the server'],
    [405, 'update_method'],
    [307, 'not followed'],
  ])('that is refused with %i is not repeated', async (status, words) => {
    const server = await serve();
    const store = client(server);
    server.fail({ on: 'update', how: 'status', status, times: 9 });
    expect(await all(store.write(stateOf(1), 0))).toContain(words);
    expect(server.log.filter((one) => one.what === 'update')).toHaveLength(1);
  });

  const PAGE = {
    how: 'status',
    status: 200,
    body: '<!doctype html><html><body>Please sign in</body></html>',
    headers: { 'Content-Type': 'text/html' },
  } as const;

  it.each([
    PAGE,
    { ...PAGE, headers: {} },
    { ...PAGE, body: '{"error":"sign in"}', headers: { 'Content-Type': 'application/json' } },
    { ...PAGE, status: 201, body: 'OK', headers: {} },
  ])('that is answered by something in between is not believed, whatever the method: %j', async (fault) => {
    for (const update_method of ['POST', 'PUT']) {
      for (const kind of ['gitlab', 'relock', 'plain'] as const) {
        const server = await serve({ kind });
        const store = client(server, { fields: { update_method } });
        const lock = await store.lock(lockRequest());
        server.fail({ on: 'update', ...fault });
        const text = await all(store.write(stateOf(1, [A]), 0, lock));
        expect(text).toContain('state-http');
        expect(text).toContain(`unexpected response (status ${fault.status}`);
        expect(server.state().serials).toEqual([]);
        // Read back once, and that page is no state.
        expect(server.log.map((one) => one.what).join(' ')).toMatch(/^lock lock get update get$/);
        await store.write(stateOf(1, [A]), 0, lock);
        await lock.release();
      }
    }
  });

  it('that was done, though the answer has something to say, is read back and counts', async () => {
    const server = await serve({ kind: 'plain' });
    const store = client(server);
    server.fail(
      { on: 'update', how: 'html' },
      { on: 'update', how: 'status-after', status: 200, body: 'OK' },
    );
    await store.write(stateOf(1, [A]), 0);
    await store.write(stateOf(2, [B]), 1);
    expect(server.state().serials).toEqual([1, 2]);
    // The state itself as an answer is proof enough.
    const echo = encodeState(stateOf(3, [A]));
    server.fail({ on: 'update', how: 'status-after', status: 200, body: echo });
    server.log.length = 0;
    await store.write(stateOf(3, [A]), 2);
    expect(server.log.map((one) => one.what)).toEqual(['get', 'update']);
  });

  it('is not begun under a lock that a page granted', async () => {
    for (const kind of ['gitlab', 'relock', 'plain'] as const) {
      const server = await serve({ kind });
      server.fail({ on: 'lock', ...PAGE, times: 9 });
      const text = await all(client(server).lock(lockRequest()));
      expect(text).toContain('state-http');
      expect(text).toContain('could not be locked: unexpected response (status 200, HTML)');
      server.clear();
      await (await client(server).lock(lockRequest())).release();
    }
  });

  it.each([
    PAGE,
    { how: 'status', status: 500 },
    { how: 'status', status: 403 },
    { how: 'drop-before' },
  ] as const)('ends with a lock that is free, or that is named as not released: %j', async (fault) => {
    for (const kind of ['gitlab', 'relock', 'plain'] as const) {
      const server = await serve({ kind });
      const problems: Diagnostic[] = [];
      const onUnreleased = (problem: Diagnostic): void => {
        problems.push(problem);
      };
      const lock = await client(server).lock({ ...lockRequest(), onUnreleased });
      server.fail({ on: 'unlock', ...fault, times: 99 });
      await lock.release();
      expect(server.state().lock?.['ID']).toBe(lock.info.ID);
      expect(problems).toMatchObject([{ severity: 'warning', code: 'state-not-unlocked' }]);
      expect(problems[0]?.next).toContain(`secrets state unlock ${lock.info.ID}`);
      server.clear();
      // What did arrive is nothing to speak of.
      const again = await client(server).lock({ ...lockRequest(), onUnreleased });
      server.fail({ on: 'unlock', how: 'status-after', status: 502, times: 99 });
      await again.release();
      expect(server.state().lock).toBeUndefined();
      expect(problems).toHaveLength(1);
    }
  });

  it('of a serial that GitLab has already is one that came too late', async () => {
    const server = await serve();
    const store = client(server);
    const lock = await store.lock(lockRequest());
    await store.read();
    // As if somebody had got past the lock.
    Object.assign(server.state(), { text: encodeState(stateOf(1, [B])), serials: [1] });
    expect(await codeOf(store.write(stateOf(1, [A]), 0, lock))).toBe('state-moved-on');
    await lock.release();
  });

  it('is known again where the server stores JSON in a shape of its own', async () => {
    const server = await serve({ kind: 'plain' });
    const store = client(server);
    const next = stateOf(1, [A]);
    server.fail({
      on: 'update',
      how: 'drop-before',
      then: () => {
        server.state().text = JSON.stringify(Object.fromEntries(Object.entries(next).reverse()));
      },
    });
    await store.write(next, 0);
    expect(server.log.filter((one) => one.what === 'update')).toHaveLength(1);
  });

  it('never goes over what cannot be read', async () => {
    const server = await serve({ kind: 'plain' });
    const store = client(server);
    for (const text of ['{', '[]', encodeState({ ...stateOf(1), stack: 'other' })]) {
      server.state().text = text;
      expect(await codeOf(store.write(stateOf(1), 0))).toMatch(/^(damaged|foreign)-state$/);
      expect(server.state().text).toBe(text);
    }
  });

  it('without the lock that somebody else holds names the holder', async () => {
    for (const kind of ['gitlab', 'relock'] as const) {
      const server = await serve({ kind });
      const lock = await client(server).lock(lockRequest());
      expect(await all(client(server).write(stateOf(1), 0))).toContain(lock.info.ID);
      await lock.release();
    }
  });
});

describe('a lock over http', () => {
  const holder = (pid: number, machine?: string) => ({
    ...lockRequest(),
    holder: { pid, ...(machine === undefined ? {} : { machine }) },
  });

  it('of GitLab, which says of the holder what the one who asks says of himself, is not mistaken', async () => {
    const server = await serve({ kind: 'gitlab' });
    const store = client(server);
    const living = await store.lock(holder(process.ppid));
    const text = await all(client(server).lock({ ...lockRequest(), operation: 'import' }));
    expect(text).toContain(`a-gitlab-user (unknown, process ${process.ppid}, since`);
    expect(text).toContain(`state unlock ${living.info.ID}`);
    await living.release();
    const away = await store.lock(holder(await deadPid(), 'another machine'));
    expect(await messageOf(client(server).lock(lockRequest()))).toContain('a-gitlab-user (unknown, since');
    await away.release();
    await store.lock(holder(await deadPid()));
    const next = await client(server).lock(lockRequest());
    await next.release();
    expect(server.state().lock).toBeUndefined();
  });

  it('that Terraform holds is left to people', async () => {
    for (const kind of ['gitlab', 'relock', 'plain'] as const) {
      const server = await serve({ kind });
      server.state().lock = {
        ID: '6431e2f5-4607-2d8f-2863-cf483a5c48a4',
        Operation: 'OperationTypeApply',
        Info: '',
        Who: `runner@${hostname()}`,
        Version: '1.6.0',
        Created: '2020-11-10T22:26:17.026937225Z',
        Path: 'x',
      };
      const store = client(server, { leaseMs: 100 });
      expect(await messageOf(store.lock(lockRequest(600)))).toContain('since 2020-11-10T22:26:17');
      expect((await store.unlock('6431e2f5-4607-2d8f-2863-cf483a5c48a4')).Created).toContain('2020');
      expect(server.state().lock).toBeUndefined();
    }
  });

  it('has a lease where the server lets it be renewed, and else none', async () => {
    const infoOn = async (options: StateServerOptions): Promise<Record<string, unknown>> => {
      const server = await serve(options);
      const lock = await client(server, { leaseMs: 5000 }).lock(lockRequest());
      const info = JSON.parse(server.state().lock?.['Info'] ?? '') as Record<string, unknown>;
      await lock.release();
      expect(server.state().lock).toBeUndefined();
      return info;
    };
    const clockMs = 86_400_000;
    const { leaseMs, renewed } = await infoOn({ kind: 'relock', clockMs });
    expect(leaseMs).toBe(5000);
    // By the clock of the server, which is a day ahead.
    expect(Math.abs(Date.parse(String(renewed)) - Date.now() - clockMs)).toBeLessThan(clockMs / 2);
    for (const options of [
      { kind: 'gitlab' },
      { kind: 'plain' },
      { kind: 'relock', keepsFirst: true },
      { kind: 'relock', noDate: true },
    ] as const) {
      expect(await infoOn(options)).not.toHaveProperty('leaseMs');
    }
  });

  it('of a server that says yes but keeps the first description does not run out', async () => {
    const server = await serve({ kind: 'relock', keepsFirst: true });
    const lock = await client(server, { leaseMs: 300 }).lock(holder(1, 'another machine'));
    expect(await codeOf(client(server, { leaseMs: 300 }).lock(lockRequest(2500)))).toBe('state-locked');
    await lock.release();
  });

  it('is told as lost where somebody breaks it, though nobody takes it', async () => {
    for (const kind of ['gitlab', 'relock', 'plain'] as const) {
      const server = await serve({ kind });
      const store = client(server, { leaseMs: 300 });
      const lock = await store.lock(lockRequest());
      await client(server).unlock(lock.info.ID);
      while (!lock.lost.aborted) await sleep(20);
      expect(await codeOf(store.write(stateOf(1), 0, lock))).toBe('state-lock-lost');
      await lock.release();
      expect(server.state().lock).toBeUndefined();
      expect(server.state().serials).toEqual([]);
    }
  });

  it('is not lost for heartbeats that fail, nor on a server that grants it to everybody', async () => {
    const failing = await serve({ kind: 'relock' });
    const one = client(failing, { leaseMs: 300 });
    const lock = await one.lock(lockRequest());
    failing.fail({ on: 'lock', how: 'status', status: 500, times: 4 });
    const granting = await serve({ kind: 'relock', grantsAll: true });
    const two = client(granting, { leaseMs: 300 });
    const other = await two.lock(lockRequest());
    // It was renewed more often than the failures last, which takes longer than both leases.
    const renewals = (): number => failing.log.filter(({ what }) => what === 'lock').length;
    await expect.poll(renewals, { timeout: 60_000, interval: 10 }).toBeGreaterThan(8);
    expect([lock.lost.aborted, other.lost.aborted]).toEqual([false, false]);
    await one.write(stateOf(1), 0, lock);
    await lock.release();
    await other.release();
  });

  it('is asked for again by a process that slept, before it writes', async () => {
    const server = await serve({ kind: 'relock' });
    let nowMs = 0;
    const store = client(server, { leaseMs: 60_000, now: () => new Date(nowMs) });
    const lock = await store.lock(lockRequest());
    await store.read();
    await store.write(stateOf(1), 0, lock);
    const before = server.log.length;
    nowMs += 45_000;
    await store.write(stateOf(2), 1, lock);
    expect(server.log.slice(before).map((one) => one.what)).toEqual(['lock', 'lock', 'update']);
    await lock.release();
  });

  it.each<Omit<Fault, 'on'>>([
    { how: 'drop-before' },
    { how: 'drop-after' },
    { how: 'hang-after' },
    { how: 'status', status: 500 },
    { how: 'status-after', status: 504 },
  ])('is taken and given back though answers get lost: %j', async (fault) => {
    for (const kind of ['gitlab', 'relock', 'plain'] as const) {
      const server = await serve({ kind });
      const store = client(server, { timeoutMs: 300 });
      server.fail({ on: 'lock', ...fault }, { on: 'unlock', ...fault });
      const lock = await store.lock(lockRequest());
      await store.write(stateOf(1, [A]), 0, lock);
      await lock.release();
      expect(server.state().lock).toBeUndefined();
      const again = await store.lock(lockRequest());
      server.fail({ on: 'unlock', ...fault });
      expect((await client(server, { timeoutMs: 300 }).unlock(again.info.ID)).ID).toBe(again.info.ID);
      expect(server.state().lock).toBeUndefined();
      await again.release();
    }
  });

  it('of somebody whom the server does not name is waited for, and broken by its ID', async () => {
    const server = await serve({ kind: 'relock', saysNothing: true });
    const store = client(server);
    const lock = await store.lock(lockRequest());
    const said: string[] = [];
    const text = await all(client(server).lock(lockRequest(300, (one) => said.push(one.Who))));
    expect(text).toContain('does not say by whom');
    expect(said).toHaveLength(1);
    expect(await codeOf(client(server).unlock('x'))).toBe('state-http');
    expect((await client(server).unlock(lock.info.ID)).ID).toBe(lock.info.ID);
    expect(server.state().lock).toBeUndefined();
    await lock.release();
  });

  it.each([404, 405, 400])('that the server does not know is told (%i)', async (status) => {
    const server = await serve();
    server.fail({ on: 'lock', how: 'status', status, times: 9 });
    expect(await all(client(server).lock(lockRequest()))).toContain('lock_method: POST');
    expect(await all(client(server).unlock('x'))).toContain('lock_method: POST');
  });

  it('that was not held is not left behind by looking for it', async () => {
    const server = await serve();
    expect(await messageOf(client(server).unlock('x'))).toContain('is not locked');
    expect(server.state().lock).toBeUndefined();
  });

  it('is none without lock_address: the store says so, and names no lock on the wire', async () => {
    const server = await serve();
    const none = { lock_address: undefined, unlock_address: undefined };
    const [one, two] = [client(server, { fields: none }), client(server, { fields: none })];
    expect(one.warnings.map(({ code }) => code)).toEqual(['state-not-locked']);
    expect(client(server).warnings).toEqual([]);
    const locks = [await one.lock(lockRequest()), await two.lock(lockRequest())];
    await one.write(stateOf(1, [A]), 0, locks[0]);
    await two.write(stateOf(2, [B]), 1, locks[1]);
    expect(await codeOf(one.write(stateOf(2, [A]), 1, locks[0]))).toBe('state-moved-on');
    for (const lock of locks) await lock.release();
    expect(await codeOf(one.unlock('x'))).toBe('no-lock');
    expect(server.log.every(({ what, path }) => !/lock/.test(what) && !path.includes('ID='))).toBe(true);
  });

  it('warns of a password that goes over an open wire', () => {
    const settings = httpSettings({ address: `http://eve:${PASSWORD}@h.example.com/s` }, runScope());
    const store = httpStore({ settings, env: {}, stack: 'prod', toolVersion: '1', now: () => new Date(0) });
    expect(store.warnings.map(({ code }) => code)).toContain('state-password-in-the-open');
    expect(JSON.stringify(store)).not.toContain(PASSWORD);
  });

  it('warns of a password to a server whose certificate is not checked', () => {
    const codes = (fields: Record<string, string>): readonly string[] => {
      const settings = httpSettings({ username: 'u', password: PASSWORD, ...fields }, runScope());
      const store = httpStore({ settings, env: {}, stack: 'prod', toolVersion: '1', now: () => new Date(0) });
      return store.warnings.map(({ code }) => code);
    };
    const skips = { skip_cert_verification: 'true' };
    expect(codes({ address: 'https://h.example.com/s', ...skips })).toContain('state-password-in-the-open');
    expect(codes({ address: 'https://127.0.0.1/s', ...skips })).toEqual(['state-not-locked']);
    expect(codes({ address: 'https://h.example.com/s' })).toEqual(['state-not-locked']);
  });
});

describe('an address of the environment', () => {
  const env = {
    TF_HTTP_ADDRESS: 'https://gitlab.example.com/s',
    TF_HTTP_USERNAME: 'u',
    TF_HTTP_PASSWORD: PASSWORD,
  };
  const refusal = (fields: Record<string, string>, more: Record<string, string> = {}): string => {
    try {
      httpSettings(fields, { ...runScope(), env: { ...env, ...more } });
      return 'accepted';
    } catch (error) {
      return JSON.stringify((error as DiagnosticError).diagnostics);
    }
  };
  const locks = (url: string): Record<string, string> => ({ lock_address: url, unlock_address: url });

  it('is not left by its lock: user and password would go along', () => {
    for (const url of [
      'https://evil.example/l',
      'http://gitlab.example.com/l',
      'https://gitlab.example.com:8443/l',
    ]) {
      expect(refusal(locks(url))).toContain('lock_address of the state backend would send user and password');
      expect(refusal(locks(url))).not.toContain(PASSWORD);
    }
    expect(refusal(locks('https://gitlab.example.com/l'))).toBe('accepted');
    expect(
      refusal(
        {},
        { TF_HTTP_LOCK_ADDRESS: 'https://b.example/l', TF_HTTP_UNLOCK_ADDRESS: 'https://b.example/l' },
      ),
    ).toBe('accepted');
    expect(refusal({ address: 'https://a.example/s', ...locks('https://b.example/l') })).toBe('accepted');
  });

  it('is not made less safe', () => {
    expect(refusal({ skip_cert_verification: 'true' })).toContain('would accept any certificate');
    expect(refusal({ address: 'https://a.example/s', skip_cert_verification: 'true' })).toBe('accepted');
    const ca = { TF_HTTP_CLIENT_CA_CERTIFICATE_PEM: 'theirs' };
    expect(refusal({ client_ca_certificate_pem: 'mine' }, ca)).toContain('would trust another authority');
    expect(refusal({ client_ca_certificate_pem: 'theirs' }, ca)).toBe('accepted');
    expect(refusal({ client_ca_certificate_pem: 'mine' })).toBe('accepted');
  });
});

describe('the http backend behind TLS', () => {
  const folder = temporaryFolder();
  const openssl = (...args: readonly string[]): unknown =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const pem = (name: string): string => readFileSync(join(folder, name), 'utf8');

  it('checks the server, and shows a certificate of its own', async (context) => {
    try {
      openssl('version');
    } catch {
      needs(context, 'OpenSSL', 'no certificate can be made');
    }
    const fresh = ['-days', '2', '-nodes', '-newkey', 'rsa:2048'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    for (const [name, more] of [
      ['server', names],
      ['client', []],
      ['other', []],
    ] as const) {
      openssl(
        'req',
        '-x509',
        ...fresh,
        '-subj',
        `/CN=${name}`,
        ...more,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.crt`,
      );
    }
    const server = await serve({
      tls: { key: pem('server.key'), cert: pem('server.crt'), ca: pem('client.crt') },
    });
    const certificate = (name: string) => ({
      client_certificate_pem: new Sensitive(pem(`${name}.crt`)),
      client_private_key_pem: new Sensitive(pem(`${name}.key`)),
    });
    const ca = { client_ca_certificate_pem: new Sensitive(pem('server.crt')) };
    const store = client(server, { fields: { ...ca, ...certificate('client') } });
    const lock = await store.lock(lockRequest());
    await store.write(stateOf(1, [A]), 0, lock);
    await lock.release();
    const careless = { skip_cert_verification: 'true', ...certificate('client') };
    expect(await client(server, { fields: careless }).read()).toEqual(stateOf(1, [A]));
    const attempt = (fields: NonNullable<Options['fields']>): Promise<string> =>
      all(client(server, { fields }).read());
    expect(await attempt(certificate('client'))).toContain(
      'self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
    expect(
      await attempt({ ...certificate('client'), client_ca_certificate_pem: pem('other.crt') }),
    ).toContain('client_ca_certificate_pem');
    expect(await attempt({ ...ca, ...certificate('other') })).toContain('state-unreachable');
    expect(await attempt(ca)).toContain('state-unreachable');
    const cases: [string, NonNullable<Options['fields']>][] = [
      ['client_ca_certificate_pem', { client_ca_certificate_pem: PASSWORD }],
      ['client_certificate_pem', { ...certificate('client'), client_certificate_pem: PASSWORD }],
      ['client_private_key_pem', { ...certificate('client'), client_private_key_pem: PASSWORD }],
      ['client_private_key_pem', { ...certificate('client'), client_private_key_pem: pem('other.key') }],
    ];
    for (const [name, fields] of cases) {
      const text = await attempt(fields);
      expect(text).toContain(`${name} of the state backend http cannot be used`);
      expect(text).not.toContain('PRIVATE KEY-----');
    }
  });
});
