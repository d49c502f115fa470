import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { defined } from '../../model/index.js';
import type { ConnectionSettings } from './settings.js';

/** How one attempt to connect uses TLS: not at all, or with these options. */
export type TlsAttempt = false | ConnectionOptions;

/** TLS cannot be set up: a file is missing, or a mode needs one. */
class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

/**
 * What to try, in order, for libpq's `sslmode` (PostgreSQL docs, "SSL Support"): `allow` tries without TLS first and `prefer` with
 * it, each then the other way; `require` checks no certificate unless there is a root certificate; `verify-ca` checks the chain,
 * `verify-full` the name too. A Unix socket has no TLS.
 * @throws TlsFileError where a certificate or key cannot be read, or `verify-ca` has no root certificate.
 */
export async function tlsAttempts(
  settings: ConnectionSettings,
  host: string,
): Promise<readonly TlsAttempt[]> {
  const { sslMode } = settings;
  if (host.startsWith('/') || sslMode === 'disable') return [false];
  const own = await clientCertificate(settings);
  const unchecked: ConnectionOptions = { ...own, rejectUnauthorized: false };
  switch (sslMode) {
    case 'allow':
      return [false, unchecked];
    case 'prefer':
      return [unchecked, false];
    case 'require':
      return settings.sslRootCert === undefined || settings.sslRootCert === 'system'
        ? [unchecked]
        : [await anyName(settings.sslRootCert, own)];
    case 'verify-ca':
      if (settings.sslRootCert === undefined || settings.sslRootCert === 'system') {
        throw new TlsFileError(
          "sslmode verify-ca needs sslrootcert, the file of the authority that signed the server's certificate",
        );
      }
      return [await anyName(settings.sslRootCert, own)];
    case 'verify-full':
      return [
        settings.sslRootCert === undefined || settings.sslRootCert === 'system'
          ? own
          : { ...own, ca: await read(settings.sslRootCert, 'sslrootcert') },
      ];
  }
}

async function anyName(rootCert: string, own: ConnectionOptions): Promise<ConnectionOptions> {
  return { ...own, ca: await read(rootCert, 'sslrootcert'), checkServerIdentity: () => undefined };
}

async function clientCertificate(settings: ConnectionSettings): Promise<ConnectionOptions> {
  const { sslCert, sslKey } = settings;
  return defined({
    cert: sslCert === undefined ? undefined : await read(sslCert, 'sslcert'),
    key: sslKey === undefined ? undefined : await read(sslKey, 'sslkey'),
  });
}

async function read(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new TlsFileError(`the file of ${setting} cannot be read: ${path}`);
  }
}
