import { defined } from '../../model/index.js';
import type { Diagnostic } from '../../model/index.js';
import { exposureWarnings } from '../../net/exposure.js';
import type { DocumentNode } from '../document.js';
import { vaultName } from './source.js';
import type { VaultSource } from './source.js';
import { StoreFailure, readStore } from '../store.js';
import { STORE_TIMEOUT_MS } from '../store-limits.js';
import type { AnyReading, ValueContext } from '../reading.js';
import { below } from './http.js';
import { encodePath, vaultSession, wrongAnswer } from './session.js';
import type { VaultMount, VaultSession } from './session.js';

type Fields = DocumentNode & { kind: 'map' };

/**
 * Reads a secret of HashiCorp Vault's key/value store, version 1 or 2. Address and login come from the environment only
 * (`VAULT_ADDR`, `VAULT_TOKEN` and the others of Vault's own program).
 * @param timeoutMs how long it may take, in milliseconds
 * @returns the fields as a document, for `key` to be taken from; where there is one field, its text is the whole;
 *   or a problem that names the path and never a value
 */
export function readVault(
  source: VaultSource,
  context: ValueContext,
  timeoutMs: number = STORE_TIMEOUT_MS,
): Promise<AnyReading> {
  return readStore({
    what: vaultName(source),
    context,
    timeoutMs,
    async read(signal) {
      const path = pathOf(source);
      const session = await vaultSession(context, source.namespace, signal);
      const fields = await readFields(session, { path, version: source.version }, signal);
      const [first, ...others] = fields.entries.values();
      if (first === undefined) throw missing('it has no fields', 'Add one: vault kv put');
      const isWhole = others.length === 0 && first.kind === 'leaf' && first.type !== 'null';
      return {
        document: fields,
        ...(isWhole ? { whole: first.text } : {}),
        ...defined({ problem: exposureProblem(session, context) }),
      };
    },
  });
}

/** The path without slashes at its ends. `.` and `..` would lead to another part of Vault's API. */
function pathOf(source: VaultSource): string {
  const path = source.path.replace(/^\/+|\/+$/g, '');
  const parts = path.split('/');
  if (parts.length > 1 && parts.every((part) => part !== '' && part !== '.' && part !== '..')) return path;
  throw new StoreFailure(
    'store-reference',
    'not a valid secret path',
    'Write MOUNT/PATH, as `vault kv get` takes it.',
  );
}

async function readFields(
  session: VaultSession,
  { path, version }: { path: string; version: number | undefined },
  signal: AbortSignal,
): Promise<Fields> {
  const mount = await session.mountOf(path, signal);
  if (mount.version === 1 && version !== undefined) {
    throw new StoreFailure(
      'store-reference',
      `the store at ${mount.path} does not keep versions`,
      'Leave out `version`, or upgrade the store: vault kv enable-versioning',
    );
  }
  const rest = path.slice(mount.path.length);
  const api = `${encodePath(mount.path)}${mount.version === 2 ? 'data/' : ''}${encodePath(rest)}`;
  const { status, body } = await session.get(
    version === undefined ? api : `${api}?version=${version}`,
    signal,
  );
  if (status === 403) {
    throw new StoreFailure(
      'store-denied',
      'the token may not read it, or has expired (status 403)',
      'Check the policy of the token, and whether it is still valid: vault token lookup',
    );
  }
  if (status !== 200 && status !== 404) throw wrongAnswer(status);
  return fieldsOf({ status, data: below(body, 'data') }, { mount, rest, version, session });
}

/**
 * The fields of an answer. Version 2 has them in `data.data`, beside `data.metadata`; a version that was deleted has its
 * metadata still, with status 404 (Vault docs, KV version 2 API).
 */
function fieldsOf(
  { status, data }: { status: number; data: DocumentNode | undefined },
  {
    mount,
    rest,
    version,
    session,
  }: { mount: VaultMount; rest: string; version: number | undefined; session: VaultSession },
): Fields {
  const fields = mount.version === 2 ? below(data, 'data') : data;
  if (status === 200 && fields?.kind === 'map') return fields;
  const metadata = mount.version === 2 ? below(data, 'metadata') : undefined;
  if (metadata !== undefined) {
    const destroyed = below(metadata, 'destroyed');
    throw destroyed?.kind === 'leaf' && destroyed.text === 'true'
      ? missing('this version is destroyed for good', 'Write a new version, or name one that still exists.')
      : missing('this version is deleted', 'Restore it (vault kv undelete), or name another one.');
  }
  if (status === 200) throw wrongAnswer(status);
  if (mount.version === 2 && rest.startsWith('data/')) {
    throw missing(
      'nothing exists at this path',
      'Leave `data/` out of the path: it is part of the API, and is added.',
    );
  }
  throw missing(
    version === undefined ? 'nothing exists at this path' : 'nothing exists at this path, or no such version',
    `List what exists: ${session.kvCommand('list', mount.path)}`,
  );
}

/** Said once for a run, whatever the number of secrets. */
function exposureProblem({ exposed }: VaultSession, context: ValueContext): Diagnostic | undefined {
  const warning = context.once(exposureProblem, () => ({ isDue: true }));
  if (exposed === undefined || !warning.isDue) return undefined;
  warning.isDue = false;
  return exposureWarnings([exposed], 'The value source vault')[0];
}

function missing(why: string, next: string): StoreFailure {
  return new StoreFailure('store-missing', why, next);
}
