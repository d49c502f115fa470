import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { DiagnosticError, Sensitive, sensitive } from '../../src/model/index.js';
import { connect, connectionSettings, endClient } from '../../src/net/sql/index.js';
import { UnreachableError } from '../../src/net/unreachable.js';
import { temporaryFolder } from '../core/folder.js';
import { makeCertificate } from '../values/stores/certificates.js';
import { startPostgres } from './postgres-server.js';

const folder = temporaryFolder();
const certificate = makeCertificate(folder, ['DNS:db.test']);
const PASSWORD = 'hunter2-of-the-url';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
async function start(...parameters: Parameters<typeof startPostgres>) {
  const server = await startPostgres(...parameters);
  open.push(server);
  return server;
}

/** Where a connection leads: the port, or the code or text of the refusal. */
async function attempt(url: string, env: Record<string, string> = {}): Promise<string> {
  const fields = { url: sensitive(new Sensitive(url)) };
  try {
    const { client, port } = await connect(connectionSettings({ subject: 'Provider pg', fields }, env));
    await endClient(client);
    return String(port);
  } catch (error) {
    if (error instanceof UnreachableError) return error.message;
    if (!(error instanceof DiagnosticError)) throw error;
    expect(JSON.stringify(error.diagnostics)).not.toContain(PASSWORD);
    return error.diagnostics[0]?.code ?? '';
  }
}

describe('target_session_attrs', () => {
  const KINDS = {
    primary: {},
    standby: { isStandby: true },
    readOnly: { isReadOnly: true },
  } as const;

  it.each([
    ['any', ['standby', 'primary'], 0],
    ['read-write', ['standby', 'readOnly', 'primary'], 2],
    ['read-only', ['primary', 'readOnly'], 1],
    ['read-only', ['primary', 'standby'], 1],
    ['primary', ['standby', 'readOnly', 'primary'], 1],
    ['standby', ['primary', 'readOnly', 'standby'], 2],
    ['prefer-standby', ['primary', 'standby'], 1],
    ['prefer-standby', ['primary', 'readOnly'], 0],
  ] as const)('%s of %j is number %i', async (wanted, kinds, index) => {
    const servers = [];
    for (const kind of kinds) servers.push(await start(KINDS[kind]));
    const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const port = String(servers[index]?.port);
    expect(await attempt(`postgres://u@${hosts}/d?target_session_attrs=${wanted}`)).toBe(port);
    expect(await attempt(`postgres://u@${hosts}/d`, { PGTARGETSESSIONATTRS: wanted })).toBe(port);
  });

  it('is refused where no server is of that kind', async () => {
    const server = await start({ isStandby: true });
    expect(await attempt(`postgres://u@127.0.0.1:${server.port}/d?target_session_attrs=primary`)).toContain(
      'is not what target_session_attrs=primary asks for',
    );
  });
});

describe('hostaddr', () => {
  it('is what is dialled, from the url and from the environment', async () => {
    const { port } = await start();
    expect(await attempt(`postgres://u@db.invalid:${port}/d?hostaddr=127.0.0.1`)).toBe(String(port));
    expect(await attempt(`postgres://u@db.invalid:${port}/d`, { PGHOSTADDR: '127.0.0.1' })).toBe(
      String(port),
    );
    expect(await attempt(`postgres:///d?port=${port}`, { PGHOSTADDR: '127.0.0.9' })).toContain('127.0.0.9');
    expect(await attempt(`postgres://u@db.invalid:${port}/d?hostaddr=127.0.0.9`)).toContain(
      `db.invalid:${port} (127.0.0.9)`,
    );
  });

  it.skipIf(certificate === undefined)('leaves the name to be checked by TLS', async () => {
    const { key = '', cert = '', caFile = '' } = certificate ?? {};
    const { port } = await start({ certificate: { key, cert } });
    const at = (host: string): string =>
      `postgres://u@${host}:${port}/d?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=${caFile}`;
    expect(readFileSync(caFile, 'utf8')).toContain('CERTIFICATE');
    expect(await attempt(at('db.test'))).toBe(String(port));
    expect(await attempt(at('other.test'))).toBe('postgres-certificate');
    expect(await attempt(at('127.0.0.1'))).toBe('postgres-certificate');
  });
});

describe('a login that the settings do not accept', () => {
  const at = (port: number, query: string): string =>
    `postgres://u:${PASSWORD}@127.0.0.1:${port}/d?sslmode=disable&${query}`;

  it.each([
    ['require_auth=scram-sha-256', ['password', 'ok'], 0],
    ['require_auth=scram-sha-256', ['md5', 'ok'], 0],
    ['require_auth=scram-sha-256', ['ok'], 0],
    ['require_auth=!password', ['password', 'ok'], 0],
    ['require_auth=!none', ['ok'], 0],
    // The first answer of SCRAM has nothing of the password in it.
    ['require_auth=scram-sha-256', ['sasl', 'password', 'ok'], 1],
    ['require_auth=scram-sha-256', ['sasl', 'ok'], 1],
    ['channel_binding=require', ['password', 'ok'], 0],
    ['channel_binding=require', ['md5', 'ok'], 0],
    ['channel_binding=require', ['sasl', 'ok'], 0],
    ['channel_binding=require', ['ok'], 0],
  ] as const)('gets no password: %s of a server that asks %j', async (query, login, sent) => {
    const server = await start({ login });
    expect(await attempt(at(server.port, query))).toBe('postgres-authentication');
    expect(server.passwords()).toBe(sent);
  });

  it.each([
    ['require_auth=password', ['password', 'ok']],
    ['require_auth=md5,password', ['md5', 'ok']],
    ['require_auth=none', ['ok']],
    ['require_auth=!md5', ['password', 'ok']],
    ['channel_binding=prefer', ['password', 'ok']],
  ] as const)('is not one that they do: %s of a server that asks %j', async (query, login) => {
    const server = await start({ login });
    expect(await attempt(at(server.port, query))).toBe(String(server.port));
  });

  // What fails each time is an error, and not a server that may be reached later.
  it.each([
    ['a mechanism that is not supported', ['other-sasl']],
    ['a nonce that is not ours', ['sasl', 'wrong-nonce']],
    ['GSSAPI', ['gss']],
  ] as const)('that cannot succeed is an error: %s', async (_title, login) => {
    const server = await start({ login });
    expect(await attempt(at(server.port, ''))).toBe('postgres-authentication');
  });

  it('is told although another host is not reached', async () => {
    const server = await start({ login: ['password', 'ok'] });
    const url = at(server.port, 'require_auth=md5').replace(/(127[^/]*)/, '$1,127.0.0.1:1');
    expect(await attempt(url)).toBe('postgres-authentication');
  });

  it('is so from the environment', async () => {
    const server = await start({ login: ['password', 'ok'] });
    expect(await attempt(at(server.port, ''), { PGREQUIREAUTH: 'scram-sha-256' })).toBe(
      'postgres-authentication',
    );
    expect(await attempt(at(server.port, ''), { PGCHANNELBINDING: 'require' })).toBe(
      'postgres-authentication',
    );
    expect(server.passwords()).toBe(0);
  });
});
