import { describe, expect, it } from 'vitest';
import { Sensitive, plain, sensitive } from '../../model/index.js';
import type { Fields, DiagnosticError } from '../../model/index.js';
import { connectionSettings, targetsOf } from './settings.js';
import type { ConnectionSettings } from './settings.js';

const settings = (fields: Fields, env: Record<string, string> = {}): ConnectionSettings =>
  connectionSettings({ subject: 'Provider pg', fields }, { HOME: '/home/ana', USER: 'ana', ...env });
/** A url that the configuration takes from its surroundings. */
const outer = (text: string): Fields => ({ url: sensitive(new Sensitive(text)) });
/** A url that is written out in the configuration. */
const own = (text: string): Fields => ({ url: plain(text) });

function refusal(fields: Fields, env: Record<string, string> = {}): { summary: string; next: string } {
  try {
    settings(fields, env);
  } catch (error) {
    const [first] = (error as DiagnosticError).diagnostics;
    return { summary: first?.summary ?? '', next: first?.next ?? '' };
  }
  return { summary: 'accepted', next: '' };
}

describe('the configuration never weakens a connection', () => {
  const STRICT = 'postgres://u:hunter2@db/d?sslmode=verify-full&sslrootcert=/ca.pem';

  it.each([
    [{ ...outer(STRICT), sslmode: plain('disable') }, {}, 'sslmode'],
    [{ ...outer(STRICT), sslmode: plain('verify-ca') }, {}, 'sslmode'],
    [{ ...outer(STRICT), sslmode: sensitive(new Sensitive('disable')) }, {}, 'sslmode'],
    [{ ...outer(STRICT), sslrootcert: plain('./mine.pem') }, {}, 'sslrootcert'],
    [{ host: plain('db'), sslmode: plain('disable') }, { PGSSLMODE: 'require' }, 'sslmode'],
    [{ host: plain('db'), sslmode: plain('disable') }, { PGREQUIRESSL: '1' }, 'sslmode'],
    [own('postgres://u@db/d?sslmode=prefer'), { PGSSLMODE: 'verify-full' }, 'sslmode'],
    [own('postgres://u@db/d?sslrootcert=x.pem'), { PGSSLROOTCERT: '/ca.pem' }, 'sslrootcert'],
    [own('postgres://u@db/d?sslcrl=x.pem'), { PGSSLCRL: '/crl.pem' }, 'sslcrl'],
    [own('postgres://u@db/d?channel_binding=disable'), { PGCHANNELBINDING: 'require' }, 'channel_binding'],
    [own('postgres://u@db/d?require_auth=password'), { PGREQUIREAUTH: 'scram-sha-256' }, 'require_auth'],
    [
      own('postgres://u@db/d?ssl_min_protocol_version=TLSv1'),
      { PGSSLMINPROTOCOLVERSION: 'TLSv1.3' },
      'ssl_min_protocol_version',
    ],
  ] as const)('%#: refuses by name what takes from %j', (fields, env, name) => {
    const { summary, next } = refusal(fields, env);
    expect(summary).toContain(`${name} in the configuration would weaken the connection`);
    expect(summary + next).not.toContain('hunter2');
  });

  it('may ask for more', () => {
    expect(
      settings({ ...outer('postgres://u@db/d?sslmode=require'), sslmode: plain('verify-full') }).sslMode,
    ).toBe('verify-full');
    expect(settings({ sslmode: plain('require') }, { PGSSLMODE: 'prefer' }).sslMode).toBe('require');
    expect(
      settings({ ...outer('postgres://u@db/d?sslmode=require'), sslmode: plain('require') }).sslMode,
    ).toBe('require');
  });

  it('keeps to the strict word of a url that has both spellings', () => {
    expect(settings(outer('postgres://u@db/d?sslmode=verify-full&ssl=true')).sslMode).toBe('verify-full');
    expect(settings(outer('postgres://u@db/d?ssl=true')).sslMode).toBe('require');
  });

  it('does as libpq with the certificates of the system: nothing weaker than verify-full', () => {
    expect(settings(outer('postgres://u@db/d?sslrootcert=system')).sslMode).toBe('verify-full');
    expect(refusal(outer('postgres://u@db/d?sslrootcert=system&sslmode=require')).summary).toContain(
      'with sslrootcert: system',
    );
  });

  it.each(['port', 'host', 'hostaddr'])('does not redirect a url that comes from outside: %s', (name) => {
    const value = { port: '6666', host: 'evil.example', hostaddr: '192.0.2.66' }[name] ?? '';
    for (const field of [plain(value), sensitive(new Sensitive(value))]) {
      const { summary, next } = refusal({ ...outer('postgres://u:hunter2@db/d'), [name]: field });
      expect(summary).toContain(`${name} would lead the connection of a url`);
      expect(summary + next).not.toContain('hunter2');
    }
    expect(settings({ ...own('postgres://u@db/d'), port: plain(6666) }).hosts).toEqual([
      { host: 'db', port: 6666 },
    ]);
    expect(settings({ ...outer('postgres://u@db:6666/d'), port: plain(6666) }).hosts[0]?.port).toBe(6666);
  });
});

