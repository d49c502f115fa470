import { describe, expect, it } from 'vitest';
import { networkError, networkErrorOf } from './network-errors.js';

const withCode = (code: string, cause?: unknown): Error =>
  Object.assign(new Error(`secret text ${code}`, { cause }), { code });

describe('network errors in words', () => {
  it.each([
    ['ENOTFOUND', 'unresolved', 'host name not found (ENOTFOUND)'],
    ['EAI_AGAIN', 'unresolved', 'host name could not be looked up (EAI_AGAIN)'],
    ['ECONNREFUSED', 'unconnected', 'connection refused (ECONNREFUSED)'],
    ['EHOSTUNREACH', 'unconnected', 'no route to host (EHOSTUNREACH)'],
    ['ENETUNREACH', 'unconnected', 'network is unreachable (ENETUNREACH)'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unconnected', 'connection timed out (UND_ERR_CONNECT_TIMEOUT)'],
    ['ECONNRESET', 'reset', 'connection reset (ECONNRESET)'],
    ['EPIPE', 'reset', 'connection closed (EPIPE)'],
    ['UND_ERR_SOCKET', 'reset', 'connection closed before the whole response arrived (UND_ERR_SOCKET)'],
    ['ETIMEDOUT', 'timeout', 'connection timed out (ETIMEDOUT)'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout', 'no response in time (UND_ERR_HEADERS_TIMEOUT)'],
    ['CERT_HAS_EXPIRED', 'certificate', 'certificate has expired (CERT_HAS_EXPIRED)'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', 'self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'certificate',
      'certificate is for another host name (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
    ['CERT_UNTRUSTED', 'certificate', 'certificate not accepted (CERT_UNTRUSTED)'],
    [
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'tls',
      'TLS handshake failed (ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE)',
    ],
    ['HPE_INVALID_CONSTANT', 'not-http', 'not an HTTP response (HPE_INVALID_CONSTANT)'],
  ])('%s', (code, kind, words) => {
    expect(networkErrorOf(code)).toMatchObject({ kind, code, words });
  });

  it.each(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_UNTRUSTED'])(
    '%s is answered with the variable for authorities',
    (code) => {
      expect(networkErrorOf(code)?.next).toContain('NODE_EXTRA_CA_CERTS');
    },
  );

  it.each(['ABORT_ERR', 'EEXIST', '28P01', 'toString', ''])('%j is not an error of a connection', (code) => {
    expect(networkErrorOf(code)).toBeUndefined();
  });

  it('finds the code of a cause and of several attempts, and repeats no message', () => {
    const refused = withCode('ECONNREFUSED');
    const errors = [refused, new Error('fetch failed', { cause: refused }), new AggregateError([refused])];
    for (const error of errors) {
      expect(networkError(error)?.code).toBe('ECONNREFUSED');
      expect(JSON.stringify(networkError(error))).not.toContain('secret text');
    }
    expect(networkError(withCode('EEXIST', withCode('EPIPE')))?.kind).toBe('reset');
  });

  it('takes an abort for a timeout, and nothing else for a network error', () => {
    expect(networkError(new DOMException('x', 'TimeoutError'))).toMatchObject({
      kind: 'timeout',
      words: 'no response in time (TimeoutError)',
    });
    expect(networkError(new TypeError('x'))).toBeUndefined();
    expect(networkError('ECONNREFUSED')).toBeUndefined();
  });
});
