import { join } from 'node:path';
import { SMALL_FILE, readTextBounded } from '../../files/read.js';
import type { Sensitive, Target } from '../../model/index.js';
import { StoreFailure } from '../store.js';
import type { ValueContext } from '../reading.js';
import { askVault, findVault, setup, textBelow } from './http.js';
import type { VaultAnswer, VaultHost } from './http.js';

/** Where a key/value store is mounted, `secret/`, and which of the two APIs it speaks. */
export interface VaultMount {
  readonly path: string;
  readonly version: 1 | 2;
}

/** What a run knows of one namespace of Vault: host, token, mounts. All readers of a run share it. */
export interface VaultSession {
  /** Sends a GET with the token. `path` is below `/v1/`, already encoded. */
  readonly get: (path: string, signal: AbortSignal) => Promise<VaultAnswer>;
  /** The mount that a path lies in. */
  readonly mountOf: (path: string, signal: AbortSignal) => Promise<VaultMount>;
  /** A command of Vault's own program for a path of this namespace, for messages. */
  readonly kvCommand: KvCommand;
  /** Where its TLS is not verified. */
  readonly exposed: Target | undefined;
}

type KvCommand = (verb: string, path: string) => string;

/**
 * The run's session with one namespace of Vault; the first caller logs in there. A failed login is not repeated in the run: Vault locks out identities that
 * keep trying.
 * @throws StoreFailure where address or login are missing or refused
 */
