import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyReading, ValueContext } from '../../../src/values/reading.js';
import { readVault } from '../../../src/values/vault/read.js';
import type { VaultSource } from '../../../src/values/vault/source.js';
import { needs } from '../../support/services.js';
import { startProxy } from '../../net/servers.js';
import { HEAD, lines, load, loadRight } from '../../config/load-text.js';
import { makeCertificate } from './certificates.js';
import { CANARY, contextOf, problemOf, textOf, valueOf } from './context.js';
import { startVault } from './vault-server.js';
import type { VaultServer } from './vault-server.js';

let folder: string;
let vault: VaultServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-vault-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  vault = await startVault();
  fill(vault);
});
afterEach(async () => {
  await vault.close();
});

function fill({ model }: VaultServer): void {
  Object.assign(model.mounts, {
    'secret/': { type: 'kv', version: '2' },
    'old/': { type: 'kv', version: '1' },
    'older/': { type: 'generic' },
    'team/a/': { type: 'kv', version: '2' },
    'team/b/': { type: 'kv', version: '1' },
    'pki/': { type: 'pki' },
    'eu/secret/': { type: 'kv', version: '2' },
    'eu/team-a/secret/': { type: 'kv', version: '1' },
    'team-a/secret/': { type: 'kv', version: '2' },
  });
  const one = (value: string): string => JSON.stringify({ value });
  Object.assign(model.secrets, {
    'secret/app': [one('first'), 'deleted', 'destroyed', one(CANARY)],
    'secret/db': [`{"user":"app","password":${JSON.stringify(CANARY)},"port":5432}`],
    'secret/number': ['{"pin": 0.10}'],
    'secret/exact': ['{"a": 12345678901234567890, "b": [1.10, -2e3, "1.10 \\" 2"], "c": true}'],
    'secret/gone': [one('x'), 'deleted'],
    'secret/empty': ['{}'],
    'secret/with space/ünï#?': [one('strange path')],
    'old/app': [one('of version 1')],
    'older/app': [one('generic')],
    'team/a/x': [one('a')],
    'team/b/x': [one('b')],
    'eu/secret/app': [one('of the namespace')],
    'eu/team-a/secret/app': [one('of the child')],
    'team-a/secret/app': [one('of the team')],
  });
}

function here(more: Readonly<Record<string, string>> = {}): ValueContext {
  return contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: 'root', HOME: folder, ...more });
}

function read(path: string, more: Partial<VaultSource> = {}, context = here()): Promise<AnyReading> {
  return readVault({ from: 'vault', path, ...more }, context);
}

describe('reading', () => {
  it.each([
    ['secret/app', CANARY],
    ['/secret/app/', CANARY],
    ['old/app', 'of version 1'],
    ['older/app', 'generic'],
    ['team/a/x', 'a'],
    ['team/b/x', 'b'],
    ['secret/with space/ünï#?', 'strange path'],
  ])('gives the only field of %s', async (path, text) => {
    expect(textOf(await read(path))).toBe(text);
  });

  it('gives the version that is named', async () => {
    expect(textOf(await read('secret/app', { version: 1 }))).toBe('first');
    expect(textOf(await read('secret/app', { version: 4 }))).toBe(CANARY);
  });

  it('gives each field by its name', async () => {
    const reading = await read('secret/db');
    expect(valueOf(reading, { key: 'user' })).toBe('app');
    expect(valueOf(reading, { key: 'password' })).toBe(CANARY);
    expect(valueOf(reading, { key: 'port' })).toBe('5432');
    expect(reading).not.toHaveProperty('whole');
    expect(valueOf(await read('old/app'), { key: 'value' })).toBe('of version 1');
  });

  it('keeps numbers as Vault has them', async () => {
    expect(textOf(await read('secret/number'))).toBe('0.10');
    const reading = await read('secret/exact');
    expect(valueOf(reading, { key: 'a' })).toBe('12345678901234567890');
    expect(valueOf(reading, { key: 'b.0' })).toBe('1.10');
    expect(valueOf(reading, { key: 'b.2' })).toBe('1.10 " 2');
    expect(valueOf(reading, { key: 'c' })).toBe('true');
  });

  it('asks in the namespace', async () => {
    expect(textOf(await read('secret/app', {}, here({ VAULT_NAMESPACE: 'eu' })))).toBe('of the namespace');
  });

  it('asks for a mount once, however many ask', async () => {
    const context = here();
    const paths = ['secret/db', 'secret/app', 'secret/number', 'team/a/x', 'team/b/x'];
    await Promise.all(paths.map((path) => read(path, {}, context)));
    expect([...vault.requests].sort()).toEqual([
      'GET /v1/secret/data/app',
      'GET /v1/secret/data/db',
      'GET /v1/secret/data/number',
      'GET /v1/sys/internal/ui/mounts/secret/db',
      'GET /v1/sys/internal/ui/mounts/team/a/x',
      'GET /v1/sys/internal/ui/mounts/team/b/x',
      'GET /v1/team/a/data/x',
      'GET /v1/team/b/x',
    ]);
  });
});

