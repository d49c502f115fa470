/*
 * A server that speaks the part of Vault's HTTP API which reading a key/value secret takes, as HashiCorp documents it.
 *
 * | request | answer |
 * | --- | --- |
 * | `POST /v1/auth/MOUNT/login` `{role_id, secret_id}` | `{auth: {client_token, lease_duration, …}}`; 400 where an id is wrong |
 * | `GET /v1/sys/internal/ui/mounts/PATH` | `{data: {path, type, options: {version}}}`; 403 where nothing is mounted |
 * | version 1: `GET /v1/MOUNT/PATH` | `{data: {FIELD: …}}`; 404 `{errors: []}` |
 * | version 2: `GET /v1/MOUNT/data/PATH?version=N` | `{data: {data: {FIELD: …}, metadata: {version, deletion_time, destroyed, …}}}` |
 *
 * - A version of version 2 that is deleted or destroyed: 404 with `data.data: null` and its metadata.
 * - Without a token that is valid, anything but a login: 403 `{errors: ["permission denied"]}`.
 * - Sealed: 503 `{errors: ["Vault is sealed"]}` to everything.
 * - `X-Vault-Namespace` is a prefix of every path (Vault Enterprise).
 */
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One version of a secret: its fields as JSON text (so that numbers stay as they are), or `deleted`, or `destroyed`. */
export type StoredVersion = string;

export interface VaultModel {
  /** By path, with a slash at the end, the namespace before it. */
  readonly mounts: Record<string, { type: string; version?: '1' | '2' }>;
  /** By path from the mount on; version 1 has one element. */
  readonly secrets: Record<string, StoredVersion[]>;
  readonly tokens: Set<string>;
  /** AppRole's mount (the namespace before it), role and secret id; each login gives a new token. */
  readonly roles: { mount: string; role_id: string; secret_id: string }[];
  sealed: boolean;
}

export interface VaultServer {
  readonly address: string;
  readonly model: VaultModel;
  /** Method and path of what came in. */
  readonly requests: string[];
  /** Answers in place of Vault, where it is set. */
  instead: RequestListener | undefined;
  readonly close: () => Promise<void>;
}

export async function startVault(tls?: { key: string; cert: string }): Promise<VaultServer> {
  const model: VaultModel = { mounts: {}, secrets: {}, tokens: new Set(['root']), roles: [], sealed: false };
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (server.instead !== undefined) server.instead(request, response);
    else void answer(model, request, response);
  };
  const http: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const server: VaultServer = {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    model,
    requests,
    instead: undefined,
    close: () =>
      new Promise((resolve) => {
        http.close(() => {
          resolve();
        });
        http.closeAllConnections();
      }),
  };
  return server;
}

async function answer(model: VaultModel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, body: string): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  const refuse = (status: number, ...errors: string[]): void => {
    send(status, JSON.stringify({ errors }));
  };
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '', 'http://vault');
  const namespace = request.headers['x-vault-namespace'];
  const path = decodeURIComponent(url.pathname.replace(/^\/v1\//, ''));
  const prefix = typeof namespace === 'string' ? `${namespace.replace(/\/$/, '')}/` : '';
  if (model.sealed) {
    refuse(503, 'Vault is sealed');
    return;
  }
  const login = /^auth\/(.+)\/login$/.exec(path);
  if (login !== null && request.method === 'POST') {
    const { role_id, secret_id } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
    const role = model.roles.find(
      (one) => one.mount === `${prefix}${login[1] ?? ''}` && one.role_id === role_id,
    );
    if (role === undefined || role.secret_id !== secret_id) {
      refuse(400, 'invalid role or secret ID');
      return;
    }
    const token = `hvs.${model.tokens.size}`;
    model.tokens.add(token);
    send(200, JSON.stringify({ auth: { client_token: token, lease_duration: 1200, renewable: true } }));
    return;
  }
  if (!model.tokens.has(String(request.headers['x-vault-token'])) || request.method !== 'GET') {
    refuse(403, 'permission denied');
    return;
  }
  const preflight = path.startsWith('sys/internal/ui/mounts/');
  const asked = prefix + path.replace('sys/internal/ui/mounts/', '');
  const mount = Object.keys(model.mounts).find((one) => `${asked}/`.startsWith(one));
  const { type, version } = model.mounts[mount ?? ''] ?? { type: '' };
  if (mount === undefined) {
    if (preflight)
      refuse(403, `preflight capability check returned 403, please ensure access to "${asked}/"`);
    else refuse(404, `no handler for route "${asked}"`);
    return;
  }
  if (preflight) {
    const options = version === undefined ? null : { version };
    send(200, JSON.stringify({ data: { path: mount.slice(prefix.length), type, options } }));
    return;
  }
  const rest = asked.slice(mount.length);
  if (version !== '2') {
    const fields = model.secrets[mount + rest]?.[0];
    if (fields === undefined) refuse(404);
    else send(200, `{"lease_id":"","renewable":false,"data":${fields}}`);
    return;
  }
  const versions = model.secrets[mount + rest.replace(/^data\//, '')] ?? [];
  const wanted = Number(url.searchParams.get('version') ?? versions.length);
  const stored = versions[wanted - 1];
  if (!rest.startsWith('data/') || stored === undefined) {
    refuse(404);
    return;
  }
  const gone = stored === 'deleted' || stored === 'destroyed';
  const metadata = JSON.stringify({
    created_time: '2026-01-02T03:04:05.678Z',
    custom_metadata: null,
    deletion_time: gone ? '2026-02-03T04:05:06.789Z' : '',
    destroyed: stored === 'destroyed',
    version: wanted,
  });
  send(gone ? 404 : 200, `{"data":{"data":${gone ? 'null' : stored},"metadata":${metadata}}}`);
}
