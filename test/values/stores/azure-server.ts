/*
 * A server that stands for two hosts of Azure, behind a proxy of its own, so that the SDK speaks to the real names over TLS.
 *
 * - the proxy: `CONNECT HOST:443` leads to the server below, whatever the host; `hosts` lists who was asked for.
 * - `login.microsoftonline.com`: `GET /TENANT/v2.0/.well-known/openid-configuration`, and `POST /TENANT/oauth2/v2.0/token` with the
 *   client credentials flow: `{token_type, expires_in, access_token}`, or 401 `{error: "invalid_client", …}`.
 * - `NAME.vault.azure.net`: without a token, 401 with `WWW-Authenticate: Bearer authorization="…", resource="…"`; then
 *   `GET /secrets/NAME/VERSION` gives `{value, id, attributes}`, or `{error: {code, message}}`.
 */
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Certificate } from './certificates.js';
import { serve } from './http-server.js';

const LOGIN = 'login.microsoftonline.com';

/** The names that the certificate has to be for. */
export const AZURE_NAMES = [`DNS:${LOGIN}`, 'DNS:main.vault.azure.net'];

/** A secret's answer: its value, or a status and the code of the error. */
export type AzureSecret = string | { readonly status: number; readonly code: string };

export interface AzureServer {
  /** For `HTTPS_PROXY`. */
  readonly proxy: string;
  /** By `NAME/VERSION`; the newest version is `NAME/`. */
  readonly secrets: Map<string, AzureSecret>;
  readonly clientSecret: string;
  /** The domain that the vault asks a token for. */
  resource: string;
  /** The hosts that the proxy was asked for. */
  readonly hosts: Set<string>;
  /** How many tokens were given. */
  tokens: number;
  /** Answers in place of the vault, where it is set. */
  instead: RequestListener | undefined;
  readonly close: () => Promise<void>;
}

export async function startAzure(certificate: Certificate, tenant: string): Promise<AzureServer> {
  const secrets = new Map<string, AzureSecret>();
  const hosts = new Set<string>();
  const https = await serve((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'https://azure');
    const send = (status: number, body: object, headers: Record<string, string> = {}): void => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    };
    if (request.headers.host === LOGIN) {
      const base = `https://${LOGIN}/${tenant}`;
      if (pathname.endsWith('/openid-configuration')) {
        send(200, {
          token_endpoint: `${base}/oauth2/v2.0/token`,
          authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
          issuer: `${base}/v2.0`,
          jwks_uri: `${base}/discovery/v2.0/keys`,
        });
      } else if (pathname === `/${tenant}/oauth2/v2.0/token`) {
        void text(request).then((body) => {
          if (new URLSearchParams(body).get('client_secret') === server.clientSecret) {
            server.tokens += 1;
            send(200, { token_type: 'Bearer', expires_in: 3600, access_token: `token-${server.tokens}` });
          } else {
            send(401, { error: 'invalid_client', error_description: 'AADSTS7000215: about cAn4ry' });
          }
        });
      } else {
        send(404, {});
      }
      return;
    }
    if (server.instead !== undefined) {
      server.instead(request, response);
      return;
    }
    if (!/^Bearer token-\d+$/.test(request.headers.authorization ?? '')) {
      const challenge = `Bearer authorization="https://${LOGIN}/${tenant}", resource="${server.resource}"`;
      send(401, { error: { code: 'Unauthorized', message: '' } }, { 'www-authenticate': challenge });
      return;
    }
    const secret = secrets.get(pathname.replace('/secrets/', ''));
    if (secret === undefined) {
      send(404, { error: { code: 'SecretNotFound', message: 'about cAn4ry' } });
    } else if (typeof secret === 'string') {
      const id = `https://main.vault.azure.net${pathname.replace(/\/$/, '/0123456789abcdef0123456789abcdef')}`;
      send(200, { value: secret, id, attributes: { enabled: true } });
    } else {
      send(secret.status, { error: { code: secret.code, message: 'about cAn4ry' } });
    }
  }, certificate);

  const sockets = new Set<Socket>();
  const proxy = createServer();
  proxy.on('connect', (request, socket: Socket) => {
    hosts.add(request.url ?? '');
    const inner = connect(https.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      inner.pipe(socket);
      socket.pipe(inner);
    });
    for (const one of [socket, inner]) {
      sockets.add(one);
      one.on('error', () => {
        socket.destroy();
        inner.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const server: AzureServer = {
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    secrets,
    clientSecret: 'client-secret',
    resource: 'https://vault.azure.net',
    hosts,
    tokens: 0,
    instead: undefined,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await https.close();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
  return server;
}
