import { StoreFailure, explainNetwork } from '../store.js';
import type { ValueContext } from '../reading.js';

/**
 * Keeps one client for each region during a run.
 * @param make makes a client: once for each run and region (`undefined`: that of the environment or the profile)
 */
export function clientPerRegion<Client>(
  make: (region: string | undefined) => Promise<Client>,
): (context: ValueContext, region: string | undefined) => Promise<Client> {
  return ({ once }, region) => {
    const clients = once(make, () => new Map<string, Promise<Client>>());
    const client = clients.get(region ?? '') ?? make(region);
    clients.set(region ?? '', client);
    return client;
  };
}

/**
 * The region to ask: the named one, else the one in an ARN, else that of the environment or the profile. A region becomes part
 * of a host name, so nothing but a region is accepted.
 * @throws StoreFailure where it is not a region
 */
export function regionOf(named: string | undefined, id: string): string | undefined {
  const region = named ?? /^arn:[^:]*:[^:]*:([^:]+):/.exec(id)?.[1];
  if (region === undefined || /^[a-z]{2,}(-[a-z0-9]+)+$/.test(region)) return region;
  throw new StoreFailure('store-reference', 'not a valid AWS region', 'Write it as `eu-west-1`.');
}

const LOGIN = 'Log in (aws sso login), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.';

/** The errors of AWS by their names (Secrets Manager and SSM API references, common errors), and those of its SDK. */
const KNOWN: Readonly<Record<string, StoreFailure>> = {
  ...known(
    ['ResourceNotFoundException', 'ParameterNotFound', 'ParameterVersionNotFound'],
    new StoreFailure(
      'store-missing',
      'nothing of this name and version exists in this account and region',
      'Check name, region and account: aws sts get-caller-identity',
    ),
  ),
  ...known(
    ['AccessDeniedException', 'AccessDenied'],
    new StoreFailure('store-denied', 'this identity may not read it', 'Allow it in its IAM policy.'),
  ),
  ...known(
    ['ExpiredTokenException', 'ExpiredToken', 'RequestExpired', 'TokenRefreshRequired'],
    new StoreFailure('store-denied', 'the login has expired', LOGIN),
  ),
  ...known(
    [
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'IncompleteSignatureException',
      'NotAuthorized',
    ],
    new StoreFailure('store-denied', 'AWS does not accept this login', LOGIN),
  ),
  ...known(
    ['DecryptionFailure', 'InvalidKeyId', 'KMSAccessDeniedException'],
    new StoreFailure(
      'store-denied',
      'it cannot be decrypted with its KMS key',
      'Allow kms:Decrypt on the key, and check that the key is enabled.',
    ),
  ),
  ...known(
    ['InvalidRequestException'],
    new StoreFailure(
      'store-missing',
      'it is marked for deletion, or has no such version',
      'Restore it: aws secretsmanager restore-secret',
    ),
  ),
  ...known(
    ['InvalidParameterException', 'ValidationException'],
    new StoreFailure('store-reference', 'AWS does not accept this name', 'Check the name.'),
  ),
  ...known(
    ['ThrottlingException', 'Throttling', 'TooManyRequestsException'],
    new StoreFailure('store-unreachable', 'too many requests', 'Wait a little, then run it again.'),
  ),
  ...known(
    ['InternalServiceError', 'InternalServerError', 'InternalFailure', 'ServiceUnavailable'],
    new StoreFailure('store-unreachable', 'AWS has an internal error', 'Run it again later.'),
  ),
  ...known(
    ['CredentialsProviderError', 'TokenProviderError', 'ProviderError'],
    new StoreFailure('store-setup', 'no login for AWS is set', LOGIN),
  ),
};

function known(names: readonly string[], failure: StoreFailure): Readonly<Record<string, StoreFailure>> {
  return Object.fromEntries(names.map((name) => [name, failure]));
}

/** What an error of AWS or its SDK means; `undefined` where it is not known. */
export function explainAws(error: unknown): StoreFailure | undefined {
  if (error instanceof Error) {
    // The SDK has no name for it: "Region is missing", or, where AWS_REGION is empty, "Region not accepted".
    if (error.name === 'Error' && /\bregion\b/i.test(error.message)) {
      return new StoreFailure(
        'store-setup',
        'no region is set',
        'Write `region: NAME` here, or set AWS_REGION.',
      );
    }
    if (Object.hasOwn(KNOWN, error.name)) return KNOWN[error.name];
  }
  return explainNetwork(error);
}
