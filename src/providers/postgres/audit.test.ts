import { describe, expect, it } from 'vitest';
import { plain, sensitive, Sensitive } from '../../model/index.js';
import type { ConfiguredResource, DesiredField, Plain } from '../../model/index.js';
import { audit, auditValues } from './audit.js';

const range = (line: number) => ({ file: 'a.yaml', line, column: 1, endLine: line, endColumn: 2 });
const from: DesiredField = { kind: 'source', source: { from: 'env', name: 'X' }, range: range(7) };

function resource(address: string, fields: Record<string, Plain | DesiredField>): ConfiguredResource {
  return {
    address,
    dependsOn: [],
    lifecycle: {},
    range: range(1),
    fields: Object.fromEntries(
      Object.entries(fields).map(([path, value]): [string, DesiredField] => [
        path,
        typeof value === 'object' && value !== null && 'kind' in value
          ? (value as DesiredField)
          : { kind: 'plain', value: value, range: range(5) },
      ]),
    ),
  };
}

const server = (fields: Record<string, Plain | DesiredField>, name = 'lake'): ConfiguredResource =>
  resource(`duckdb_server.pg.${name}`, { type: 's3', ...fields });
const mapping = (fields: Record<string, Plain | DesiredField>, name = 'lake'): ConfiguredResource =>
  resource(`user_mapping.pg.${name}/analyst`, fields);

const codes = (...resources: readonly ConfiguredResource[]): readonly string[] =>
  audit({ name: 'pg', type: 'postgres', fields: {} }, resources).map(
    (diagnostic) => `${diagnostic.severity} ${diagnostic.code}`,
  );

describe('the names of servers', () => {
  it.each([
    'a b',
    'a-b',
    'a.b',
    "a'b",
    'a"b',
    'a;b',
    'a%b',
    'a/b',
    'a:b',
    'a@b',
    'a\\b',
    'a#b',
    'a\tb',
    'a\nb',
    'Lake',
    'validation',
    'Validation',
    'x'.repeat(64),
  ])('refuses %j, which breaks DuckDB or blocks every change', (name) => {
    expect(codes(server({}, name))).toEqual(['error dangerous-server-name']);
  });

  it.each(['lake', '_x', '1a', 'a$b', 'order', 'x'.repeat(63)])('accepts %j', (name) => {
    expect(codes(server({}, name))).toEqual([]);
  });

  it('refuses names that differ in case alone', () => {
    expect(codes(server({}, 'foo'), server({}, 'Foo'))).toContain('error clashing-server-names');
  });
});

describe('the options', () => {
  it('accepts the usual forms', () => {
    expect(
      codes(
        server({ 'options.region': 'us-east-1', 'options.use_ssl': false, 'options.verify_ssl': 'TRUE' }),
        mapping({ 'options.key_id': 'AKIA', 'options.secret': from, 'options.extra_http_headers': from }),
        server(
          { 'options.provider': 'credential_chain', 'options.validation': 'none', 'options.chain': 'env' },
          'b',
        ),
        server({ type: 'gcs' }, 'c'),
        mapping({ 'options.bearer_token': from }, 'c'),
        server({ type: 'http', 'options.http_proxy': 'p:1', 'options.extra_http_headers': '{a=b}' }, 'd'),
      ),
    ).toEqual([]);
  });

  it.each([
    ['validation without credential_chain', { 'options.validation': 'none' }, 'error option-not-accepted'],
    ['an option of another type', { 'options.account_id': 'x' }, 'error option-not-accepted'],
    ['an option of another provider', { 'options.profile': 'x' }, 'error option-not-accepted'],
    ['an option that nobody knows', { 'options.regoin': 'x' }, 'warning unknown-option'],
    ['a type that nobody knows', { type: 'gdrive', 'options.anything': 'x' }, 'warning unknown-secret-type'],
    ['a provider that nobody knows', { 'options.provider': 'cfg' }, 'warning unknown-secret-provider'],
    ['no map', { type: 'http', 'options.extra_http_headers': 'a=b' }, 'error not-a-map'],
  ] as [string, Record<string, Plain | DesiredField>, string][])('%s', (_title, fields, expected) => {
    expect(codes(server(fields))).toEqual([expected]);
  });

  it('points to the line of the option, and to the word that may be meant', () => {
    const [first] = audit({ name: 'pg', type: 'postgres', fields: {} }, [server({ 'options.regoin': 'x' })]);
    expect(first).toMatchObject({ range: { line: 5 }, address: 'duckdb_server.pg.lake' });
    expect(first?.next).toContain('region');
  });

  it('refuses an option in the server and in the mapping; scope and provider win in silence, so they warn', () => {
    expect(codes(server({ 'options.region': 'a' }), mapping({ 'options.region': from }))).toEqual([
      'error option-in-both-places',
    ]);
    expect(codes(server({ 'options.scope': 's3://a' }), mapping({ 'options.scope': 's3://b' }))).toEqual([
      'warning option-in-both-places',
    ]);
  });

  it('accepts what the table lacks with options_unchecked', () => {
    expect(codes({ ...server({ 'options.brand_new': 'x' }), optionsUnchecked: true })).toEqual([]);
    expect(codes({ ...server({ type: 'gdrive' }), optionsUnchecked: true })).toEqual([]);
  });
});