describe('a namespace', () => {
  const team = { namespace: 'team-a' };

  it('is asked in place of the root, or below that of the environment', async () => {
    expect(textOf(await read('secret/app', team))).toBe('of the team');
    expect(textOf(await read('secret/app', team, here({ VAULT_NAMESPACE: 'eu' })))).toBe('of the child');
    expect(textOf(await read('secret/app', team, here({ VAULT_NAMESPACE: '/eu/' })))).toBe('of the child');
    expect(textOf(await read('secret/app', { namespace: 'eu/team-a' }))).toBe('of the child');
  });

  it('has its own login and mounts, each once in a run', async () => {
    const login = { role_id: 'role', secret_id: 'id' };
    for (const mount of ['approle', 'eu/approle', 'team-a/approle'])
      vault.model.roles.push({ mount, ...login });
    const context = here({ VAULT_TOKEN: '', VAULT_ROLE_ID: 'role', VAULT_SECRET_ID: 'id' });
    const ask = (namespace?: string): Promise<AnyReading> =>
      read('secret/app', namespace === undefined ? {} : { namespace }, context);
    const readings = await Promise.all(['eu', undefined, 'team-a', 'eu', 'team-a'].map(ask));
    expect(readings.map(textOf)).toEqual([
      'of the namespace',
      CANARY,
      'of the team',
      'of the namespace',
      'of the team',
    ]);
    const count = (start: string): number =>
      vault.requests.filter((request) => request.startsWith(start)).length;
    expect([count('POST'), count('GET /v1/sys/'), count('GET /v1/secret/')]).toEqual([3, 3, 5]);
    expect(problemOf(await ask('other'))).toMatchObject({ code: 'store-denied' });
    expect(textOf(await ask('eu'))).toBe('of the namespace');
  });

  it('is named in messages, and in the commands that they suggest', async () => {
    const problem = problemOf(await read('secret/none', team, here({ VAULT_NAMESPACE: 'eu' })));
    expect(problem).toMatchObject({
      summary:
        'The Vault secret secret/none in the namespace team-a cannot be read: nothing exists at this path.',
      next: 'List what exists: vault kv list -namespace=eu/team-a secret/',
    });
  });

  it.each(['..', 'a/../b', './a', '/a', 'a/', 'a//b', 'a b', 'a\nb', ''])(
    'is refused: %j',
    async (namespace) => {
      const problem = problemOf(await read('secret/app', { namespace }));
      expect(problem.code).toBe('store-reference');
      expect(problem.summary).toContain('cannot be read: not a valid namespace.');
      expect(vault.requests).toEqual([]);
    },
  );

  it.each([
    ['{ vault: secret/app, key: token, namespace: eu/team-a }', 'eu/team-a'],
    ['ref+vault://secret/app?namespace=team-a#/token', 'team-a'],
  ])('is written as %s', (value, namespace) => {
    const { resources } = loadRight(`${HEAD}secrets: { A: { value: ${value} } }\n`);
    expect(resources[0]?.fields['value']).toMatchObject({
      source: { from: 'vault', path: 'secret/app', key: 'token', namespace },
    });
  });

  it.each([
    ['{ vault: secret/app, namespace: ../b }', '`../b` is not a namespace of Vault.'],
    ['{ env: X, namespace: a }', '`namespace` is allowed beside `vault` only.'],
    ['ref+vault://secret/app?namespace=..', 'A part of this reference is not a namespace of Vault.'],
  ])('is checked in a configuration: %s', (value, words) => {
    const found = lines(load(`${HEAD}secrets: { A: { value: ${value} } }\n`).diagnostics);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
  });
});

