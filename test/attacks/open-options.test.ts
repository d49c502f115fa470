import { describe, expect, it } from 'vitest';
import { Sensitive, credentialIn } from '../../src/model/index.js';
import { toResources } from '../../src/providers/postgres/read.js';
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