describe('what breaks or shows something later', () => {
  const chain = (more: Record<string, Plain | DesiredField>): ConfiguredResource =>
    server({ 'options.provider': 'credential_chain', ...more });

  it.each([
    [{}, ['warning chain-without-validation']],
    [{ 'options.validation': '' }, ['warning chain-without-validation']],
    [{ 'options.validation': 'NONE' }, []],
    [{ 'options.validation': 'exists' }, []],
    [{ 'options.validation': from }, []],
    [{ type: 'gcs' }, ['warning chain-without-validation']],
    [{ type: 'azure' }, []],
    [{ type: 'huggingface' }, []],
  ] as [Record<string, Plain | DesiredField>, string[]][])(
    'warns of a chain that needs credentials: %j',
    (fields, expected) => {
      expect(codes(chain(fields))).toEqual(expected);
    },
  );

  it('warns at the mapping that chooses the chain', () => {
    const found = codes(server({}), mapping({ 'options.provider': 'credential_chain' }));
    expect(found).toEqual(['warning chain-without-validation']);
  });

  it.each([
    [server({ 'options.refresh': 'auto' }), 'error credentials-shown'],
    [server({ 'options.refresh': 'none' }), 'error credentials-shown'],
    [server({ 'options.refresh': from }), 'error credentials-shown'],
    [chain({ 'options.validation': 'none', 'options.refresh': 'auto' }), 'error credentials-shown'],
    [chain({ 'options.validation': 'none', 'options.refresh': 'never' }), undefined],
  ] as [ConfiguredResource, string | undefined][])('refuses refresh: %#', (resource, expected) => {
    expect(codes(resource)).toEqual(expected === undefined ? [] : [expected]);
    expect(codes({ ...resource, optionsUnchecked: true })).toEqual([]);
  });

  it('refuses refresh in a mapping, and a chain that acts like it beside credentials', () => {
    expect(codes(server({}), mapping({ 'options.refresh': 'auto' }))).toEqual(['error credentials-shown']);
    const asking = chain({ 'options.validation': 'none', 'options.chain': 'web_identity' });
    expect(codes(asking, mapping({ 'options.key_id': 'A' }))).toEqual([]);
    expect(codes(asking, mapping({ 'options.secret': from }))).toEqual(['error credentials-shown']);
  });

  it('says what the chain sts needs, and that it asks AWS', () => {
    const sts = { 'options.validation': 'none', 'options.chain': 'env;sts' };
    expect(codes(chain(sts))).toEqual(['error missing-option']);
    expect(codes(chain({ 'options.validation': 'none', 'options.assume_role_arn': 'arn:x' }))).toEqual([
      'error missing-option',
    ]);
    expect(codes(chain({ ...sts, 'options.assume_role_arn': 'arn:x' }))).toEqual(['warning chain-asks-sts']);
  });

  it('refuses iceberg with the reason, unless told otherwise', () => {
    const ice = server({ type: 'iceberg', 'options.endpoint': 'http://c' });
    expect(codes(ice)).toEqual(['error iceberg-server']);
    expect(codes({ ...ice, optionsUnchecked: true })).toEqual([]);
  });

  it('warns of credentials that DuckDB shows to everyone', () => {
    const everyone = (fields: Record<string, Plain | DesiredField>): ConfiguredResource =>
      resource('user_mapping.pg.lake/public', fields);
    const proxy = { 'options.key_id': 'A', 'options.secret': from, 'options.http_proxy_password': from };
    expect(codes(server({}), everyone(proxy))).toEqual(['warning shown-to-everyone']);
    expect(codes(server({}), mapping(proxy))).toEqual([]);
    expect(codes(server({ type: 'postgres' }), everyone({ 'options.scram_client_key': from }))).toEqual([
      'warning shown-to-everyone',
    ]);
  });

  it('wants in the server of type rds what it is checked with', () => {
    const rds = server({ type: 'rds', 'options.validation': 'none' });
    expect(codes(rds)).toEqual(Array(5).fill('error missing-option'));
  });
});

