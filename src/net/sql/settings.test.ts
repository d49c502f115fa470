import { describe, expect, it } from 'vitest';
import { DiagnosticError, plain, Sensitive, sensitive } from '../../model/index.js';
import type { Fields } from '../../model/index.js';
import { findPassword } from './pgpass.js';
import { connectionSettings } from './settings.js';
import { parseUri } from './uri.js';

const settings = (fields: Fields, env: Record<string, string> = {}) =>
  connectionSettings({ subject: "The state's backend", fields }, { HOME: '/home/ana', USER: 'ana', ...env });
const url = (text: string): Fields => ({ url: sensitive(new Sensitive(text)) });

describe('connection settings', () => {
  it("fills in libpq's defaults", () => {
    expect(settings({})).toEqual({
      hosts: [{ host: 'localhost', port: 5432 }],
      database: 'ana',
      user: 'ana',
      passwordFile: '/home/ana/.pgpass',
      sslMode: 'prefer',
      connectTimeoutMs: 10_000,
    });
  });

  it('takes a URI apart, with escapes, IPv6, several hosts and parameters', () => {
    expect(
      settings(
        url('postgresql://us%40er:p%3Aw%2F%40@[::1]:6000,two/da%20ta?sslmode=verify-full&connect_timeout=3'),
      ),
    ).toMatchObject({
      hosts: [
        { host: '::1', port: 6000 },
        { host: 'two', port: 5432 },
      ],
      user: 'us@er',
      password: 'p:w/@',
      database: 'da ta',
      sslMode: 'verify-full',
      connectTimeoutMs: 3000,
    });
    expect(settings(url('postgres:///db?host=/run/pg&port=7')).hosts).toEqual([{ host: '/run/pg', port: 7 }]);
  });

  it('lets a field win over the url, and that over PG* variables', () => {
    const env = {
      PGHOST: 'env-host',
      PGUSER: 'env-user',
      PGDATABASE: 'env-db',
      PGPASSWORD: 'env-pw',
      PGSSLMODE: 'require',
    };
    expect(
      settings({ ...url('postgres://url-user@url-host/'), user: plain('field-user') }, env),
    ).toMatchObject({
      hosts: [{ host: 'url-host', port: 5432 }],
      user: 'field-user',
      database: 'env-db',
      password: 'env-pw',
      sslMode: 'require',
    });
  });

  it.each([
    'mysql://a:hunter2@b/c',
    'host=b password=hunter2',
    'postgres://a:hunter2@b:x/c',
    'postgres://a:hunter2%zz@b/c',
    'postgres://a:hunter2@b/c?sslmode=maybe',
    'postgres://a:hunter2@b/c?nonsense=1',
    'postgres://a:hunter2@b/c?connect_timeout=soon',
  ])('refuses %s without showing the password', (text) => {
    const refused = (): unknown => settings(url(text));
    expect(refused).toThrow(DiagnosticError);
    try {
      refused();
    } catch (error) {
      expect(JSON.stringify((error as DiagnosticError).diagnostics)).not.toContain('hunter2');
    }
  });

  it('says whose setting it is', () => {
    expect(() => settings({ port: plain('x') })).toThrow(
      "The state's backend: the port is not a number from 1 to 65535.",
    );
  });

  it('has nothing to say of an empty authority', () => {
    expect(parseUri('postgresql://')).toEqual(new Map());
  });
});

describe('the password file', () => {
  const key = { host: 'db', port: 5432, database: 'd:b', user: 'ana' };

  it('takes the first line that fits, with wildcards and escapes', () => {
    expect(
      findPassword('# db:5432:*:*:no\nother:*:*:*:no\n*:5432:d\\:b:ana:p\\:w\\\\\n*:*:*:*:late', key),
    ).toBe('p:w\\');
    expect(findPassword('db:5432:d:ana:no\n', key)).toBeUndefined();
    expect(findPassword('localhost:*:*:*:sock', { ...key, host: '/run' })).toBe('sock');
  });
});
