import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { EndSource } from '../../../src/model/index.js';
import { needs } from '../../support/services.js';
import { AZURE_NAMES, startAzure } from './azure-server.js';
import type { AzureServer } from './azure-server.js';
import { makeCertificate } from './certificates.js';
import type { Certificate } from './certificates.js';
import { readInChild, said } from './child.js';
import { CANARY } from './context.js';

const TENANT = '11111111-2222-4333-8444-555555555555';
const VERSION = '0123456789abcdef0123456789abcdef';
const azure = (name: string, vault = 'main', version?: string): EndSource => ({
  from: 'azure',
  vault,
  name,
  ...(version === undefined ? {} : { version }),
});

let home: string;
let certificate: Certificate | undefined;
let server: AzureServer;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'secrets-azure-'));
  certificate = makeCertificate(home, AZURE_NAMES);
});
beforeEach(async (context) => {
  needs(context, 'OpenSSL', certificate === undefined ? 'no certificate can be made' : undefined);
  if (certificate === undefined) return;
  server = await startAzure(certificate, TENANT);
  return server.close;
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

const loggedIn = (): Record<string, string> => ({
  HOME: home,
  // Only Node itself: no other program that could be logged in here.
  PATH: '',
  HTTPS_PROXY: server.proxy,
  NODE_EXTRA_CA_CERTS: certificate?.caFile ?? '',
  AZURE_TENANT_ID: TENANT,
  AZURE_CLIENT_ID: '99999999-8888-4777-8666-555555555555',
  AZURE_CLIENT_SECRET: server.clientSecret,
});

it('reads secrets, and says what is wrong with others', async () => {
  server.secrets.set('app/', CANARY);
  server.secrets.set(`app/${VERSION}`, 'an old one');
  server.secrets.set('large/', 'x'.repeat(16 * 1024 * 1024 + 1));
  server.secrets.set('disabled/', { status: 403, code: 'Forbidden' });
  server.secrets.set('odd/', { status: 418, code: 'Teapot' });
  const readings = await readInChild(
    [
      azure('app'),
      azure('app', 'main', VERSION),
      azure('app', 'MAIN.vault.azure.net'),
      azure('app', 'https://main.vault.azure.net/'),
      ...['none', 'large', 'disabled', 'odd'].map((name) => azure(name)),
      azure('app', 'main', 'ffff'),
      azure('app/../../keys'),
      azure('app', 'main', '../x'),
      ...[
        'main.evil.example',
        'evil.example/main.vault.azure.net',
        'a@evil.vault.azure.net',
        'x.main.vault.azure.net',
      ].map((vault) => azure('app', vault)),
    ],
    { env: loggedIn() },
  );
  expect(readings.slice(0, 4)).toEqual([
    { text: CANARY },
    { text: 'an old one' },
    { text: CANARY },
    { text: CANARY },
  ]);
  const words = readings
    .slice(4)
    .map((reading) => said(reading).replace(/The Azure .* cannot be read: /, ''));
  const denied =
    'this identity may not read it, the secret is disabled, or the firewall of the vault is closed (status 403).';
  expect(words).toEqual([
    'store-missing: no such secret or version.',
    'store-answer: it is larger than 16 MB.',
    `store-denied: ${denied}`,
    'store-answer: unexpected response from Azure (status 418).',
    'store-missing: no such secret or version.',
    'store-reference: not a valid secret name.',
    'store-reference: not a valid secret version.',
    ...Array<string>(4).fill('store-reference: not a valid Azure Key Vault.'),
  ]);
  expect(said(readings[4]!)).toContain('The Azure Key Vault secret main/none cannot be read');
  expect([...server.hosts].sort()).toEqual(['login.microsoftonline.com:443', 'main.vault.azure.net:443']);
});

async function saidOf(env: Record<string, string> = {}, timeoutMs?: number): Promise<string> {
  const [reading] = await readInChild([azure('app')], {
    env: { ...loggedIn(), ...env },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return said(reading!).replace(/The Azure .* cannot be read: /, '');
}

it('says what is wrong with the login', async () => {
  expect(await saidOf({ AZURE_CLIENT_SECRET: `wrong ${CANARY}` })).toBe(
    'store-denied: the login has expired or is not accepted.',
  );
  expect(await saidOf({ NODE_EXTRA_CA_CERTS: '' })).toMatch(
    /^store-unreachable: certificate signed by an unknown authority/,
  );
});

it('gives no token to a vault that asks for one of another domain', async () => {
  server.resource = 'https://evil.example';
  expect(await saidOf()).toBe('store-denied: the vault asks for a token for another domain.');
  expect(server.tokens).toBe(0);
});

it('says what it makes of answers that are none', async () => {
  server.instead = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`<html>${CANARY}`);
  };
  expect(await saidOf()).toMatch(/^store-answer: unexpected response \(\w+\)\.$/);
  server.instead = () => undefined;
  expect(await saidOf({}, 2500)).toBe('store-timeout: no response within 2.5 s.');
});
