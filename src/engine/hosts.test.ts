import { describe, expect, it } from 'vitest';
import { checkHosts } from './hosts.js';

const check = (hosts: readonly string[], allowed?: string): boolean => {
  try {
    checkHosts(hosts, 'The provider helios', { SECRETS_ALLOWED_HOSTS: allowed });
    return true;
  } catch {
    return false;
  }
};

describe('the hosts that a run may connect to', () => {
  it.each([
    [['api.singlestore.com'], undefined, true],
    [['api.singlestore.com'], '', true],
    [['api.singlestore.com'], 'api.singlestore.com', true],
    [['API.SingleStore.com'], ' api.singlestore.com , db', true],
    [['evil.example.com'], 'api.singlestore.com', false],
    [['api.singlestore.com.evil.example'], 'api.singlestore.com', false],
    [['db.example.com:5432'], 'db.example.com', true],
    [['db.example.com:5432'], 'db.example.com:5432', true],
    [['db.example.com:5433'], 'db.example.com:5432', false],
    [['a.example.com:1', 'b.example.com:1'], '*.example.com', true],
    [['example.com'], '*.example.com', false],
    [['evilexample.com'], '*.example.com', false],
    [['a.example.com', 'evil.com'], '*.example.com', false],
    [[], 'api.singlestore.com', true],
  ] as const)('%j with %j: %j', (hosts, allowed, expected) => {
    expect(check(hosts, allowed)).toBe(expected);
  });
});
