import { describe, expect, it } from 'vitest';
import type { DiagnosticError } from '../model/index.js';
import type { Target } from '../model/index.js';
import { checkTargets } from './hosts.js';

const refusal = (targets: readonly Target[], env: Record<string, string>): string | undefined => {
  try {
    checkTargets(targets, { subject: 'The provider helios' }, env);
    return undefined;
  } catch (error) {
    return (error as DiagnosticError).diagnostics[0]?.code;
  }
};
const isAllowed = (targets: readonly Target[], allowed?: string): boolean =>
  refusal(targets, allowed === undefined ? {} : { SECRETS_ALLOWED_HOSTS: allowed }) === undefined;
const at = (host: string, port = 443, address?: string): Target =>
  address === undefined ? { host, port } : { host, port, address };

describe('the hosts that a run may connect to', () => {
  it.each([
    [[at('api.singlestore.com')], undefined, true],
    [[at('api.singlestore.com')], 'api.singlestore.com', true],
    [[at('api.singlestore.com')], 'api.singlestore.com:443', true],
    [[at('API.SingleStore.com.')], ' api.singlestore.com , db', true],
    [[at('evil.example.com')], 'api.singlestore.com', false],
    [[at('api.singlestore.com.evil.example')], 'api.singlestore.com', false],
    [[at('db.example.com', 5432)], 'db.example.com', true],
    [[at('db.example.com', 5432)], 'db.example.com:5432', true],
    [[at('db.example.com', 5433)], 'db.example.com:5432', false],
    [[at('a.example.com', 1), at('b.example.com', 1)], '*.example.com', true],
    [[at('a.example.com', 1)], '*.example.com:2', false],
    [[at('example.com')], '*.example.com', false],
    [[at('evilexample.com')], '*.example.com', false],
    [[at('a.example.com'), at('evil.com')], '*.example.com', false],
    [[at('::1', 5432)], '::1', true],
    [[at('0:0:0:0:0:0:0:1', 5432)], '[::1]:5432', true],
    [[at('::1', 5432)], '[::1]:5433', false],
    [[at('::1', 5432)], '::1:5432', false],
    [[at('10.0.0.1', 5432)], '10.0.0.1:5432', true],
    [[], 'api.singlestore.com', true],
    [[], '', true],
  ] as const)('%j with %j: %j', (targets, allowed, expected) => {
    expect(isAllowed(targets, allowed)).toBe(expected);
  });

  it.each(['', ' ', ',', ' , '])('are none where the list is set and empty: %j', (allowed) => {
    expect(isAllowed([at('api.singlestore.com')], allowed)).toBe(false);
  });

  it.each([
    'localhost\0.db.example.com',
    'localhost%00.db.example.com',
    'localhost/.db.example.com',
    'localhost#.db.example.com',
    'localhost .db.example.com',
    'localhost\n.db.example.com',
    'localhost_.db.example.com',
    '@.db.example.com',
    'ⓛocalhost.db.example.com',
    '-.db.example.com',
    '.db.example.com',
    '..db.example.com',
  ])('hold nothing but letters, digits, hyphens and dots: %j', (host) => {
    expect(isAllowed([at(host)], '*.db.example.com')).toBe(false);
    expect(isAllowed([at(host)], host)).toBe(false);
  });

  it.each(['127.1', '2130706433', '0x7f.1', 'db.example.0x7f'])(
    'are no numbers that the system reads as an address: %s',
    (host) => {
      expect(isAllowed([at(host)], `${host}, *.1, *.example.0x7f`)).toBe(false);
    },
  );

  it('are sockets only where their folder is named exactly', () => {
    const socket = at('/tmp/x.db.example.com', 5432);
    expect(isAllowed([socket], '*.db.example.com')).toBe(false);
    expect(isAllowed([socket], '/tmp')).toBe(false);
    expect(isAllowed([at('/tmp/../run/pg', 5432)], '/run/pg')).toBe(false);
    expect(isAllowed([at('/RUN/pg', 5432)], '/run/pg')).toBe(false);
    expect(isAllowed([at('/run/pg', 5432)], '/run/pg')).toBe(true);
  });

  it('need a name and an address that are both allowed', () => {
    const target = at('db.example.com', 5432, '192.0.2.1');
    expect(isAllowed([target], 'db.example.com')).toBe(false);
    expect(isAllowed([target], '192.0.2.1')).toBe(false);
    expect(isAllowed([target], 'db.example.com, 192.0.2.1')).toBe(true);
  });
});

describe('verified TLS, where a run requires it', () => {
  const exposed = { ...at('db.example.com', 5432), exposure: 'sslmode disable encrypts nothing' };
  it.each([
    [exposed, undefined, undefined],
    [exposed, '0', undefined],
    [exposed, 'false', undefined],
    [exposed, '1', 'tls-required'],
    [exposed, 'true', 'tls-required'],
    [at('db.example.com', 5432), '1', undefined],
    [{ ...exposed, host: 'localhost' }, '1', undefined],
    [{ ...exposed, host: '/run/pg' }, '1', undefined],
    [{ ...exposed, host: 'x.localhost' }, '1', 'tls-required'],
    [{ ...exposed, host: 'localhost', address: '192.0.2.1' }, '1', 'tls-required'],
    [{ ...exposed, address: '127.0.0.9' }, '1', undefined],
  ] as const)('%j with %j: %s', (target, setting, code) => {
    expect(refusal([target], setting === undefined ? {} : { SECRETS_REQUIRE_TLS: setting })).toBe(code);
  });
});
