/**
 * What kind of trouble a connection had.
 *
 * - `unresolved`: the host name was not found
 * - `unconnected`: no connection was made
 * - `certificate`, `tls`: the other side's certificate is not accepted; TLS failed otherwise
 * - `reset`, `timeout`: the connection broke, or nothing came in time; a request may have been received
 * - `not-http`: the other side does not speak HTTP; a request may have been received
 */
export type NetworkErrorKind =
  'unresolved' | 'unconnected' | 'certificate' | 'tls' | 'reset' | 'timeout' | 'not-http';

/** A network error in words. */
export interface NetworkError {
  readonly kind: NetworkErrorKind;
  /** The code of Node, OpenSSL or undici: `ECONNREFUSED`. */
  readonly code: string;
  /** A phrase that follows a colon: `connection refused (ECONNREFUSED)`. */
  readonly words: string;
  /** What to do about it, as a sentence. */
  readonly next: string;
}

type Row = readonly [kind: NetworkErrorKind, words: string, next: string];

const CHECK_NAME = 'Check the host name for a typo, and the DNS of this machine.';
const CHECK_SERVER = 'Check host and port, and that the server is running.';
const CHECK_NETWORK = 'Check the network, and any firewall, VPN or proxy on the way.';
const TRY_AGAIN = 'Try again; if it happens again, check the server and the network.';
const CHECK_CLOCK = 'Have the certificate renewed, and check the clock of this machine.';
const TRUST = 'Name the file of the authority that signed it in NODE_EXTRA_CA_CERTS.';
const CHECK_TLS = 'Check scheme and port of the address, and which TLS versions the server accepts.';
const CHECK_SERVICE = 'Check the address: another service may be listening there.';

const ROWS: Readonly<Record<string, Row>> = {
  ENOTFOUND: ['unresolved', 'host name not found', CHECK_NAME],
  EAI_AGAIN: ['unresolved', 'host name could not be looked up', CHECK_NAME],
  EAI_FAIL: ['unresolved', 'host name could not be looked up', CHECK_NAME],
  EAI_NODATA: ['unresolved', 'host name has no address', CHECK_NAME],
  EAI_NONAME: ['unresolved', 'host name not found', CHECK_NAME],
  ECONNREFUSED: ['unconnected', 'connection refused', CHECK_SERVER],
  EHOSTUNREACH: ['unconnected', 'no route to host', CHECK_NETWORK],
  EHOSTDOWN: ['unconnected', 'host is down', CHECK_NETWORK],
  ENETUNREACH: ['unconnected', 'network is unreachable', CHECK_NETWORK],
  ENETDOWN: ['unconnected', 'network is down', CHECK_NETWORK],
  EADDRNOTAVAIL: ['unconnected', 'address not available', CHECK_NETWORK],
  UND_ERR_CONNECT_TIMEOUT: ['unconnected', 'connection timed out', CHECK_NETWORK],
  ECONNRESET: ['reset', 'connection reset', TRY_AGAIN],
  ECONNABORTED: ['reset', 'connection aborted', TRY_AGAIN],
  EPIPE: ['reset', 'connection closed', TRY_AGAIN],
  UND_ERR_SOCKET: ['reset', 'connection closed before the whole response arrived', TRY_AGAIN],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['reset', 'incomplete response', TRY_AGAIN],
  ETIMEDOUT: ['timeout', 'connection timed out', CHECK_NETWORK],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', 'no response in time', TRY_AGAIN],
  UND_ERR_BODY_TIMEOUT: ['timeout', 'response not complete in time', TRY_AGAIN],
  CERT_HAS_EXPIRED: ['certificate', 'certificate has expired', CHECK_CLOCK],
  CERT_NOT_YET_VALID: ['certificate', 'certificate is not valid yet', CHECK_CLOCK],
  CERT_REVOKED: ['certificate', 'certificate is revoked', 'Have the certificate replaced.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['certificate', 'self-signed certificate', TRUST],
  SELF_SIGNED_CERT_IN_CHAIN: ['certificate', 'certificate signed by an unknown authority', TRUST],
  UNABLE_TO_GET_ISSUER_CERT: ['certificate', 'certificate signed by an unknown authority', TRUST],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['certificate', 'certificate signed by an unknown authority', TRUST],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['certificate', 'certificate signed by an unknown authority', TRUST],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'certificate',
    'certificate is for another host name',
    'Use a host name that the certificate is for.',
  ],
  HOSTNAME_MISMATCH: [
    'certificate',
    'certificate is for another host name',
    'Use a host name that the certificate is for.',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: ['tls', 'the server does not speak TLS on this port', CHECK_TLS],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['tls', 'the server does not speak TLS on this port', CHECK_TLS],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: [
    'tls',
    'the server requires a client certificate',
    'Give a client certificate and its key.',
  ],
  UND_ERR_HEADERS_OVERFLOW: ['not-http', 'response headers too large', CHECK_SERVICE],
};

/** Families of codes, for those without a row of their own. */
const FAMILIES: readonly (readonly [pattern: RegExp, row: Row])[] = [
  [/CERT|SELF_SIGNED|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$/, ['certificate', 'certificate not accepted', TRUST]],
  [/^ERR_(SSL|TLS)_|^EPROTO$/, ['tls', 'TLS handshake failed', CHECK_TLS]],
  [/^ERR_OSSL_/, ['tls', 'certificate or key cannot be used', 'Check that the file is whole PEM text.']],
  [/^HPE_/, ['not-http', 'not an HTTP response', CHECK_SERVICE]],
  [/^EAI_/, ['unresolved', 'host name could not be looked up', CHECK_NAME]],
];

/** Errors that have a name and no code of their own. */
const NAMES: Readonly<Record<string, Row>> = {
  AbortError: ['timeout', 'no response in time', TRY_AGAIN],
  TimeoutError: ['timeout', 'no response in time', TRY_AGAIN],
  HTTPParserError: ['not-http', 'not an HTTP response', CHECK_SERVICE],
};

/** A network error by its code; `undefined` for a code that is not one of a connection. */
export function networkErrorOf(code: string): NetworkError | undefined {
  const row = Object.hasOwn(ROWS, code) ? ROWS[code] : FAMILIES.find(([pattern]) => pattern.test(code))?.[1];
  return row === undefined ? undefined : inWords(row, code);
}

/**
 * Explains an error of a connection: by its own code, or that of a cause or of one of several attempts.
 * @param error as caught
 * @returns `undefined` where nothing in it is known as a network error
 */
export function networkError(error: unknown): NetworkError | undefined {
  for (const cause of causes(error)) {
    const code: unknown = Reflect.get(cause, 'code');
    const known = typeof code === 'string' ? networkErrorOf(code) : undefined;
    if (known !== undefined) return known;
    const named = Object.hasOwn(NAMES, cause.name) ? NAMES[cause.name] : undefined;
    if (named !== undefined) return inWords(named, cause.name);
  }
  return undefined;
}

function inWords([kind, words, next]: Row, code: string): NetworkError {
  return { kind, code, words: `${words} (${code})`, next };
}

/** An error and what lies beneath it: its causes, and the errors of several attempts. */
function causes(error: unknown, depth = 0): readonly Error[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const attempts = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  return [error, ...[error.cause, ...attempts].flatMap((cause) => causes(cause, depth + 1))];
}