describe('login', () => {
  const role = { VAULT_TOKEN: '', VAULT_ROLE_ID: 'role', VAULT_SECRET_ID: `s-${CANARY}` };
  beforeEach(() => {
    vault.model.roles.push({ mount: 'approle', role_id: 'role', secret_id: role.VAULT_SECRET_ID });
    vault.model.roles.push({ mount: 'ci/roles', role_id: 'role', secret_id: 'of ci' });
  });
  const logins = (): number => vault.requests.filter((request) => request.startsWith('POST')).length;

  it('logs in with AppRole once in a run', async () => {
    const context = here(role);
    const paths = ['secret/app', 'old/app', 'team/a/x', 'team/b/x'];
    const readings = await Promise.all(paths.map((path) => read(path, {}, context)));
    expect(readings.map(textOf)).toEqual([CANARY, 'of version 1', 'a', 'b']);
    expect(logins()).toBe(1);
  });

  it('shares no login between two runs of one process, not even a failed one', async () => {
    const env = { VAULT_ADDR: vault.address, HOME: folder, ...role };
    expect(textOf(await read('secret/app', {}, contextOf(env)))).toBe(CANARY);
    expect(textOf(await read('secret/app', {}, contextOf(env)))).toBe(CANARY);
    expect(logins()).toBe(2);
    const [known] = vault.model.roles.splice(0, 1);
    const failed = contextOf(env);
    expect(problemOf(await read('secret/app', {}, failed)).code).toBe('store-denied');
    vault.model.roles.push(known!);
    expect(problemOf(await read('secret/app', {}, failed)).code).toBe('store-denied');
    expect(logins()).toBe(3);
    expect(textOf(await read('secret/app', {}, contextOf(env)))).toBe(CANARY);
    expect(logins()).toBe(4);
  });

  it('logs in at another mount', async () => {
    const context = here({ ...role, VAULT_SECRET_ID: 'of ci', VAULT_LOGIN_MOUNT_POINT: '/ci/roles/' });
    expect(textOf(await read('old/app', {}, context))).toBe('of version 1');
  });

  it('says once for each reference that a login is refused, and does not try it again', async () => {
    const context = here({ ...role, VAULT_SECRET_ID: `wrong ${CANARY}` });
    const readings = await Promise.all(['secret/app', 'old/app'].map((path) => read(path, {}, context)));
    expect(readings.map((reading) => problemOf(reading).summary)).toEqual([
      'The Vault secret secret/app cannot be read: Vault refuses the login with AppRole (status 400).',
      'The Vault secret old/app cannot be read: Vault refuses the login with AppRole (status 400).',
    ]);
    expect(logins()).toBe(1);
  });

  it('takes the token of `vault login`', async () => {
    await writeFile(join(folder, '.vault-token'), 'root\n');
    expect(textOf(await read('old/app', {}, here({ VAULT_TOKEN: '' })))).toBe('of version 1');
    await rm(join(folder, '.vault-token'));
  });

  it.each([
    [{ VAULT_TOKEN: '' }, 'store-setup', 'no login for Vault is set'],
    [
      { VAULT_TOKEN: '', VAULT_ROLE_ID: 'r' },
      'store-setup',
      'VAULT_ROLE_ID is set, but VAULT_SECRET_ID is not',
    ],
    [{ VAULT_ADDR: '' }, 'store-setup', 'VAULT_ADDR is not set'],
    [{ VAULT_ADDR: 'vault.example.com' }, 'store-setup', 'VAULT_ADDR is not a valid URL'],
    [{ VAULT_ADDR: 'unix:///run/vault' }, 'store-setup', 'VAULT_ADDR is not a valid URL'],
    [
      { VAULT_CACERT: '/nowhere/ca.crt' },
      'store-setup',
      'the file that VAULT_CACERT names cannot be read (ENOENT)',
    ],
    [{ VAULT_ADDR: 'http://127.0.0.1:1' }, 'store-unreachable', 'connection refused (ECONNREFUSED)'],
    [
      { VAULT_ADDR: 'http://vault.invalid' },
      'store-unreachable',
      expect.stringMatching(/^host name (not found|could not be looked up) /),
    ],
    [
      { VAULT_TOKEN: `${CANARY.slice(0, 6)}-expired` },
      'store-denied',
      expect.stringContaining('(status 403)'),
    ],
    [{ VAULT_TOKEN: CANARY }, 'store-setup', 'VAULT_TOKEN does not hold a valid token'],
    [{ VAULT_NAMESPACE: 'a\nb' }, 'store-setup', 'VAULT_NAMESPACE is not a valid namespace'],
  ])('says what is wrong with %o', async (env, code, why: unknown) => {
    const problem = problemOf(await read('secret/app', {}, here(env)));
    expect(problem.code).toBe(code);
    const prefix = 'The Vault secret secret/app cannot be read: ';
    expect(problem.summary.slice(0, prefix.length)).toBe(prefix);
    expect(problem.summary.slice(prefix.length, -1)).toEqual(why);
  });
});

