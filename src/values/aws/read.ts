import { defined } from '../../model/index.js';
import { clientPerRegion, explainAws, regionOf } from './run.js';
import { parameterName, secretName } from './source.js';
import type { AwsParameterSource, AwsSecretSource } from './source.js';
import { importOptional } from '../optional.js';
import { StoreFailure, readStore } from '../store.js';
import { STORE_TIMEOUT_MS } from '../store-limits.js';
import type { RawReading, ValueContext } from '../reading.js';

const secretsManager = clientPerRegion(async (region) => {
  const sdk = await importOptional(
    '@aws-sdk/client-secrets-manager',
    () => import('@aws-sdk/client-secrets-manager'),
    'Secrets of AWS Secrets Manager',
  );
  return { sdk, client: new sdk.SecretsManagerClient(region === undefined ? {} : { region }) };
});

const systemsManager = clientPerRegion(async (region) => {
  const sdk = await importOptional(
    '@aws-sdk/client-ssm',
    () => import('@aws-sdk/client-ssm'),
    'Parameters of AWS Systems Manager',
  );
  return { sdk, client: new sdk.SSMClient(region === undefined ? {} : { region }) };
});

/**
 * Reads a secret of AWS Secrets Manager: the version of a stage, `AWSCURRENT` where none is named. Login, profile and, where
 * `region` is absent and the id is not an ARN, the region are found by the SDK in the process's environment, as `aws` does it.
 * @param timeoutMs how long it may take, in milliseconds
 * @returns the text, or the bytes of a binary secret, or a problem that names the secret and never a value
 */
export function readAwsSecret(
  source: AwsSecretSource,
  context: ValueContext,
  timeoutMs: number = STORE_TIMEOUT_MS,
): Promise<RawReading> {
  return readStore({
    what: secretName(source),
    context,
    timeoutMs,
    explain: explainAws,
    async read(abortSignal) {
      const { sdk, client } = await secretsManager(context, regionOf(source.region, source.id));
      const { SecretString, SecretBinary } = await client.send(
        new sdk.GetSecretValueCommand({
          SecretId: source.id,
          ...defined({ VersionStage: source.stage }),
        }),
        { abortSignal },
      );
      if (SecretString !== undefined) return { text: SecretString };
      if (SecretBinary !== undefined) return { bytes: SecretBinary };
      throw noValue();
    },
  });
}

/**
 * Reads a parameter of AWS Systems Manager's Parameter Store, decrypted where it is a SecureString. The name may end in a
 * version or a label (`/app/key:3`), as AWS takes it. Login and region are found as for {@link readAwsSecret}.
 * @param timeoutMs how long it may take, in milliseconds
 * @returns the text, or a problem that names the parameter and never a value
 */
export function readAwsParameter(
  source: AwsParameterSource,
  context: ValueContext,
  timeoutMs: number = STORE_TIMEOUT_MS,
): Promise<RawReading> {
  return readStore({
    what: parameterName(source),
    context,
    timeoutMs,
    explain: explainAws,
    async read(abortSignal) {
      const { sdk, client } = await systemsManager(context, regionOf(source.region, source.name));
      const { Parameter } = await client.send(
        new sdk.GetParameterCommand({ Name: source.name, WithDecryption: true }),
        { abortSignal },
      );
      if (Parameter?.Value !== undefined) return { text: Parameter.Value };
      throw noValue();
    },
  });
}

function noValue(): StoreFailure {
  return new StoreFailure(
    'store-answer',
    'unexpected response from AWS (it has no value)',
    'Check AWS_ENDPOINT_URL, and read it with `aws`.',
  );
}