describe('what is exposed on the way', () => {
  it.each([
    ['sslmode=disable', 'sslmode disable encrypts nothing'],
    ['sslmode=prefer', 'sslmode prefer goes on without TLS, and checks no certificate'],
    ['sslmode=require', 'sslmode require without sslrootcert checks no certificate'],
    ['sslmode=require&sslrootcert=/ca.pem', undefined],
    ['sslmode=verify-ca&sslrootcert=/ca.pem', undefined],
    ['sslmode=verify-full', undefined],
  ])('%s: %s', (query, exposure) => {
    const targets = targetsOf(settings(outer(`postgres://u@db/d?${query}`)));
    expect(targets.map((target) => target.exposure)).toEqual([exposure]);
  });
});

describe('hosts', () => {
  it.each([
    'postgres://ci@localhost%00.db.example.com:5544/x',
    'postgres://ci@localhost%2F.db.example.com/x',
    'postgres://ci@localhost%20.db.example.com/x',
    'postgres://ci@127.1/x',
    'postgres://ci@/x?host=@abstract',
    'postgres://ci@/x?host=a,b%00',
  ])('are names, addresses and sockets only: %s', (url) => {
    expect(refusal(own(url)).summary).toContain('the host is not a host name');
  });

  it('may have underscores, as on container networks', () => {
    expect(settings({ host: plain('my_db') }).hosts).toEqual([{ host: 'my_db', port: 5432 }]);
  });

  it.each([
    [outer('postgres://u@db/d?hostaddr=192.0.2.1'), {}, [{ host: 'db', port: 5432, address: '192.0.2.1' }]],
    [outer('postgres:///d?hostaddr=192.0.2.1'), {}, [{ host: '192.0.2.1', port: 5432 }]],
    [{ host: plain('db'), hostaddr: plain('::1') }, {}, [{ host: 'db', port: 5432, address: '::1' }]],
    [
      outer('postgres://u@db/d'),
      { PGHOSTADDR: '127.0.0.9' },
      [{ host: 'db', port: 5432, address: '127.0.0.9' }],
    ],
    [{}, { PGHOSTADDR: '127.0.0.9' }, [{ host: '127.0.0.9', port: 5432 }]],
    [
      outer('postgres://u@a:1,b:2/d?hostaddr=192.0.2.1,'),
      {},
      [
        { host: 'a', port: 1, address: '192.0.2.1' },
        { host: 'b', port: 2 },
      ],
    ],
  ] as const)('%#: are dialled by hostaddr', (fields, env, hosts) => {
    expect(settings(fields, env).hosts).toEqual(hosts);
    expect(targetsOf(settings(fields, env))).toMatchObject(hosts);
  });

  it.each([
    ['postgres://u@a,b/d?hostaddr=192.0.2.1', 'host names 2 servers and hostaddr 1'],
    ['postgres://u@a/d?hostaddr=db.example.com', 'hostaddr is not an IP address'],
    ['postgres://u@a,b,c/d?port=1,2', 'host names 3 servers and port 2'],
  ])('fit together: %s', (url, summary) => {
    expect(refusal(outer(url)).summary).toContain(summary);
  });
});

