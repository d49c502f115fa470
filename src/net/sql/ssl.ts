import { defined } from '../../model/index.js';
import { byStrength, firstText, ownText, protectedText, refuseSetting } from './entry.js';
import type { ConnectionTexts, ProtectedParameter } from './entry.js';

/** libpq's ways to use TLS, from none to a server whose name is checked. */
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
/** One of libpq's `sslmode` values. */
type SslMode = (typeof SSL_MODES)[number];

/** A version of TLS, as libpq and Node write it. */
type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** How TLS is used. */
export interface SslSettings {
  readonly sslMode: SslMode;
  /** A file; `system` for the certificates that come with Node. */
  readonly sslRootCert?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
  /** Decrypts the key. Sensitive. */
  readonly sslPassword?: string;
  /** A file of revoked certificates. */
  readonly sslCrl?: string;
  readonly sslMinVersion?: TlsVersion;
  readonly sslMaxVersion?: TlsVersion;
  /** Set where TLS begins without asking the server first. */
  readonly sslIsDirect?: boolean;
}

const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/**
 * How TLS is used: the configuration may ask for more than its surroundings do (`PGSSLMODE`, a url from the environment), never
 * for less.
 * @throws DiagnosticError for a word that is not valid, or that would weaken the connection
 */
export function sslSettings(texts: ConnectionTexts): SslSettings {
  const rootCert = protectedText(texts, { name: 'sslrootcert', variable: 'PGSSLROOTCERT' });
  const sslMode = sslModeOf(texts, rootCert);
  const file = (name: string, variable: string): string | undefined =>
    firstText(ownText(texts, name), texts.uri.get(name), texts.env[variable]);
  const sendsCertificate = file('sslcertmode', 'PGSSLCERTMODE') !== 'disable';
  return {
    sslMode,
    ...defined({
      sslRootCert: rootCert,
      sslCert: sendsCertificate ? file('sslcert', 'PGSSLCERT') : undefined,
      sslKey: sendsCertificate ? file('sslkey', 'PGSSLKEY') : undefined,
      sslPassword: sendsCertificate ? texts.uri.get('sslpassword') : undefined,
      sslCrl: protectedText(texts, { name: 'sslcrl', variable: 'PGSSLCRL' }),
      sslMinVersion: versionOf(texts, {
        name: 'ssl_min_protocol_version',
        variable: 'PGSSLMINPROTOCOLVERSION',
        isWeaker: byStrength(VERSIONS),
      }),
      sslMaxVersion: versionOf(texts, {
        name: 'ssl_max_protocol_version',
        variable: 'PGSSLMAXPROTOCOLVERSION',
      }),
      sslIsDirect: isDirect(texts, sslMode) ? true : undefined,
    }),
  };
}

/**
 * Why somebody on the way could read what is sent, or answer in the server's place; `undefined` where its certificate is
 * checked.
 */
export function exposureOf({ sslMode, sslRootCert }: SslSettings): string | undefined {
  switch (sslMode) {
    case 'disable':
      return 'sslmode disable encrypts nothing';
    case 'allow':
    case 'prefer':
      return `sslmode ${sslMode} goes on without TLS, and checks no certificate`;
    case 'require':
      return sslRootCert === undefined
        ? 'sslmode require without sslrootcert checks no certificate'
        : undefined;
    case 'verify-ca':
    case 'verify-full':
      return undefined;
  }
}

function sslModeOf(texts: ConnectionTexts, rootCert: string | undefined): SslMode {
  // The old spelling of `sslmode=require`, for where there is no other.
  const old = /^1/.test(texts.env['PGREQUIRESSL'] ?? '') ? 'require' : undefined;
  const env = { ...texts.env, PGSSLMODE: firstText(texts.env['PGSSLMODE'], old) };
  const text = protectedText(
    { ...texts, env },
    { name: 'sslmode', variable: 'PGSSLMODE', isWeaker: byStrength(SSL_MODES) },
  );
  const mode = SSL_MODES.find(
    (word) => word === (text ?? (rootCert === 'system' ? 'verify-full' : 'prefer')),
  );
  if (mode === undefined) {
    return refuseSetting(
      texts.entry,
      `the sslmode is not one of ${SSL_MODES.join(', ')}`,
      'Write one of them.',
    );
  }
  if (rootCert === 'system' && mode !== 'verify-full') {
    // libpq: anybody has a certificate that the system trusts.
    refuseSetting(
      texts.entry,
      'with sslrootcert: system, an sslmode weaker than verify-full checks nothing',
      'Use verify-full, or name the file of the authority that signed the certificate.',
    );
  }
  return mode;
}

function versionOf(texts: ConnectionTexts, parameter: ProtectedParameter): TlsVersion | undefined {
  const text = protectedText(texts, parameter);
  return VERSIONS.find((version) => version === text);
}

function isDirect(texts: ConnectionTexts, sslMode: SslMode): boolean {
  const text = firstText(texts.uri.get('sslnegotiation'), texts.env['PGSSLNEGOTIATION']);
  if (text !== 'direct') return false;
  if (!['disable', 'allow', 'prefer'].includes(sslMode)) return true;
  return refuseSetting(
    texts.entry,
    'sslnegotiation direct needs sslmode require or stronger',
    'Set sslmode, or remove sslnegotiation.',
  );
}