it.each([
  ['an option of another type', { 'options.account_id': 'x' }],
  ['validation without a chain', { 'options.validation': 'none' }],
  ['no map', { type: 'http', 'options.extra_http_headers': 'a=b' }],
  ['a missing option', { type: 'rds' }],
] as [string, Record<string, Plain | DesiredField>][])(
  'options_unchecked overrides what comes from the table: %s',
  (_title, fields) => {
    expect(codes(server(fields))).not.toEqual([]);
    expect(codes({ ...server(fields), optionsUnchecked: true })).toEqual([]);
  },
);

it('a proxy with credential_chain is known, its password sensitive', () => {
  expect(
    codes(
      server({
        'options.provider': 'credential_chain',
        'options.validation': 'none',
        'options.http_proxy': 'http://p:3128',
        'options.http_proxy_username': 'u',
      }),
      mapping({ 'options.http_proxy_password': from }),
    ),
  ).toEqual([]);
});

describe('motherduck', () => {
  const duck = (name: string): ConfiguredResource => server({ type: 'motherduck' }, name);

  it('wants one server, and a token in the mapping', () => {
    expect(codes(duck('a'), mapping({ 'options.token': from }, 'a'))).toEqual([]);
    expect(codes(duck('a'))).toEqual(['warning motherduck-without-token']);
    expect(codes(duck('a'), mapping({}, 'a'))).toEqual(['error missing-option']);
    expect(
      codes(
        duck('a'),
        duck('b'),
        mapping({ 'options.token': from }, 'a'),
        mapping({ 'options.token': from }, 'b'),
      ),
    ).toEqual(['error second-motherduck-server']);
  });
});

it('refuses values that PostgreSQL cannot hold', () => {
  const base = { dependsOn: [], lifecycle: {} };
  const found = auditValues([
    {
      ...base,
      address: 'user_mapping.pg.a/x',
      fields: { 'options.secret': sensitive(new Sensitive('a\0b')) },
    },
    {
      ...base,
      address: 'user_mapping.pg.b/x',
      fields: { 'options.secret': sensitive(new Sensitive('\ud83d')) },
    },
    {
      ...base,
      address: 'user_mapping.pg.c/x',
      fields: { 'options.secret': sensitive(new Sensitive('ü😀\n')), a: plain('b') },
    },
  ]);
  expect(found.map((diagnostic) => diagnostic.address)).toEqual([
    'user_mapping.pg.a/x',
    'user_mapping.pg.b/x',
  ]);
});
