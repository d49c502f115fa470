import { SMALL_FILE, readBounded } from '../../files/read.js';
import { defined, errorCode } from '../../model/index.js';
import type { Environment, Target } from '../../model/index.js';
import { REQUIRE_TLS, exposedTargets, requiresTls } from '../../net/exposure.js';
import { acceptsAnyCertificate, httpTarget } from '../../net/host.js';
import { createTransport } from '../../net/transport.js';
import type { Transport, TransportFailure } from '../../net/transport.js';
import { parseJson } from '../document.js';
import type { DocumentNode } from '../document.js';
import { MAX_BYTES } from '../local-file.js';
import { StoreFailure, tooLarge } from '../store.js';
import type { ValueContext } from '../reading.js';
import { textOf } from '../transforms.js';
import { NAMESPACE_PATTERN } from './source.js';

/** Where Vault is and how it is reached: all of it from the environment, so that no configuration can lead a token astray. */
export interface VaultHost {
  /** `VAULT_ADDR`, without a slash at its end. */
  readonly address: string;
  /** In full, from the root namespace; `undefined` for the root itself. */
  readonly namespace: string | undefined;
  readonly transport: Transport;
  /** Set where its TLS is not verified, and somebody else can be on the way. */
  readonly exposed: Target | undefined;
}

/** An answer of Vault: its status, and the parsed body; `undefined` where it is empty. */
export interface VaultAnswer {
  readonly status: number;
  readonly body: DocumentNode | undefined;
}

/** A request to Vault's API. */
export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/v1/`, already encoded. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
}

/**
 * Reads the variables that Vault's own program takes for the connection: `VAULT_ADDR`, `VAULT_NAMESPACE`, `VAULT_CACERT`,
 * `VAULT_SKIP_VERIFY` (Vault docs, environment variables).
 * @param child a namespace below that of `VAULT_NAMESPACE`
 * @throws StoreFailure `store-setup` where one is missing or cannot be used
 */
export async function findVault({ env }: ValueContext, child: string | undefined): Promise<VaultHost> {
  const address = env['VAULT_ADDR'] ?? '';
  if (address === '') {
    throw setup(
      'VAULT_ADDR is not set',
      'Set VAULT_ADDR to the address of Vault: https://vault.example.com:8200',
    );
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw setup('VAULT_ADDR is not a valid URL', 'Write it as https://vault.example.com:8200.');
  }
  const skips = /^(1|t|true)$/i.test(env['VAULT_SKIP_VERIFY'] ?? '');
  const exposed = exposedTarget(url, skips, env);
  return {
    exposed,
    address: url.href.replace(/\/+$/, ''),
    namespace: namespaceOf(env, child),
    transport: createTransport({
      env,
      tls: {
        ...(await authority(env['VAULT_CACERT'])),
        ...(skips ? { rejectUnauthorized: false } : {}),
      },
    }),
  };
}

/**
 * Vault's server, where somebody on the way could read token and values.
 * @throws StoreFailure where that is refused
 */
function exposedTarget(url: URL, skips: boolean, env: Environment): Target | undefined {
  const [exposed] = exposedTargets([httpTarget(url, skips || acceptsAnyCertificate(env))]);
  if (exposed === undefined || !requiresTls(env)) return exposed;
  throw setup(
    `${REQUIRE_TLS} is set, and VAULT_ADDR is reached without verified TLS: ${exposed.exposure ?? ''}`,
    'Set VAULT_ADDR to an https address, and VAULT_CACERT to the file of its authority.',
  );
}

/** The namespace of the environment, and the one below it. */
function namespaceOf(env: ValueContext['env'], child: string | undefined): string | undefined {
  const parent = env['VAULT_NAMESPACE'] ?? '';
  if (!/^[\x20-\x7e]*$/.test(parent)) {
    throw setup('VAULT_NAMESPACE is not a valid namespace', 'Write it as parent/child.');
  }
  if (child === undefined) return parent === '' ? undefined : parent;
  if (new RegExp(NAMESPACE_PATTERN).test(child))
    return [...parent.split('/').filter(Boolean), child].join('/');
  throw new StoreFailure('store-reference', 'not a valid namespace', 'Write it as parent/child.');
}

async function authority(path: string | undefined): Promise<{ ca?: Buffer }> {
  if (path === undefined || path === '') return {};
  try {
    return { ca: (await readBounded(path, SMALL_FILE)).bytes };
  } catch (error) {
    throw setup(
      `the file that VAULT_CACERT names cannot be read (${errorCode(error) ?? 'unknown error'})`,
      'Set VAULT_CACERT to a file with the certificate of the authority, in PEM.',
    );
  }
}

/**
 * Sends one request. A redirect is never followed: the token would go along.
 * @throws StoreFailure where there is no response, for a redirect, and for a response that is too large or is not JSON
 */
export async function askVault(
  { address, namespace, transport }: VaultHost,
  { method, path, token, body }: VaultRequest,
  signal: AbortSignal,
): Promise<VaultAnswer> {
  const result = await transport.send({
    method,
    url: new URL(`${address}/v1/${path}`),
    headers: {
      // Vault's agents and proxies ask for it, so that no web page can make a browser send such a request.
      'x-vault-request': 'true',
      ...defined({ 'x-vault-token': token, 'x-vault-namespace': namespace }),
    },
    ...defined({ body: body === undefined ? undefined : JSON.stringify(body) }),
    maxBytes: MAX_RESPONSE_BYTES,
    signal,
  });
  if (!result.ok) throw noResponse(result);
  const { status, bytes } = result;
  if (status >= 300 && status < 400) {
    throw new StoreFailure(
      'store-answer',
      `Vault redirects to another address (status ${status}), which is not followed`,
      'Set VAULT_ADDR to the active node, or to a load balancer that leads there.',
    );
  }
  return { status, body: parseBody(bytes) };
}

/** JSON escapes make a value longer than it is, six times at worst. */
const MAX_RESPONSE_BYTES = 6 * MAX_BYTES;

function noResponse({ kind, words, next }: TransportFailure): StoreFailure {
  if (kind === 'too-large') return tooLarge();
  if (kind === 'timeout') return new StoreFailure('store-timeout', words, next);
  if (kind === 'not-http') return new StoreFailure('store-answer', words, next);
  const advice =
    kind === 'certificate' ? 'Name the file of the authority that signed it in VAULT_CACERT.' : next;
  return new StoreFailure('store-unreachable', words, advice);
}

function parseBody(bytes: Buffer): DocumentNode | undefined {
  if (bytes.byteLength === 0) return undefined;
  const text = textOf(bytes);
  const document = text === undefined ? undefined : parseJson(text);
  if (document !== undefined) return document;
  throw new StoreFailure(
    'store-answer',
    'unexpected response (not JSON), so it is not from Vault',
    'Check VAULT_ADDR: a proxy or a portal may be answering there.',
  );
}

/** A value of a document by its names, one below the other; `undefined` where there is none. */
export function below(node: DocumentNode | undefined, ...names: readonly string[]): DocumentNode | undefined {
  return names.reduce<DocumentNode | undefined>(
    (at, name) => (at?.kind === 'map' ? at.entries.get(name) : undefined),
    node,
  );
}

/** A text of a document by its names; `undefined` where there is none. */
export function textBelow(node: DocumentNode | undefined, ...names: readonly string[]): string | undefined {
  const found = below(node, ...names);
  return found?.kind === 'leaf' && found.type === 'text' ? found.text : undefined;
}

/** A failure of what this machine has to bring along. */
export function setup(why: string, next: string): StoreFailure {
  return new StoreFailure('store-setup', why, next);
}
