import { describe, expect, it } from 'vitest';
import { DiagnosticError, Sensitive, type Field } from '../../model/index.js';
import { resolveConnection } from './settings.js';

const KEY = 'key_0123456789';
const plain = (value: string): Field => ({ kind: 'plain', value });
const resolve = (fields: Record<string, Field>, env: Record<string, string> = {}) =>
  resolveConnection({ name: 'helios', fields }, env);
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(DiagnosticError);
    expect(JSON.stringify(error)).not.toContain(KEY);
    return (error as DiagnosticError).diagnostics[0]?.code;
  }
};

describe('resolveConnection', () => {
  it('takes the names of the ecosystem, and the configuration before them', () => {
    const env = {
      SINGLESTOREDB_MANAGEMENT_TOKEN: KEY,
      SINGLESTOREDB_MANAGEMENT_BASE_URL: 'https://env.example.com/',
      SINGLESTOREDB_ORGANIZATION: 'env-org',
    };
    expect(resolve({}, env)).toMatchObject({
      authorization: `Bearer ${KEY}`,
      baseUrl: 'https://env.example.com',
      organization: 'env-org',
    });
    const fields = {
      api_key: { kind: 'sensitive', value: new Sensitive(' own\n') } as const,
      base_url: plain('https://own.example.com/api/'),
      organization: plain('own-org'),
    };
    expect(resolve(fields, env)).toMatchObject({
      authorization: 'Bearer own',
      baseUrl: 'https://own.example.com/api',
      host: 'own.example.com',
      organization: 'own-org',
    });
    expect(resolve({}, { SINGLESTOREDB_MANAGEMENT_TOKEN: KEY }).baseUrl).toBe('https://api.singlestore.com');
  });

  it('refuses a missing key, and one that no header takes', () => {
    expect(codeOf(() => resolve({}))).toBe('missing-api-key');
    expect(codeOf(() => resolve({}, { SINGLESTOREDB_MANAGEMENT_TOKEN: `${KEY}\n${KEY}` }))).toBe(
      'malformed-api-key',
    );
  });

  it.each([
    ['http://127.0.0.1:8080', undefined],
    ['http://localhost:8080', undefined],
    ['http://[::1]:8080', undefined],
    ['http://api.singlestore.com', 'bad-base-url'],
    ['http://127.0.0.1.example.com', 'bad-base-url'],
    ['ftp://127.0.0.1', 'bad-base-url'],
    ['api.singlestore.com', 'bad-base-url'],
    ['https://me:pass@api.singlestore.com', 'bad-base-url'],
    ['https://api.singlestore.com?x=1', 'bad-base-url'],
  ])('base_url %s: %s', (url, code) => {
    const run = () => resolve({ base_url: plain(url) }, { SINGLESTOREDB_MANAGEMENT_TOKEN: KEY });
    expect(codeOf(run)).toBe(code);
  });
});
