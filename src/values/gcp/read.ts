import { crc32c } from './crc32c.js';
import { gcpName } from './source.js';
import type { GcpSource } from './source.js';
import { importOptional } from '../optional.js';
import { StoreFailure, explainNetwork, readStore } from '../store.js';
import { STORE_TIMEOUT_MS } from '../store-limits.js';
import type { RawReading, ValueContext } from '../reading.js';

/** `projects/P/secrets/S/versions/V`, with `locations/L/` where the secret is a regional one. */
const RESOURCE =
  /^projects\/[A-Za-z0-9:._-]+\/(?:locations\/([a-z0-9-]+)\/)?secrets\/[A-Za-z0-9_-]+\/versions\/[A-Za-z0-9_-]+$/;

/** Another address of the API, as `gcloud` takes it: for a private endpoint, or an own server. */
const ENDPOINT = 'CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER';

/**
 * Reads a version of a secret of Google Cloud Secret Manager, and checks it against the checksum that comes with it. The login
 * is found by Google's library in the process's environment (application default credentials).
 * @param timeoutMs how long it may take, in milliseconds
 * @returns the bytes, or a problem that names the secret and never a value
 */
export function readGcp(
  source: GcpSource,
  context: ValueContext,
  timeoutMs: number = STORE_TIMEOUT_MS,
): Promise<RawReading> {
  return readStore({
    what: gcpName(source),
    context,
    timeoutMs,
    explain: explainGcp,
    async read(signal) {
      const match = RESOURCE.exec(source.resource);
      if (match === null) {
        throw new StoreFailure(
          'store-reference',
          'not a valid secret version',
          'Write it in full: projects/PROJECT/secrets/NAME/versions/latest',
        );
      }
      const { auth, universeDomain } = await context.once(open, open);
      const place = match[1] === undefined ? '' : `.${match[1]}.rep`;
      const base = override(context.env) ?? `https://secretmanager${place}.${universeDomain}/`;
      const { data } = await auth.request<unknown>({
        url: `${base}v1/${source.resource}:access`,
        signal,
        responseType: 'json',
        // The login would be sent along.
        redirect: 'error',
        retry: true,
      });
      return { bytes: checked(below(data, 'payload')) };
    },
  });
}

/**
 * Google's client, for the login that it finds; one for a run. Its own call is not used: without gRPC it has neither timeout nor proxy,
 * and with gRPC it starts slowly and keeps a connection, and with it the process, open.
 */
async function open() {
  const { SecretManagerServiceClient } = await importOptional(
    '@google-cloud/secret-manager',
    () => import('@google-cloud/secret-manager'),
    'Secrets of Google Cloud',
  );
  return new SecretManagerServiceClient({ fallback: true });
}

/** The address to use in place of Google's, with a slash at its end. */
function override(env: ValueContext['env']): string | undefined {
  const text = env[ENDPOINT] ?? '';
  if (text === '') return undefined;
  if (URL.canParse(text)) return text.endsWith('/') ? text : `${text}/`;
  throw new StoreFailure('store-setup', `${ENDPOINT} is not a valid URL`, 'Write it as https://HOST/.');
}

/** The bytes of a payload: `data` is base64, `dataCrc32c` a decimal number (Secret Manager docs, SecretPayload). */
function checked(payload: unknown): Uint8Array {
  const [data, sum] = [below(payload, 'data'), below(payload, 'dataCrc32c')];
  if (payload === undefined || (data !== undefined && typeof data !== 'string')) {
    throw wrongAnswer('unexpected response (it has no value)');
  }
  // An empty value is left out, as in all of Google's JSON.
  const bytes = Buffer.from(data ?? '', 'base64');
  if (sum !== undefined && sum !== String(crc32c(bytes))) {
    throw wrongAnswer('it was damaged in transit: its checksum does not match');
  }
  return bytes;
}

/** A member of an object; `undefined` where it is not an object, or has no such member. */
function below(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}

const LOGIN = 'Log in (gcloud auth application-default login), or set GOOGLE_APPLICATION_CREDENTIALS.';

/** The statuses of Google's APIs (google.rpc.Code and its HTTP mapping), and the errors of its login library. */
function explainGcp(error: unknown): StoreFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (/could not load the default credentials/i.test(error.message)) {
    return new StoreFailure('store-setup', 'no login for Google Cloud is set', LOGIN);
  }
  if (/credential file|^The file at |GOOGLE_APPLICATION_CREDENTIALS/.test(error.message)) {
    return new StoreFailure(
      'store-setup',
      'the file of GOOGLE_APPLICATION_CREDENTIALS cannot be used',
      'Set it to the path of a key file, or unset it and log in: gcloud auth application-default login',
    );
  }
  const response = below(error, 'response');
  const reason = below(below(response, 'data'), 'error');
  // A token endpoint answers so (RFC 6749, 5.2), an API with an object.
  if (typeof reason === 'string') {
    return new StoreFailure('store-denied', 'the login has expired or is not accepted', LOGIN);
  }
  return explainStatus(below(response, 'status'), below(reason, 'status')) ?? explainNetwork(error);
}

function explainStatus(http: unknown, status: unknown): StoreFailure | undefined {
  if (status === 'FAILED_PRECONDITION') {
    return new StoreFailure(
      'store-missing',
      'this version is disabled or destroyed',
      'Enable it (gcloud secrets versions enable), or name another one.',
    );
  }
  switch (http) {
    case 400:
      return new StoreFailure('store-reference', 'Google Cloud does not accept this name', 'Check the name.');
    case 401:
      return new StoreFailure('store-denied', 'the login has expired or is not accepted', LOGIN);
    case 403:
      return new StoreFailure(
        'store-denied',
        'this identity may not read it',
        'Grant it the role roles/secretmanager.secretAccessor on the secret.',
      );
    case 404:
      return new StoreFailure(
        'store-missing',
        'no such secret or version',
        'Check project, name and version: gcloud secrets versions list NAME',
      );
  }
  if (http === 429 || (typeof http === 'number' && http >= 500)) {
    return new StoreFailure(
      'store-unreachable',
      `Google Cloud is busy or unavailable (status ${http})`,
      'Run it again later.',
    );
  }
  return undefined;
}

function wrongAnswer(why: string): StoreFailure {
  return new StoreFailure(
    'store-answer',
    why,
    'Run it again. If it happens again, check for a proxy that changes responses.',
  );
}
