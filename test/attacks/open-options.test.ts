import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Sensitive, credentialIn } from '../../src/model/index.js';
import { toResources } from '../../src/providers/postgres/read.js';
import { kinds } from '../../src/providers/postgres/kinds.js';
import { yaml } from '../../src/providers/postgres/yaml.js';
import { pullText } from '../../src/report/pull-text.js';
import { load } from '../config/load-text.js';

const HEAD = 'version: 1\nstack: test\nproviders: { w: { type: postgres }, l: { type: duckdb } }\n';

describe('an option that somebody put into a server by hand', () => {
  const document = {
    servers: [
      {
        id: '1',
        version: '1',
        name: 'lake',
        type: 's3',
        owned: true,
        owner: 'o',
        comment: null,
        options: { SECRET: 'canary', Bearer_Token: 'canary', odd: 'canary', known: 'open', region: 'eu' },
      },
    ],
    mappings: [],
    serverUsage: [],
    wrapperUsage: [],
  };
  const view = {
    provider: 'w',
    principal: 'o',
    isRequested: () => true,
    handsOver: () => false,
    wrapperUsage: false,
    isNamed: (_: string, path: string) => path === 'options.known' || path === 'options.SECRET',
  };

  it.each([
    ['read', { ...view, sensitive: (text: string) => new Sensitive(text) }],
    ['found by pull', view],
  ])('is not printed where it is a credential by its name, or unknown: %s', (_, more) => {
    const resources = toResources(document, more);
    expect(JSON.stringify(resources)).not.toContain('canary');
    expect(resources[0]?.fields).toMatchObject({
      'options.region': { kind: 'plain', value: 'eu' },
      'options.known': { kind: 'plain', value: 'open' },
    });
  });
});