describe('a wire that others can read', () => {
  const far = (env: Record<string, string>) =>
    readVault({ from: 'vault', path: 'secret/app' }, contextOf({ VAULT_TOKEN: CANARY, ...env }), 200);

  it.each([
    { VAULT_ADDR: 'http://192.0.2.1:8200' },
    { VAULT_ADDR: 'https://192.0.2.1:8200', VAULT_SKIP_VERIFY: '1' },
    { VAULT_ADDR: 'https://192.0.2.1:8200', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  ])('is refused where verified TLS is required: %j', async (env) => {
    const problem = problemOf(await far({ ...env, SECRETS_REQUIRE_TLS: '1' }));
    expect(problem).toMatchObject({ code: 'store-setup' });
    expect(problem.summary).toContain('SECRETS_REQUIRE_TLS is set');
  });

  it('is warned of, once in a run', async () => {
    const proxy = await startProxy({ hosts: { 'vault.test:80': Number(new URL(vault.address).port) } });
    const context = contextOf({
      VAULT_ADDR: 'http://vault.test',
      VAULT_TOKEN: 'root',
      HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
    });
    const readings = [];
    for (const path of ['secret/app', 'old/app'])
      readings.push(await readVault({ from: 'vault', path }, context));
    await proxy.close();
    expect(readings.map(({ problem }) => problem?.severity)).toEqual(['warning', undefined]);
    expect(readings[0]?.problem?.summary).toContain(
      'vault.test:80 without verified TLS: http sends everything',
    );
  });
});

describe('TLS', () => {
  it('trusts the authority of VAULT_CACERT, and nobody else', async (context) => {
    const certificate = makeCertificate(folder, ['IP:127.0.0.1']);
    needs(context, 'OpenSSL', certificate === undefined ? 'no certificate can be made' : undefined);
    if (certificate === undefined) return;
    const safe = await startVault(certificate);
    fill(safe);
    try {
      const ask = (more: Readonly<Record<string, string>>): Promise<AnyReading> =>
        read('old/app', {}, here({ VAULT_ADDR: safe.address, ...more }));
      expect(textOf(await ask({ VAULT_CACERT: certificate.caFile }))).toBe('of version 1');
      expect(textOf(await ask({ VAULT_SKIP_VERIFY: 'true' }))).toBe('of version 1');
      const problem = problemOf(await ask({ VAULT_SKIP_VERIFY: 'false' }));
      expect(problem.code).toBe('store-unreachable');
      expect(problem.summary).toContain(
        'certificate signed by an unknown authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
      );
      expect(safe.requests).toHaveLength(4);
    } finally {
      await safe.close();
    }
  });
});

describe('problems', () => {
  it.each<[string, Partial<VaultSource>, string, string]>([
    ['secret/none', {}, 'store-missing', 'nothing exists at this path'],
    ['secret/data/app', {}, 'store-missing', 'nothing exists at this path'],
    ['old/none', {}, 'store-missing', 'nothing exists at this path'],
    ['secret/app', { version: 9 }, 'store-missing', 'nothing exists at this path, or no such version'],
    ['secret/app', { version: 2 }, 'store-missing', 'this version is deleted'],
    ['secret/app', { version: 3 }, 'store-missing', 'this version is destroyed for good'],
    ['secret/gone', {}, 'store-missing', 'this version is deleted'],
    ['secret/empty', {}, 'store-missing', 'it has no fields'],
    ['old/app', { version: 1 }, 'store-reference', 'the store at old/ does not keep versions'],
    ['pki/cert', {}, 'store-reference', 'the mount pki/ is not a key/value store'],
    ['secret/../sys/seal-status', {}, 'store-reference', 'not a valid secret path'],
    ['secret', {}, 'store-reference', 'not a valid secret path'],
    [
      'nowhere/app',
      {},
      'store-denied',
      'the token may not use this path, has expired, or nothing is mounted there (status 403)',
    ],
  ])('of %s %o', async (path, more, code, why) => {
    const problem = problemOf(await read(path, more));
    expect(problem).toMatchObject({
      code,
      summary: `The Vault secret ${path} cannot be read: ${why}.`,
    });
  });

  it('hints at `data/` that does not belong into a path', async () => {
    expect(problemOf(await read('secret/data/app')).next).toContain('Leave `data/` out');
  });

  it('says that Vault is sealed', async () => {
    vault.model.sealed = true;
    expect(problemOf(await read('secret/app')).summary).toContain('Vault is sealed');
  });

  it('says that the token may not read this secret, though it may ask for the mount', async () => {
    vault.instead = (request, response) => {
      const preflight = request.url?.startsWith('/v1/sys/') === true;
      const mount = { data: { path: 'secret/', type: 'kv', options: { version: '2' } } };
      response
        .writeHead(preflight ? 200 : 403)
        .end(JSON.stringify(preflight ? mount : { errors: [`permission denied ${CANARY}`] }));
    };
    const problem = problemOf(await read('secret/app'));
    expect(problem).toMatchObject({ code: 'store-denied' });
    expect(problem.summary).toContain('may not read it');
  });

  it('follows no redirect, and sends the token nowhere else', async () => {
    const other = await startVault();
    vault.instead = (request, response) => {
      response.writeHead(307, { location: `${other.address}${request.url ?? ''}` }).end();
    };
    const problem = problemOf(await read('secret/app'));
    expect(problem.summary).toContain('redirects to another address (status 307)');
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it.each<[string, number, string, string]>([
    ['no JSON', 200, `<html>${CANARY}`, 'unexpected response (not JSON)'],
    ['half of JSON', 200, `{"data": {"x": "${CANARY}`, 'unexpected response (not JSON)'],
    [
      'another shape',
      200,
      '{"data": ["cAn4ry"]}',
      'unexpected response from Vault (status 200, but not the documented shape)',
    ],
    ['nothing', 200, '', 'unexpected response from Vault (status 200, but not the documented shape)'],
    ['trouble', 500, '{"errors": ["cAn4ry"]}', 'unexpected response from Vault (status 500)'],
    ['too many requests', 429, '{"errors": []}', 'too many requests'],
  ])('of an answer that is %s', async (_, status, body, why) => {
    vault.instead = (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    };
    expect(problemOf(await read('secret/app')).summary).toContain(why);
  });

  it('of an answer that never ends', async () => {
    vault.instead = (_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', more);
      };
      more();
    };
    expect(problemOf(await read('secret/app')).summary).toContain('it is larger than 16 MB');
  });

  it('of a value that is too large, and none of one that is just not', async () => {
    vault.model.secrets['old/large'] = [JSON.stringify({ value: 'v'.repeat(16 * 1024 * 1024) })];
    vault.model.secrets['old/larger'] = [JSON.stringify({ value: 'v'.repeat(16 * 1024 * 1024 + 1) })];
    expect(textOf(await read('old/large'))).toHaveLength(16 * 1024 * 1024);
    expect(problemOf(await read('old/larger')).summary).toContain('it is larger than 16 MB');
  });

  it('of a connection that breaks, and of no answer at all', async () => {
    vault.instead = (_request, response) => {
      response.destroy();
    };
    expect(problemOf(await read('secret/app')).code).toBe('store-unreachable');
    vault.instead = () => undefined;
    const late = await readVault({ from: 'vault', path: 'secret/app' }, here(), 200);
    expect(problemOf(late)).toMatchObject({
      code: 'store-timeout',
      summary: 'The Vault secret secret/app cannot be read: no response within 0.2 s.',
    });
  });

  it('of a run that the user stops', async () => {
    const stop = new AbortController();
    vault.instead = () => {
      stop.abort();
    };
    const context = contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: 'root' }, stop.signal);
    expect(problemOf(await read('secret/app', {}, context)).code).toBe('store-stopped');
    expect(problemOf(await read('secret/app', {}, context)).code).toBe('store-stopped');
  });
});
