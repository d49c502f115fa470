import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { SMALL_FILE, readTextBounded } from '../../files/read.js';
import { defined, errorCode } from '../../model/index.js';
import type { Host } from './hosts.js';
import type { SslSettings } from './ssl.js';

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
  settings: SslSettings,
  { host, address }: Host,
): Promise<readonly TlsAttempt[]> {
  const { sslMode } = settings;
  if (sslMode === 'disable' || (host.startsWith('/') && address === undefined)) return [false];
  const own = {
    ...(await ownOptions(settings)),
    ...(isIP(host) === 0 && !host.startsWith('/') ? { servername: host } : {}),
  };
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
      return [await exactName(settings.sslRootCert, own, host)];
  }
}

/** A name that the certificate must hold: the one that was asked for, whatever address is dialled. */
async function exactName(
  rootCert: string | undefined,
  own: ConnectionOptions,
  host: string,
): Promise<ConnectionOptions> {
  return {
    ...own,
    ...(rootCert === undefined || rootCert === 'system' ? {} : { ca: await read(rootCert, 'sslrootcert') }),
    rejectUnauthorized: true,
    checkServerIdentity: (_dialled, certificate) => checkServerIdentity(host, certificate),
  };
}

async function anyName(rootCert: string, own: ConnectionOptions): Promise<ConnectionOptions> {
  return {
    ...own,
    ca: await read(rootCert, 'sslrootcert'),
    rejectUnauthorized: true,
    checkServerIdentity: () => undefined,
  };
}

/** What does not depend on the mode: what we show of ourselves, versions, revoked certificates. */
async function ownOptions(settings: SslSettings): Promise<ConnectionOptions> {
  const { sslCert, sslKey, sslPassword, sslCrl, sslMinVersion, sslMaxVersion } = settings;
  return defined({
    passphrase: sslPassword,
    crl: sslCrl === undefined ? undefined : await read(sslCrl, 'sslcrl'),
    minVersion: sslMinVersion,
    maxVersion: sslMaxVersion,
    cert: sslCert === undefined ? undefined : await read(sslCert, 'sslcert'),
    key: sslKey === undefined ? undefined : await read(sslKey, 'sslkey'),
  });
}

async function read(path: string, setting: string): Promise<string> {
  try {
    return await readTextBounded(path, SMALL_FILE);
  } catch (error) {
    throw new TlsFileError(
      `the file of ${setting} cannot be read (${errorCode(error) ?? 'unknown error'}): ${path}`,
    );
  }
}
