/*
 * A server that speaks the part of Google Cloud Secret Manager's REST API which reading takes, as Google documents it.
 *
 * `GET /v1/projects/P/secrets/S/versions/V:access` gives `{name, payload: {data: BASE64, dataCrc32c: "DECIMAL"}}`; a failure is
 * `{error: {code, message, status}}` with the HTTP status of its `google.rpc.Code`. `projects/P/locations/L/secrets/…` is a regional
 * secret.
 *
 * The login is a service account's, without a call to Google: the client signs a JWT with the key of the account (RS256), and sends
 * it as the bearer token; the server checks signature, issuer and expiry.
 */
import { generateKeyPairSync, verify } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { serve } from './http-server.js';

const EMAIL = 'reader@project.iam.gserviceaccount.com';

/** A version of a secret, or the error that reading it gives. */
export type GcpVersion =
  { readonly data: Buffer; readonly crc32c?: string } | { readonly status: number; readonly error: string };

export interface GcpServer {
  readonly url: string;
  /** By their full names. */
  readonly versions: Map<string, GcpVersion>;
  /** What a service account's key file holds. */
  readonly keyFile: string;
  /** Answers in place of Google, where it is set. */
  instead: RequestListener | undefined;
  readonly close: () => Promise<void>;
}

export async function startGcp(): Promise<GcpServer> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const versions = new Map<string, GcpVersion>();
  const http = await serve((request, response) => {
    if (server.instead !== undefined) {
      server.instead(request, response);
      return;
    }
    const fail = (code: number, status: string): void => {
      const error = { code, status, message: `about cAn4ry` };
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    };
    const [head = '', body = '', signature = ''] = (request.headers.authorization ?? '')
      .replace('Bearer ', '')
      .split('.');
    const isSigned = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${body}`),
      keys.publicKey,
      Buffer.from(signature, 'base64url'),
    );
    const claims = isSigned
      ? (JSON.parse(Buffer.from(body, 'base64url').toString()) as { iss: string; exp: number })
      : undefined;
    if (claims?.iss !== EMAIL || claims.exp < Date.now() / 1000) {
      fail(401, 'UNAUTHENTICATED');
      return;
    }
    const { pathname } = new URL(request.url ?? '', 'http://gcp');
    const name = /^\/v1\/(.+):access$/.exec(decodeURIComponent(pathname))?.[1] ?? '';
    const version = versions.get(name);
    if (version === undefined) {
      fail(404, 'NOT_FOUND');
    } else if ('error' in version) {
      fail(version.status, version.error);
    } else {
      const payload = {
        data: version.data.toString('base64'),
        ...(version.crc32c === undefined ? {} : { dataCrc32c: version.crc32c }),
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name, payload }));
    }
  });
  const server: GcpServer = {
    url: `http://127.0.0.1:${http.port}/`,
    versions,
    keyFile: JSON.stringify({
      type: 'service_account',
      project_id: 'project',
      private_key_id: '1',
      private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: EMAIL,
      client_id: '2',
      token_uri: 'https://oauth2.googleapis.com/token',
      universe_domain: 'googleapis.com',
    }),
    instead: undefined,
    close: http.close,
  };
  return server;
}
