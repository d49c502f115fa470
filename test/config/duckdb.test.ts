import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { SENSITIVE_OPTIONS, SHOWN_OPTIONS } from '../../src/providers/sdk/duckdb-option-names.js';
import { lines, load, loadRight } from './load-text.js';

const HEAD = `version: 1
stack: prod
providers: { laptop: { type: duckdb, secret_directory: ./store }, wh: { type: postgres } }
`;
const secrets = (body: string): string => `${HEAD}duckdb_secrets: ${body}\n`;
const server = (body: string): string => `${HEAD}duckdb_servers: { s: ${body} }\n`;

describe("DuckDB's own secrets in the language", () => {
  it('become one resource in each directory, under the name that DuckDB has', () => {
    const { resources, providers } = loadRight(
      secrets(
        '{ Proxy: { type: HTTP, scope: ["http://a", "http://b"], options: { http_proxy: "p:1" }, sensitive: { Bearer_Token: { env: T } }, lifecycle: { protect: true } } }',
      ),
    );
    expect(resources).toMatchObject([
      {
        address: 'duckdb_secret.laptop.proxy',
        lifecycle: { protect: true },
        fields: {
          type: { kind: 'plain', value: 'http' },
          scope: { kind: 'plain', value: ['http://a', 'http://b'] },
          'options.http_proxy': { kind: 'plain', value: 'p:1' },
          'options.bearer_token': { kind: 'source', source: { from: 'env', name: 'T' } },
        },
      },
    ]);
    expect(providers[0]?.fields['secret_directory']).toMatchObject({ value: '/project/store' });
  });

  it.each([
    ['{ p: { type: http, options: { bearer_token: { env: T } } } }', 'sensitive-open-option'],
    ['{ p: { type: http, sensitive: { bearer_token: hunter2 } } }', 'plain-secret'],
    ['{ p: { type: http, options: { verify_ssl: maybe } } }', 'not-a-boolean'],
    ['{ p: { type: http, options: { type: s3 } } }', 'type-option'],
    ['{ p: { type: http }, P: { type: http } }', 'clashing-secret-names'],
    ['{ p: { type: http, options: { x: a }, sensitive: { X: { env: T } } } }', 'option-in-both-places'],
    ['{ p: { type: http, provider: wh } }', 'wrong-provider'],
    ['{ p: { options: { x: a } } }', 'missing-key'],
    ['{ p: { type: http, scope: [] } }', 'empty-list'],
  ])('refuse %s', (body, code) => {
    const { configuration, diagnostics } = load(secrets(body));
    expect(configuration).toBeUndefined();
    expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.range?.line])).toEqual([[code, 4]]);
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
  });
});

describe('HTTP headers', () => {
  const mapped = (headers: string): string =>
    server(`{ type: s3, user_mappings: { ana: { extra_http_headers: ${headers} } } }`);

  it('may be a map, as people write them', () => {
    const { resources } = loadRight(mapped('{ X-Team: data, X-Level: 3 }'));
    expect(resources[1]?.fields['options.extra_http_headers']).toMatchObject({
      kind: 'plain',
      value: { 'X-Team': 'data', 'X-Level': '3' },
    });
  });

  it('or a value source, which is not taken for a header', () => {
    const { resources } = loadRight(mapped('{ env: HEADERS }'));
    expect(resources[1]?.fields['options.extra_http_headers']).toMatchObject({
      kind: 'source',
      source: { from: 'env', name: 'HEADERS' },
    });
  });

  it.each([
    ['{ Authorization: x1y2 }', 'plain-secret'],
    ['{ X-Team: "Bearer abcdefghijklmnop1234" }', 'plain-secret'],
    ['{ X-Team: "a,b" }', 'not-a-map'],
    ['{ "X Team": a }', undefined],
  ])('refuse %s', (headers, code) => {
    const { configuration, diagnostics } = load(mapped(headers));
    expect(configuration).toBeUndefined();
    if (code !== undefined) expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(JSON.stringify(diagnostics)).not.toMatch(/x1y2|abcdefghijklmnop1234/);
  });
});

it('options_unchecked overrides that an option takes true or false', () => {
  const text = '{ type: s3, options: { use_ssl: maybe }, options_unchecked: true }';
  expect(load(server(text)).diagnostics).toEqual([]);
});

describe('the one table of options', () => {
  it('has no credential among what messages may show', () => {
    expect(SHOWN_OPTIONS.filter((one) => SENSITIVE_OPTIONS.includes(one))).toEqual([]);
  });

  it('says by type what is a credential, and a wrong boolean at its line', () => {
    const codes = (text: string): readonly string[] =>
      load(text).diagnostics.map((diagnostic) => diagnostic.code);
    expect(codes(server('{ type: http, options: { extra_http_headers: "{a=b}" } }'))).toEqual([
      'sensitive-server-option',
    ]);
    expect(codes(server('{ type: s3, options: { extra_http_headers: "{a=b}" } }'))).toEqual([
      'sensitive-server-option',
    ]);
    expect(codes(server('{ type: azure, options: { provider: service_principal, client_id: a } }'))).toEqual(
      [],
    );
    expect(codes(server('{ type: iceberg, options: { client_id: { env: T } } }'))).toEqual([
      'sensitive-server-option',
    ]);
    expect(codes(server('{ type: gdrive, options: { token: { env: T } } }'))).toEqual([
      'sensitive-server-option',
    ]);
    expect(lines(load(server('{ simple: { type: S3, use_ssl: maybe } }')).diagnostics)).toEqual([
      'secrets.yaml:4:53: The option `use_ssl` takes true or false. → Write true or false.',
    ]);
    expect(lines(load(server('{ type: S3, options: { use_ssl: maybe } }')).diagnostics)).toEqual([
      'secrets.yaml:4:54: The option `use_ssl` takes true or false. → Write true or false.',
    ]);
  });
});

describe('the schema for editors', () => {
  const ajv = new Ajv2020({ strict: false, discriminator: true });
  const schema = JSON.parse(
    readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const validate = ajv.compile(schema);
  const takes = (type: string, options: object, section = 'duckdb_servers'): boolean =>
    validate({ [section]: { s: { type, options } } });

  it('marks a credential in the open and a wrong boolean of each type, and nothing that is only unknown', () => {
    for (const section of ['duckdb_servers', 'duckdb_secrets']) {
      expect(takes('S3', { secret: { env: 'X' } }, section)).toBe(false);
      expect(takes('s3', { use_ssl: 'maybe' }, section)).toBe(false);
      expect(takes('s3', { use_ssl: 'No', region: 'x', regoin: 'y' }, section)).toBe(true);
      expect(takes('s3', { use_ssl: { env: 'X' } }, section)).toBe(true);
      expect(takes('http', { extra_http_headers: '{a=b}' }, section)).toBe(false);
      expect(takes('gdrive', { anything: 'x' }, section)).toBe(true);
    }
    const mapping = (options: object): boolean =>
      validate({ duckdb_servers: { s: { type: 's3', user_mappings: { a: options } } } });
    expect(mapping({ key_id: 'A', secret: { env: 'X' } })).toBe(true);
    expect(mapping({ secret: 'plain' })).toBe(false);
  });
});
