import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EndSource } from '../../../src/model/index.js';
import { crc32c } from '../../../src/values/gcp/crc32c.js';
import { readInChild, said } from './child.js';
import { CANARY } from './context.js';
import { startGcp } from './gcp-server.js';
import type { GcpServer } from './gcp-server.js';

const gcp = (resource: string): EndSource => ({ from: 'gcp', resource });
const named = (name: string): string => `projects/project/secrets/${name}/versions/latest`;

let home: string;
let server: GcpServer;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'secrets-gcp-'));
  server = await startGcp();
  await writeFile(join(home, 'key.json'), server.keyFile);
});
beforeEach(() => {
  server.instead = undefined;
});
afterAll(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

const loggedIn = (): Record<string, string> => ({
  HOME: home,
  GOOGLE_APPLICATION_CREDENTIALS: join(home, 'key.json'),
  CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: server.url,
  // No look at whether this is a machine of Google's.
  METADATA_SERVER_DETECTION: 'none',
});

describe('crc32c', () => {
  // The check value of the algorithm, and the examples of RFC 3720, appendix B.4.
  it.each([
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    [Buffer.alloc(0), 0],
  ])('of %o', (bytes, sum) => {
    expect(crc32c(bytes)).toBe(sum);
  });
});

describe('Google Cloud Secret Manager', () => {
  it('reads versions, and says what is wrong with others', async () => {
    const bytes = Buffer.from([0, 255, 128, 10]);
    const regional = 'projects/project/locations/europe-west3/secrets/app/versions/1';
    server.versions.set(named('app'), {
      data: Buffer.from(CANARY),
      crc32c: String(crc32c(Buffer.from(CANARY))),
    });
    server.versions.set('projects/project/secrets/app/versions/7', { data: bytes });
    server.versions.set(regional, { data: Buffer.from('near') });
    server.versions.set(named('damaged'), { data: Buffer.from(CANARY), crc32c: '1' });
    server.versions.set(named('denied'), { status: 403, error: 'PERMISSION_DENIED' });
    server.versions.set(named('disabled'), { status: 400, error: 'FAILED_PRECONDITION' });
    server.versions.set(named('large'), { data: Buffer.alloc(16 * 1024 * 1024 + 1, 'x') });
    server.versions.set(named('empty'), { data: Buffer.alloc(0) });
    const readings = await readInChild(
      [
        gcp(named('app')),
        gcp('projects/project/secrets/app/versions/7'),
        gcp(regional),
        gcp(named('empty')),
        ...['none', 'damaged', 'denied', 'disabled', 'large'].map((name) => gcp(named(name))),
        gcp('projects/project/secrets/app'),
        gcp('projects/p/locations/evil.example/secrets/app/versions/1'),
      ],
      { env: loggedIn() },
    );
    expect(readings.slice(0, 4)).toEqual([
      { base64: Buffer.from(CANARY).toString('base64') },
      { base64: bytes.toString('base64') },
      { base64: Buffer.from('near').toString('base64') },
      { base64: '' },
    ]);
    expect(readings.slice(4).map(said)).toEqual([
      `store-missing: The Google Cloud secret ${named('none')} cannot be read: no such secret or version.`,
      `store-answer: The Google Cloud secret ${named('damaged')} cannot be read: it was damaged in transit: its checksum does not match.`,
      `store-denied: The Google Cloud secret ${named('denied')} cannot be read: this identity may not read it.`,
      `store-missing: The Google Cloud secret ${named('disabled')} cannot be read: this version is disabled or destroyed.`,
      `store-answer: The Google Cloud secret ${named('large')} cannot be read: it is larger than 16 MB.`,
      'store-reference: The Google Cloud secret projects/project/secrets/app cannot be read: not a valid secret version.',
      'store-reference: The Google Cloud secret projects/p/locations/evil.example/secrets/app/versions/1 cannot be read: not a valid secret version.',
    ]);
  });

  async function saidOf(env: Record<string, string>, timeoutMs?: number): Promise<string> {
    const [reading] = await readInChild([gcp(named('app'))], {
      env: { ...loggedIn(), ...env },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    return said(reading!).replace(/The Google .* cannot be read: /, '');
  }

  it('says what is wrong with the login', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = {
      ...(JSON.parse(server.keyFile) as object),
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    await writeFile(join(home, 'other.json'), JSON.stringify(other));
    expect(await saidOf({ GOOGLE_APPLICATION_CREDENTIALS: join(home, 'other.json') })).toBe(
      'store-denied: the login has expired or is not accepted.',
    );
    expect(await saidOf({ GOOGLE_APPLICATION_CREDENTIALS: '' })).toBe(
      'store-setup: no login for Google Cloud is set.',
    );
    expect(await saidOf({ GOOGLE_APPLICATION_CREDENTIALS: join(home, 'none.json') })).toBe(
      'store-setup: the file of GOOGLE_APPLICATION_CREDENTIALS cannot be used.',
    );
  });

  it('says what it makes of answers that are none', async () => {
    const nowhere = { CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: 'http://127.0.0.1:1' };
    expect(await saidOf(nowhere)).toBe('store-unreachable: connection refused (ECONNREFUSED).');
    server.instead = (request, response) => {
      response.writeHead(302, { location: `${server.url}elsewhere` }).end();
      if (request.url === '/elsewhere') throw new Error('A redirect was followed.');
    };
    expect(await saidOf({})).toMatch(/^store-/);
    server.instead = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(`<html>${CANARY}`);
    };
    expect(await saidOf({})).toBe('store-answer: unexpected response (it has no value).');
    server.instead = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    };
    expect(await saidOf({})).toBe('store-answer: unexpected response (it has no value).');
    server.instead = () => undefined;
    expect(await saidOf({}, 1500)).toBe('store-timeout: no response within 1.5 s.');
  });
});