export function vaultSession(
  context: ValueContext,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<VaultSession> {
  const sessions = context.once(vaultSession, () => new Map<string | undefined, Promise<VaultSession>>());
  const session = sessions.get(namespace) ?? open(context, namespace, signal);
  sessions.set(namespace, session);
  return session;
}

async function open(
  context: ValueContext,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<VaultSession> {
  const host = await findVault(context, namespace);
  const flag = namespace === undefined ? '' : `-namespace=${host.namespace ?? ''} `;
  const kvCommand: KvCommand = (verb, path) => `vault kv ${verb} ${flag}${path}`;
  const token = await findToken(host, context, signal);
  const get: VaultSession['get'] = (path, stop) =>
    askVault(host, { method: 'GET', path, token: token.reveal() }, stop);
  const mounts = new Map<string, Promise<VaultMount>>();
  const mountAt = (name: string, path: string, stop: AbortSignal): Promise<VaultMount> => {
    const mount = mounts.get(name) ?? findMount({ get, kvCommand }, path, stop);
    mounts.set(name, mount);
    return mount;
  };
  return {
    get,
    kvCommand,
    exposed: host.exposed,
    async mountOf(path, stop) {
      // One request for all paths that begin alike, and another only for those that are in another mount.
      const shared = await mountAt(path.split('/', 1)[0] ?? '', path, stop).catch(() => undefined);
      if (shared !== undefined && `${path}/`.startsWith(shared.path)) return shared;
      return mountAt(path, path, stop);
    },
  };
}

/**
 * The token: `VAULT_TOKEN`; else a login with AppRole where `VAULT_ROLE_ID` is set; else the file that `vault login` writes.
 */
async function findToken(host: VaultHost, context: ValueContext, signal: AbortSignal): Promise<Sensitive> {
  const { env, home } = context;
  const token = env['VAULT_TOKEN'] ?? '';
  if (token !== '') return tokenFrom(token, 'VAULT_TOKEN', context);
  const role = env['VAULT_ROLE_ID'] ?? '';
  if (role !== '') return logIn(host, role, context, signal);
  const saved =
    home === undefined ? '' : await readTextBounded(join(home, '.vault-token'), SMALL_FILE).catch(() => '');
  if (saved.trim() !== '') return tokenFrom(saved, 'the file ~/.vault-token', context);
  throw setup(
    'no login for Vault is set',
    'Set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or run: vault login',
  );
}

/** A token goes into a header, which takes printable ASCII only. */
function tokenFrom(text: string, place: string, { sensitive }: ValueContext): Sensitive {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return sensitive(token);
  throw setup(`${place} does not hold a valid token`, 'Put a token there, and nothing else: vault login');
}

/** Logs in with AppRole: POST auth/approle/login gives `auth.client_token` (Vault docs, AppRole API). */
async function logIn(
  host: VaultHost,
  role: string,
  { env, sensitive }: ValueContext,
  signal: AbortSignal,
): Promise<Sensitive> {
  const secret = env['VAULT_SECRET_ID'] ?? '';
  if (secret === '') {
    throw setup(
      'VAULT_ROLE_ID is set, but VAULT_SECRET_ID is not',
      'Set VAULT_SECRET_ID to a secret id of this role.',
    );
  }
  const mount = encodePath((env['VAULT_LOGIN_MOUNT_POINT'] ?? '').replace(/^\/+|\/+$/g, '')) || 'approle';
  const { status, body } = await askVault(
    host,
    {
      method: 'POST',
      path: `auth/${mount}/login`,
      body: { role_id: role, secret_id: secret },
    },
    signal,
  );
  if (status === 400 || status === 403 || status === 404) {
    throw new StoreFailure(
      'store-denied',
      `Vault refuses the login with AppRole (status ${status})`,
      'Check VAULT_ROLE_ID and VAULT_SECRET_ID: a secret id may have expired or be used up.',
    );
  }
  const token = textBelow(body, 'auth', 'client_token') ?? '';
  if (status !== 200 || token === '') throw wrongAnswer(status);
  return sensitive(token);
}

/**
 * Finds the mount of a path, as Vault's own `kv` commands do: GET sys/internal/ui/mounts/PATH (Vault docs, internal UI
 * mounts). Only key/value stores are read: no path of a configuration reaches another part of Vault.
 */
async function findMount(
  { get, kvCommand }: Pick<VaultSession, 'get' | 'kvCommand'>,
  path: string,
  signal: AbortSignal,
): Promise<VaultMount> {
  const { status, body } = await get(`sys/internal/ui/mounts/${encodePath(path)}`, signal);
  if (status === 403) {
    throw new StoreFailure(
      'store-denied',
      'the token may not use this path, has expired, or nothing is mounted there (status 403)',
      `Check the path and the token: ${kvCommand('get', path)}`,
    );
  }
  if (status !== 200) throw wrongAnswer(status);
  const [mount, type] = [textBelow(body, 'data', 'path'), textBelow(body, 'data', 'type')];
  if (mount === undefined || type === undefined) throw wrongAnswer(status);
  if (type !== 'kv' && type !== 'generic') {
    throw new StoreFailure(
      'store-reference',
      `the mount ${mount} is not a key/value store`,
      'Name a secret of a key/value store: MOUNT/PATH, as `vault kv get` takes it.',
    );
  }
  return {
    path: mount.endsWith('/') ? mount : `${mount}/`,
    version: textBelow(body, 'data', 'options', 'version') === '2' ? 2 : 1,
  };
}

/** A path, each of its parts encoded. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** The failure of a status that says nothing about the secret itself: trouble in Vault, or an unexpected response. */
export function wrongAnswer(status: number): StoreFailure {
  if (status === 503) {
    return new StoreFailure(
      'store-unreachable',
      'Vault is sealed or under maintenance (status 503)',
      'Have it unsealed: vault status',
    );
  }
  if (status === 429) {
    return new StoreFailure(
      'store-unreachable',
      'too many requests (status 429)',
      'Wait a little, then run it again.',
    );
  }
  return new StoreFailure(
    'store-answer',
    status === 200
      ? 'unexpected response from Vault (status 200, but not the documented shape)'
      : `unexpected response from Vault (status ${status})`,
    'Check VAULT_ADDR, and the state of Vault: vault status',
  );
}
