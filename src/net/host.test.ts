import { describe, expect, it } from 'vitest';
import { exposureWarnings } from './exposure.js';
import { httpTarget, isLoopback } from './host.js';
import { proxyFor } from './proxy.js';

describe('this machine', () => {
  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:7f00:1', true],
    ['127.evil.example', false],
    ['128.0.0.1', false],
    ['::2', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  it.each(['http://[::ffff:127.0.0.1]:80/', 'http://127.1/', 'http://LOCALHOST./'])(
    'is reached without a proxy: %s',
    (url) => {
      expect(proxyFor(new URL(url), { http_proxy: 'http://proxy:3128' })).toBeUndefined();
    },
  );
});

describe('a server behind HTTP', () => {
  it('has the port of its scheme, and is exposed without a checked certificate', () => {
    expect(httpTarget(new URL('https://api.example.com/x'), false)).toEqual({
      host: 'api.example.com',
      port: 443,
    });
    expect(httpTarget(new URL('http://api.example.com/x'), false)).toMatchObject({
      port: 80,
      exposure: 'http sends everything unencrypted',
    });
    expect(httpTarget(new URL('https://[::1]:8200'), true)).toEqual({
      host: '::1',
      port: 8200,
      exposure: 'its certificate is not checked',
    });
  });

  it('is warned of by name, and not where it is this machine', () => {
    const far = httpTarget(new URL('http://api.example.com'), false);
    expect(exposureWarnings([far, { ...far, host: '127.0.0.1' }], 'The provider helios')).toMatchObject([
      {
        severity: 'warning',
        summary:
          'The provider helios sends passwords and values to api.example.com:80 without verified TLS: http sends everything unencrypted.',
      },
    ]);
  });
});
