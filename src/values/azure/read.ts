import { defined } from '../../model/index.js';
import { azureName } from './source.js';
import type { AzureSource } from './source.js';
import { importOptional } from '../optional.js';
import { findProgram } from '../programs.js';
import { StoreFailure, explainNetwork, readStore } from '../store.js';
import { STORE_TIMEOUT_MS } from '../store-limits.js';
import type { RawReading, ValueContext } from '../reading.js';

/** Where Key Vaults live, in the public cloud and the two others. A managed HSM keeps keys, and no secrets. */
const DOMAINS = ['vault.azure.net', 'vault.azure.cn', 'vault.usgovcloudapi.net'];

/**
 * Reads a secret of Azure Key Vault: its newest version where none is named. The login is found by Azure's library in the
 * process's environment (`DefaultAzureCredential`). Tokens go to hosts of Azure's own domains only.
 * @param timeoutMs how long it may take, in milliseconds
 * @returns the text, or a problem that names the secret and never a value
 */
export function readAzure(
  source: AzureSource,
  context: ValueContext,
  timeoutMs: number = STORE_TIMEOUT_MS,
): Promise<RawReading> {
  return readStore({
    what: azureName(source),
    context,
    timeoutMs,
    explain: explainAzure,
    async read(abortSignal) {
      const host = hostOf(source.vault);
      checkNames(source);
      await checkPrograms(context);
      const clientOf = await context.once(open, open);
      const { value } = await clientOf(host).getSecret(source.name, {
        abortSignal,
        ...defined({ version: source.version }),
      });
      if (value !== undefined) return { text: value };
      throw new StoreFailure(
        'store-answer',
        'unexpected response from Azure (it has no value)',
        'Read it with Azure’s own tool: az keyvault secret show',
      );
    },
  });
}

/** The programs that Azure's library asks for a login, by their names in the PATH of this process. */
const PROGRAMS = ['az', 'azd', 'pwsh'];

/** @throws StoreFailure where the library would run one that a branch or a package could have put there */
async function checkPrograms({ env, cwd }: ValueContext): Promise<void> {
  for (const program of PROGRAMS) {
    const [first] = (await findProgram(program, { env, folders: [cwd] })).refused;
    if (first === undefined) continue;
    throw new StoreFailure(
      'store-setup',
      `Azure's library would run ${first}, which a branch or a package could have put there`,
      'Remove it, or run secrets with a PATH in which that folder is not before the one of the installed program.',
    );
  }
}

/** One login for a run, and one client for each vault. */
async function open() {
  const words = 'Secrets of Azure Key Vault';
  const { DefaultAzureCredential } = await importOptional(
    '@azure/identity',
    () => import('@azure/identity'),
    words,
  );
  const { SecretClient } = await importOptional(
    '@azure/keyvault-secrets',
    () => import('@azure/keyvault-secrets'),
    words,
  );
  const credential = new DefaultAzureCredential();
  const clients = new Map<string, InstanceType<typeof SecretClient>>();
  return (host: string) => {
    const client = clients.get(host) ?? new SecretClient(`https://${host}`, credential);
    clients.set(host, client);
    return client;
  };
}

/** The host of a vault: `main` is main.vault.azure.net. Any host that is not Azure's is refused: the token would go there. */
function hostOf(vault: string): string {
  const text = vault
    .replace(/^https:\/\//, '')
    .replace(/\/$/, '')
    .toLowerCase();
  const dot = text.indexOf('.');
  const [name, domain] = dot === -1 ? [text, DOMAINS[0]] : [text.slice(0, dot), text.slice(dot + 1)];
  if (domain !== undefined && DOMAINS.includes(domain) && /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/.test(name)) {
    return `${name}.${domain}`;
  }
  throw new StoreFailure(
    'store-reference',
    'not a valid Azure Key Vault',
    `Write the name of the vault, or its host, which ends in ${DOMAINS.join(', ')}.`,
  );
}

/** Name and version become parts of a path (Key Vault docs, object identifiers). */
function checkNames({ name, version }: AzureSource): void {
  if (!/^[0-9A-Za-z-]{1,127}$/.test(name)) {
    throw new StoreFailure(
      'store-reference',
      'not a valid secret name',
      'A name has letters, digits and dashes.',
    );
  }
  if (version !== undefined && !/^[0-9A-Za-z]{1,64}$/.test(version)) {
    throw new StoreFailure(
      'store-reference',
      'not a valid secret version',
      'A version has 32 letters and digits: az keyvault secret list-versions',
    );
  }
}

const LOGIN = 'Log in (az login), or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.';

/** The statuses and codes of Key Vault's REST API, and the errors of Azure's login library. */
function explainAzure(error: unknown): StoreFailure | undefined {
  const network = explainNetwork(error);
  if (network !== undefined || !(error instanceof Error)) return network;
  const status = 'statusCode' in error ? Number(error.statusCode) : 0;
  switch (error.name) {
    case 'CredentialUnavailableError':
    case 'AggregateAuthenticationError':
      return new StoreFailure('store-setup', 'no login for Azure is set', LOGIN);
    case 'AuthenticationError':
    case 'AuthenticationRequiredError':
      return new StoreFailure('store-denied', 'the login has expired or is not accepted', LOGIN);
  }
  if (/challenge resource/i.test(error.message)) {
    return new StoreFailure(
      'store-denied',
      'the vault asks for a token for another domain',
      'Check the host of the vault, and the network: Azure does not respond like this.',
    );
  }
  switch (status) {
    case 401:
      return new StoreFailure('store-denied', 'the login has expired or is not accepted', LOGIN);
    case 403:
      return new StoreFailure(
        'store-denied',
        'this identity may not read it, the secret is disabled, or the firewall of the vault is closed (status 403)',
        'Grant it the role Key Vault Secrets User, and check that the secret is enabled.',
      );
    case 404:
      return new StoreFailure(
        'store-missing',
        'no such secret or version',
        'List what exists: az keyvault secret list',
      );
    case 429:
      return new StoreFailure('store-unreachable', 'too many requests (status 429)', 'Run it again later.');
  }
  if (status >= 400) {
    return new StoreFailure(
      'store-answer',
      `unexpected response from Azure (status ${status})`,
      'Run it again later.',
    );
  }
  return undefined;
}
