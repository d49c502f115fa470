import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndSource } from '../../../src/model/index.js';
import { INSTALL_MS } from '../../support/python.js';
import { needs } from '../../support/services.js';
import { startMoto } from './aws-moto.js';
import type { Moto } from './aws-moto.js';
import { readInChild, said } from './child.js';
import { CANARY } from './context.js';
import { serve } from './http-server.js';

const secret = (id: string, more: { region?: string; stage?: string } = {}): EndSource => ({
  from: 'aws_secret',
  id,
  ...more,
});
const parameter = (name: string, region?: string): EndSource => ({
  from: 'aws_parameter',
  name,
  ...(region === undefined ? {} : { region }),
});

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'secrets-aws-'));
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

/** The environment of somebody who is logged in, at this address. */
const loggedIn = (url: string): Record<string, string> => ({
  HOME: home,
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMIEXAMPLEKEY',
  AWS_MAX_ATTEMPTS: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
  // The SDK tells about Node 20 on standard error.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

describe('with moto', () => {
  let folder: string;
  let moto: Moto | { readonly skipped: string } = { skipped: 'not tried' };
  let arn = '';
  const bytes = Buffer.from([0, 255, 128, 10, 13, 254]);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secrets-moto-'));
    moto = await startMoto(folder);
    if ('skipped' in moto) return;
    const config = {
      endpoint: moto.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    };
    const secrets = new SecretsManagerClient(config);
    await secrets.send(new CreateSecretCommand({ Name: 'app/db', SecretString: 'the first' }));
    await secrets.send(
      new PutSecretValueCommand({ SecretId: 'app/db', SecretString: JSON.stringify({ password: CANARY }) }),
    );
    await secrets.send(new CreateSecretCommand({ Name: 'binary', SecretBinary: bytes }));
    await secrets.send(new CreateSecretCommand({ Name: 'gone', SecretString: CANARY }));
    await secrets.send(new DeleteSecretCommand({ SecretId: 'gone' }));
    const elsewhere = new SecretsManagerClient({ ...config, region: 'us-east-1' });
    const created = await elsewhere.send(new CreateSecretCommand({ Name: 'far', SecretString: 'far away' }));
    arn = created.ARN ?? '';
    const ssm = new SSMClient(config);
    const put = { Name: '/app/key', Type: 'SecureString' } as const;
    await ssm.send(new PutParameterCommand({ ...put, Value: 'the first' }));
    await ssm.send(new PutParameterCommand({ ...put, Value: CANARY, Overwrite: true }));
    await ssm.send(new PutParameterCommand({ Name: 'plain', Type: 'String', Value: 'plain text' }));
  }, INSTALL_MS);
  afterAll(async () => {
    if ('url' in moto) await moto.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('reads secrets and parameters, and says what is missing', async (context) => {
    needs(context, 'Python', 'skipped' in moto ? moto.skipped : undefined);
    if ('skipped' in moto) return;
    const readings = await readInChild(
      [
        secret('app/db'),
        secret('app/db', { stage: 'AWSPREVIOUS' }),
        secret('app/db', { region: 'eu-west-1', stage: 'AWSCURRENT' }),
        secret('binary'),
        secret('far', { region: 'us-east-1' }),
        secret(arn),
        parameter('/app/key'),
        parameter('/app/key:1'),
        parameter('plain', 'eu-west-1'),
        secret('none'),
        secret('app/db', { stage: 'NOSUCHSTAGE' }),
        secret('app/db', { region: 'us-east-1' }),
        secret('gone'),
        parameter('/app/none'),
        parameter('/app/key:9'),
      ],
      { env: loggedIn(moto.url) },
    );
    const document = JSON.stringify({ password: CANARY });
    expect(readings.slice(0, 9)).toEqual([
      { text: document },
      { text: 'the first' },
      { text: document },
      { base64: bytes.toString('base64') },
      { text: 'far away' },
      { text: 'far away' },
      { text: CANARY },
      { text: 'the first' },
      { text: 'plain text' },
    ]);
    const none = 'nothing of this name and version exists in this account and region.';
    expect(readings.slice(9).map(said)).toEqual([
      `store-missing: The AWS secret none cannot be read: ${none}`,
      `store-missing: The AWS secret app/db cannot be read: ${none}`,
      `store-missing: The AWS secret app/db cannot be read: ${none}`,
      'store-missing: The AWS secret gone cannot be read: it is marked for deletion, or has no such version.',
      `store-missing: The AWS parameter /app/none cannot be read: ${none}`,
      `store-missing: The AWS parameter /app/key:9 cannot be read: ${none}`,
    ]);
  });
});

describe('problems', () => {
  /** Reads one secret and one parameter from a server that answers so, and gives what is said of both, without the names. */
  async function saidOf(
    listener: RequestListener,
    { env = {}, timeoutMs }: { env?: Record<string, string>; timeoutMs?: number } = {},
  ): Promise<readonly string[]> {
    const server = await serve(listener);
    try {
      const readings = await readInChild([secret('app'), parameter('/app')], {
        env: { ...loggedIn(`http://127.0.0.1:${server.port}`), ...env },
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      return readings.map((reading) => said(reading).replace(/The AWS .* cannot be read: /, ''));
    } finally {
      await server.close();
    }
  }

  /** Refuses as AWS does: the error's name, and words that must not be repeated. */
  const refuse =
    (status: number, name: string): RequestListener =>
    (_request, response) => {
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ __type: name, message: `about ${CANARY}` }));
    };

  it.each([
    ['AccessDeniedException', 'store-denied: this identity may not read it.'],
    ['ExpiredTokenException', 'store-denied: the login has expired.'],
    ['UnrecognizedClientException', 'store-denied: AWS does not accept this login.'],
    ['DecryptionFailure', 'store-denied: it cannot be decrypted with its KMS key.'],
    ['ThrottlingException', 'store-unreachable: too many requests.'],
    ['SomethingNew', 'store-answer: unexpected response (SomethingNew).'],
  ])('says what %s means', async (name, words) => {
    expect(await saidOf(refuse(400, name))).toEqual([words, words]);
  });

  it('says what it makes of answers that are none', async () => {
    const answer =
      (body: string): RequestListener =>
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
      };
    expect(await saidOf(answer('{}'))).toEqual(
      Array(2).fill('store-answer: unexpected response from AWS (it has no value).'),
    );
    const garbage = await saidOf(answer(`<html>${CANARY}`));
    for (const words of garbage) expect(words).toMatch(/^store-answer: unexpected response \(\w+\)\.$/);
    const value = 'v'.repeat(16 * 1024 * 1024 + 1);
    expect(
      await saidOf(answer(JSON.stringify({ SecretString: value, Parameter: { Value: value } }))),
    ).toEqual(Array(2).fill('store-answer: it is larger than 16 MB.'));
    const silent = await saidOf(() => undefined, { timeoutMs: 1500 });
    expect(silent).toEqual(Array(2).fill('store-timeout: no response within 1.5 s.'));
  });

  it('says what this machine lacks', async () => {
    const never: RequestListener = () => {
      throw new Error('Nothing may be asked.');
    };
    expect(await saidOf(never, { env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } })).toEqual(
      Array(2).fill('store-setup: no login for AWS is set.'),
    );
    expect(await saidOf(never, { env: { AWS_REGION: '' } })).toEqual(
      Array(2).fill('store-setup: no region is set.'),
    );
    expect(await saidOf(never, { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } })).toEqual(
      Array(2).fill('store-unreachable: connection refused (ECONNREFUSED).'),
    );
  });

  it('takes no region that would lead to another host', async () => {
    const readings = await readInChild(
      [
        secret('app', { region: 'evil.example/#' }),
        secret('arn:aws:secretsmanager:evil.example/:1:secret:app'),
        parameter('/app', 'x@evil.example'),
      ],
      { env: { ...loggedIn(''), AWS_ENDPOINT_URL: '' } },
    );
    for (const reading of readings)
      expect(said(reading)).toMatch(/^store-reference: .*: not a valid AWS region\.$/);
  });
});
