import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../model/index.js';
import { proxyFor } from './proxy.js';

const both = { HTTP_PROXY: 'http://plain:8080', HTTPS_PROXY: 'http://secure:3128' };
const proxyOf = (target: string, env: Record<string, string>): string | undefined => {
  const proxy = proxyFor(new URL(target), env);
  return proxy === undefined ? undefined : `${proxy.variable} ${proxy.url.origin}`;
};

describe('which proxy a request takes', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['http://a.test', both, 'HTTP_PROXY http://plain:8080'],
    ['https://a.test', both, 'HTTPS_PROXY http://secure:3128'],
    ['https://a.test', { HTTP_PROXY: 'http://plain:8080' }, undefined],
    ['https://a.test', { ...both, https_proxy: 'https://lower' }, 'https_proxy https://lower'],
    ['https://a.test', { ...both, https_proxy: '' }, undefined],
    ['https://a.test', { HTTPS_PROXY: '' }, undefined],
    ['https://a.test', { HTTPS_PROXY: 'proxy:3128' }, 'HTTPS_PROXY http://proxy:3128'],
    ['https://a.test', { HTTPS_PROXY: ' http://proxy:3128/path?x ' }, 'HTTPS_PROXY http://proxy:3128'],
    ['http://a.test', { ...both, REQUEST_METHOD: 'GET' }, undefined],
    ['http://a.test', { http_proxy: 'http://plain', REQUEST_METHOD: 'GET' }, 'http_proxy http://plain'],
    ['https://a.test', { ...both, REQUEST_METHOD: 'GET' }, 'HTTPS_PROXY http://secure:3128'],
  ])('%s with %j: %s', (target, env, proxy) => {
    expect(proxyOf(target, env)).toBe(proxy);
  });

  it.each([
    ['http://localhost:8080'],
    ['https://127.0.0.1'],
    ['https://127.1.2.3:8200'],
    ['https://[::1]:8200'],
    ['https://vault.localhost'],
  ])('%s is this machine, so it takes none', (target) => {
    expect(proxyOf(target, both)).toBeUndefined();
  });

  it.each<[string, string, 'direct' | 'proxy']>([
    ['*', 'https://a.test', 'direct'],
    ['a.test', 'https://a.test', 'direct'],
    ['A.Test', 'https://a.tesT.', 'direct'],
    ['a.test', 'https://b.a.test', 'direct'],
    ['.a.test', 'https://b.a.test', 'direct'],
    ['.a.test', 'https://a.test', 'direct'],
    ['*.a.test', 'https://b.a.test', 'direct'],
    ['a.test.', 'https://a.test', 'direct'],
    ['a.test', 'https://ba.test', 'proxy'],
    ['b.a.test', 'https://a.test', 'proxy'],
    ['a.test:8443', 'https://a.test:8443', 'direct'],
    ['a.test:8443', 'https://a.test', 'proxy'],
    ['a.test:443', 'https://a.test', 'direct'],
    ['x.test, a.test', 'https://a.test', 'direct'],
    ['x.test a.test', 'https://a.test', 'direct'],
    ['10.1.2.3', 'https://10.1.2.3', 'direct'],
    ['1.2.3', 'https://10.1.2.3', 'proxy'],
    ['10.0.0.0/8', 'https://10.1.2.3', 'direct'],
    ['10.0.0.0/8', 'https://11.1.2.3', 'proxy'],
    ['10.0.0.0/99', 'https://10.1.2.3', 'proxy'],
    ['fd00::/8', 'https://[fd00::1]', 'direct'],
    ['fd00::1', 'https://[fd00::1]', 'direct'],
    ['[fd00::1]:8200', 'https://[fd00::1]:8200', 'direct'],
    ['[fd00::1]:8200', 'https://[fd00::1]', 'proxy'],
    ['', 'https://a.test', 'proxy'],
    ['.', 'https://a.test', 'proxy'],
  ])('NO_PROXY=%j, %s: %s', (text, target, way) => {
    const found = way === 'direct' ? undefined : 'HTTPS_PROXY http://secure:3128';
    expect(proxyOf(target, { ...both, NO_PROXY: text })).toBe(found);
    expect(proxyOf(target, { ...both, NO_PROXY: 'other', no_proxy: text })).toBe(found);
  });

  it('takes user and password out of the address', () => {
    const proxy = proxyFor(new URL('https://a.test'), { HTTPS_PROXY: 'http://us%65r:p%40ss:w%@proxy:3128' });
    expect(proxy?.url.href).toBe('http://proxy:3128/');
    expect(proxy?.authorization).toBe(`Basic ${Buffer.from('user:p@ss:w%').toString('base64')}`);
    const unnamed = proxyFor(new URL('https://a.test'), { HTTPS_PROXY: 'http://user@proxy' });
    expect(unnamed?.authorization).toBe(`Basic ${Buffer.from('user:').toString('base64')}`);
  });

  it.each(['http://', 'socks5://user:hunter2@proxy', 'http://user:hunter2@proxy:port', 'hunter2 hunter2'])(
    '%j is refused by the name of the variable alone',
    (text) => {
      const open = (): unknown => proxyFor(new URL('https://a.test'), { HTTPS_PROXY: text });
      expect(open).toThrow(DiagnosticError);
      try {
        open();
      } catch (error) {
        const [problem] = (error as DiagnosticError).diagnostics;
        expect(problem).toMatchObject({
          code: 'bad-proxy',
          summary: 'HTTPS_PROXY is not the URL of an http or https proxy.',
        });
        expect(JSON.stringify(problem)).not.toContain('hunter2');
      }
    },
  );

  it('does not look at a variable that does not count for the request', () => {
    expect(proxyOf('https://a.test', { HTTPS_PROXY: 'socks5://x', NO_PROXY: 'a.test' })).toBeUndefined();
    expect(proxyOf('http://a.test', { HTTPS_PROXY: 'socks5://x' })).toBeUndefined();
  });
});