describe('parameters', () => {
  it.each([
    ['gssencmode=require', 'gssencmode of the url has a value'],
    ['gssdelegation=1', 'gssdelegation of the url has a value'],
    ['channel_binding=maybe', 'channel_binding of the url has a value'],
    ['target_session_attrs=master', 'target_session_attrs of the url has a value'],
    ['service=prod', 'service of the url is not supported'],
    ['servicefile=x', 'servicefile of the url is not supported'],
    ['sslcrldir=/x', 'sslcrldir of the url is not supported'],
    ['scram_client_key=x', 'scram_client_key of the url is not supported'],
    ['sslkeylogfile=/tmp/x', 'sslkeylogfile of the url is not supported'],
    ['sslsni=0', 'sslsni of the url has a value'],
    ['sslcertmode=require', 'sslcertmode of the url has a value'],
    ['sslnegotiation=direct', 'sslnegotiation direct needs sslmode require'],
    ['ssl_min_protocol_version=SSLv3', 'ssl_min_protocol_version of the url has a value'],
    ['require_auth=magic', 'require_auth is not a list of ways to log in'],
    ['require_auth=md5,!none', 'require_auth is not a list of ways to log in'],
    ['replication=database', 'replication of the url has a value'],
    ['oauth_issuer=x', 'oauth_issuer of the url is not supported'],
    ['pgbouncer=true', 'the url has a parameter pgbouncer that is not supported'],
    ['constructor=x', 'the url has a parameter constructor that is not supported'],
  ])('are honoured or refused by name: %s', (query, summary) => {
    expect(refusal(outer(`postgres://u:hunter2@db/d?${query}`)).summary).toContain(summary);
  });

  it.each([
    ['PGSERVICE', 'prod'],
    ['PGGSSENCMODE', 'require'],
    ['PGCHANNELBINDING', 'maybe'],
    ['PGTARGETSESSIONATTRS', 'master'],
    ['PGSSLCRLDIR', '/x'],
    ['PGSSLSNI', '0'],
    ['PGSSLMINPROTOCOLVERSION', 'SSLv3'],
  ])('are so as variables: %s', (variable, value) => {
    const { summary } = refusal({ host: plain('db') }, { [variable]: value });
    expect(summary).toContain(variable);
    expect(summary).not.toContain(value);
  });

  it('know the owner of a socket from nowhere', () => {
    const env = { PGREQUIREPEER: 'postgres' };
    expect(refusal({ host: plain('/run/pg') }, env).summary).toContain('PGREQUIREPEER is not supported');
    expect(refusal({ host: plain('db') }, env).summary).toBe('accepted');
  });

  it('change the session only from outside of the configuration', () => {
    expect(settings({}, { PGOPTIONS: '-c work_mem=1MB' }).options).toBe('-c work_mem=1MB');
    expect(settings(outer('postgres://u@db/d?options=-c%20x%3Dy')).options).toBe('-c x=y');
    expect(refusal(own('postgres://u@db/d?options=-c%20x%3Dy')).summary).toContain(
      'options in a url of the configuration',
    );
  });

  it('reach the connection', () => {
    const query = [
      'target_session_attrs=read-write',
      'load_balance_hosts=random',
      'channel_binding=require',
      'require_auth=!password,!md5,!gss,!sspi,!oauth,!none',
      'sslmode=verify-full',
      'sslnegotiation=direct',
      'sslcrl=/crl.pem',
      'sslcert=/c.pem',
      'sslkey=/k.pem',
      'sslpassword=pw',
      'ssl_min_protocol_version=TLSv1.3',
      'gssencmode=prefer',
    ].join('&');
    expect(settings(outer(`postgres://u@a,b/d?${query}`))).toMatchObject({
      sessionAttrs: 'read-write',
      isBalanced: true,
      bindsChannel: true,
      requireAuth: ['scram-sha-256'],
      sslIsDirect: true,
      sslCrl: '/crl.pem',
      sslCert: '/c.pem',
      sslPassword: 'pw',
      sslMinVersion: 'TLSv1.3',
    });
    expect(settings(outer('postgres://u@a/d?sslcert=/c.pem&sslcertmode=disable'))).not.toHaveProperty(
      'sslCert',
    );
  });
});

describe('a password with characters that are not percent-encoded', () => {
  it.each([
    'zqx/vwk2',
    'zqx?vwk2',
    'zqx#vwk2',
    'zqx/vwk?2=x',
    'zqx?t=vwk2',
    '12/34',
    'zqx@vwk/2',
    'zqx?user=vwk2',
  ])('gets a hint that shows none of it: %s', (password) => {
    const { summary, next } = refusal(outer(`postgres://deploy:${password}@db.example.com:5432/c05`));
    expect(summary).toContain('must be percent-encoded');
    expect(next).toContain('/ as %2F, ? as %3F, # as %23');
    for (const part of ['zqx', 'vwk', '34', 'deploy', 'example.com'])
      expect(summary + next).not.toContain(part);
  });

  it.each([
    'postgres://host.example.com:5432/d?user=ana@host',
    'postgres://host.example.com?user=ana@host',
    'postgres://u:p%2Fss%3F%23@host/d',
    'postgres://u:p@ss@host/d',
  ])('is not seen where there is none: %s', (url) => {
    expect(refusal(outer(url)).summary).toBe('accepted');
  });
});