describe('a credential in an option that everybody can read', () => {
  it.each([
    ['http', 'extra_http_headers: "{a=b}"', 'sensitive-server-option'],
    ['s3', 'EXTRA_HTTP_HEADERS: "{a=b}"', 'sensitive-server-option'],
    ['ducklake', 'metadata_path: "postgres:host=x"', 'sensitive-server-option'],
    ['ducklake', 'data_path: "s3://lake"', 'sensitive-server-option'],
    ['iceberg', 'refresh_token: x', 'sensitive-server-option'],
    ['postgres', 'scram_client_key: x', 'sensitive-server-option'],
    ['postgres', 'scram_server_key: x', 'sensitive-server-option'],
    ['s3', 'http_proxy: "http://user:canary@proxy:3128"', 'credential-in-option'],
    ['s3', 'http_proxy: "user:canary@proxy:3128"', 'credential-in-option'],
    ['s3', 'endpoint: "Bearer canary-canary-canary"', 'credential-in-option'],
  ])('of type %s is refused: %s', (type, option, code) => {
    const server = load(`${HEAD}duckdb_servers: { a: { type: ${type}, options: { ${option} } } }\n`);
    expect(server.diagnostics.map((found) => found.code)).toContain(code);
    expect(server.configuration).toBeUndefined();
    const stored = load(`${HEAD}duckdb_secrets: { a: { type: ${type}, options: { ${option} } } }\n`);
    expect(stored.configuration).toBeUndefined();
  });

  it('is known by its form; identifiers are not credentials', () => {
    const tokens = [
      'postgres://u:p@host/db',
      'https://token@host',
      'host=x password=y',
      'Authorization: Bearer abcdefgh12345678',
      `ghp_${'a'.repeat(36)}`,
      `github_pat_${'a'.repeat(30)}`,
      `xoxb-${'1'.repeat(12)}`,
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.c`,
    ];
    expect(tokens.filter((text) => credentialIn(text) === undefined)).toEqual([]);
    const identifiers = [
      `AKIA${'A'.repeat(16)}`,
      `ASIA${'A'.repeat(16)}`,
      '0e1f5c2a-1111-4222-8333-444455556666',
      'arn:aws:iam::123456789012:role/lake',
      's3://bucket/path',
      'https://host/a@b',
      'proxy:3128',
      'team:Platform',
    ];
    expect(identifiers.flatMap((text) => credentialIn(text) ?? [])).toEqual([]);
  });
});

describe('a value source in an option of a server', () => {
  const codes = (server: string): readonly string[] =>
    load(`${HEAD}duckdb_servers: { a: ${server} }\n`).diagnostics.map(
      ({ code, severity }) => `${severity}: ${code}`,
    );

  it('is warned of, since every role can read it, unless it is declared to be no secret', () => {
    const warned = ['warning: source-in-server-option'];
    expect(codes('{ type: s3, options: { region: { env: R } } }')).toEqual(warned);
    expect(codes('{ type: s3, options: { region: ref+envsubst://$R } }')).toEqual(warned);
    expect(codes('{ simple: { type: S3, endpoint: { env: E } } }')).toEqual(warned);
    expect(codes('{ azure: { connection_string: { env: C }, scope: { env: E } } }')).toEqual(warned);
    expect(
      codes('{ type: s3, options: { region: { env: R } }, lifecycle: { not_secret: [region] } }'),
    ).toEqual([]);
    expect(
      codes('{ type: s3, user_mappings: { b: { region: { env: R }, key_id: A, secret: { env: S } } } }'),
    ).toEqual([]);
    expect(
      load(`${HEAD}duckdb_secrets: { a: { type: s3, options: { region: { env: R } } } }\n`).diagnostics,
    ).toEqual([]);
  });
});

describe('an option that the table does not know', () => {
  const fieldOf = (text: string, path: string): unknown =>
    load(`${HEAD}${text}\n`)
      .configuration?.resources.map(({ fields }) => fields[path])
      .find((field) => field !== undefined);
  const hidden = { kind: 'plain', sensitive: true };

  it.each([
    ['of an unknown type', 'duckdb_servers: { a: { type: new, options: { region: x } } }', 'region'],
    [
      'of an unknown name',
      'duckdb_servers: { a: { type: s3, options: { flavour: x }, options_unchecked: true } }',
      'flavour',
    ],
    ['of a mapping', 'duckdb_servers: { a: { type: s3, user_mappings: { b: { flavour: x } } } }', 'flavour'],
    ['of a stored secret', 'duckdb_secrets: { a: { type: new, options: { region: x } } }', 'region'],
  ])('is treated like a credential: %s', (_, text, name) => {
    expect(fieldOf(text, `options.${name}`)).toMatchObject(hidden);
    const declared = text.replace(/ \} \}$/, `, lifecycle: { not_secret: [${name.toUpperCase()}] } } }`);
    expect(fieldOf(declared, `options.${name}`)).not.toHaveProperty('sensitive');
  });

  it('is shown where it is known', () => {
    expect(
      fieldOf('duckdb_servers: { a: { type: s3, options: { region: x } } }', 'options.region'),
    ).not.toHaveProperty('sensitive');
  });
});

it('an option of a server that nobody knows is pulled as a variable, and a credential is left out', () => {
  const view = {
    provider: 'w',
    principal: 'o',
    isRequested: () => true,
    handsOver: () => false,
    wrapperUsage: false,
    isNamed: () => false,
  };
  const options = { region: 'eu', odd: 'canary', SECRET: 'canary' };
  const server = {
    id: '1',
    version: '1',
    name: 'lake',
    type: 's3',
    owner: 'o',
    owned: true,
    comment: null,
    options,
  };
  const resources = toResources({ servers: [server], mappings: [], serverUsage: [], wrapperUsage: [] }, view);
  const text = pullText(resources, kinds, yaml);
  expect(parse(text)).toMatchObject({
    duckdb_servers: { lake: { options: { region: 'eu', odd: { env: 'LAKE_ODD' } } } },
  });
  expect(text).not.toMatch(/canary|SECRET/);
});
