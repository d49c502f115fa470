import { describe, expect, it } from 'vitest';
import { audit as auditDuckdb } from '../../src/providers/duckdb/audit.js';
import { audit as auditPostgres } from '../../src/providers/postgres/audit.js';
import { loadRight } from './load-text.js';

const HEAD = 'version: 1\nstack: test\nproviders: { w: { type: postgres }, l: { type: duckdb } }\n';
const settings = { name: 'w', type: 'postgres', fields: {} };

/** The codes that a server with these lines has, each with its place. */
function ofServer(server: string): readonly string[] {
  const { resources } = loadRight(`${HEAD}duckdb_servers:\n  a: { ${server} }\n`);
  return auditPostgres(settings, resources)
    .filter(({ code }) => code === 'option-value' || code === 'missing-option')
    .map(({ severity, code, range, summary }) => `${severity} ${code} ${range?.line ?? 0}: ${summary}`);
}

function ofSecret(secret: string): readonly string[] {
  const { resources } = loadRight(`${HEAD}duckdb_secrets:\n  a: { ${secret} }\n`);
  return auditDuckdb(settings, resources).map(({ code, summary }) => `${code}: ${summary}`);
}

const KEYS = 'key_id: A, secret: { env: S }';

describe('the text of an option that can never work', () => {
  it.each([
    ['s3', 'url_style: PATH'],
    ['s3', 'url_style: virtual'],
    ['gcs', 'url_style: " path"'],
    ['s3', 'endpoint: https://minio:9000'],
    ['s3', 'endpoint: "http://127.0.0.1:9000"'],
    ['r2', 'endpoint: "minio :9000"'],
    ['s3', 'endpoint: "//minio"'],
    ['s3', 'scope: my-bucket'],
    ['s3', 'scope: my-bucket/path'],
    ['s3', 'scope: S3://lake'],
    ['s3', 'scope: https://lake'],
    ['s3', 'scope: azure://lake'],
    ['s3', 'scope: gs://lake'],
    ['gcs', 'scope: s3://lake'],
    ['r2', 'scope: s3://lake'],
    ['azure', 'scope: s3://lake'],
    ['huggingface', 'scope: huggingface.co/datasets'],
    ['http', 'scope: api.example.com'],
    ['s3', 'region: "“us-east-1”"'],
    ['s3', 'region: us east'],
    ['s3', 'http_proxy: https://proxy:3128'],
    ['http', 'http_proxy: socks5://proxy:1080'],
    ['r2', 'account_id: abc.r2.cloudflarestorage.com'],
    ['s3', 'provider: credential_chain, chain: bogus'],
    ['s3', 'provider: credential_chain, chain: "env,config"'],
    ['s3', 'provider: credential_chain, validation: maybe'],
    ['aws', 'provider: credential_chain, chain: sts, assume_role_arn: role/lake'],
    ['azure', 'provider: credential_chain, account_name: lake.blob.core.windows.net'],
    ['postgres', 'host: "postgres://db"'],
    ['postgres', 'port: db'],
    ['postgres', 'sslmode: verify_full'],
    ['mysql', 'ssl_mode: verify-ca'],
  ])('of type %s is said: %s', (type, options) => {
    const found = ofServer(`type: ${type}, options: { ${options} }`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/option-value 5: The option \w+ of \w+ takes /);
    expect(ofServer(`type: ${type}, options: { ${options} }, options_unchecked: true`)).toEqual([]);
    const name = /(\w+): [^:]*$|(scope|endpoint|http_proxy|host): /.exec(options);
    expect(found[0]).toContain(`option ${name?.[2] ?? name?.[1] ?? ''}`);
  });

  it.each([
    ['s3', 'url_style: path, endpoint: "minio:9000", region: us-east-1, scope: s3://lake/x'],
    ['s3', 'url_style: vhost, endpoint: "minio.example.com/prefix", scope: s3a://lake'],
    ['s3', 'scope: s3, region: auto'],
    ['s3', 'scope: "", url_style: "", endpoint: "", region: ""'],
    ['s3', 'scope: gs://lake, endpoint: storage.googleapis.com'],
    ['gcs', 'scope: gcs://lake'],
    ['r2', 'scope: r2://lake, account_id: 0e1f5c2a8c1d4b8e9d0a3f6b1c2d4e5f'],
    ['azure', 'scope: abfss://container@account.dfs.core.windows.net/x'],
    ['huggingface', 'scope: hf://datasets/x'],
    ['http', 'scope: https://api.example.com, http_proxy: "http://proxy:3128"'],
    ['http', 'http_proxy: "[::1]:3128"'],
    ['s3', 'provider: credential_chain, chain: "env;config", validation: NONE'],
    ['s3', 'url_style: { env: X }, endpoint: { env: Y }, scope: { env: Z }'],
    ['postgres', 'host: db.example.com, port: "5432,5433", sslmode: verify-full'],
    ['mysql', 'host: db, port: 3306, ssl_mode: REQUIRED'],
    ['brand_new', 'scope: x, endpoint: https://x'],
  ])('is not one that may: %s, %s', (type, options) => {
    expect(ofServer(`type: ${type}, options: { ${options} }`)).toEqual([]);
  });

  it('is said where it is written, in a mapping and in a stored secret too', () => {
    expect(
      ofServer(
        `type: s3, options: { endpoint: "m:9000" }, user_mappings: { x: { url_style: Path, ${KEYS} } }`,
      ),
    ).toEqual(['error option-value 5: The option url_style of s3 takes path or vhost, in small letters.']);
    expect(
      ofServer(`type: s3, options: { endpoint: https://m }, user_mappings: { x: { ${KEYS} } }`),
    ).toHaveLength(1);
    expect(ofSecret(`type: s3, scope: [s3://a, lake], options: { url_style: PATH }`)).toEqual([
      'option-value: The option url_style of s3 takes path or vhost, in small letters.',
      'option-value: The option scope of s3 takes the start of a path: s3://… or s3n://… or s3a://….',
    ]);
  });
});

describe('an option that means nothing without another', () => {
  it.each([
    ['{ secret: { env: S } }', 'secret of s3 does nothing without key_id'],
    ['{ key_id: A }', 'key_id of s3 does nothing without secret'],
    ['{ key_id: "", secret: { env: S } }', 'secret of s3 does nothing without key_id'],
    ['{ session_token: { env: T } }', 'session_token of s3 does nothing without key_id and secret'],
  ])('is said of a mapping: %s', (mapping, words) => {
    const found = ofServer(`type: s3, user_mappings: { x: ${mapping} }`);
    expect(found).toEqual([`warning missing-option 5: The option ${words}.`]);
    expect(ofServer(`type: s3, user_mappings: { x: ${mapping} }, options_unchecked: true`)).toEqual([]);
  });

  it('counts what the server has, and says nothing of a server alone', () => {
    expect(
      ofServer('type: s3, options: { key_id: A }, user_mappings: { x: { secret: { env: S } } }'),
    ).toEqual([]);
    expect(ofServer('type: s3, options: { key_id: A }')).toEqual([]);
    const chain = 'type: s3, options: { provider: credential_chain, validation: none }';
    expect(ofServer(`${chain}, user_mappings: { x: { key_id: A } }`)).toEqual([]);
    const principal = 'type: azure, options: { provider: service_principal, tenant_id: T }';
    expect(ofServer(`${principal}, user_mappings: { x: { client_secret: { env: S } } }`)).toEqual([
      'warning missing-option 5: The option client_secret of azure does nothing without client_id.',
    ]);
    expect(ofServer('type: gcs, user_mappings: { x: { bearer_token: { env: T } } }')).toEqual([]);
    expect(ofServer('simple: { type: S3, endpoint: "minio:9000" }')).toEqual([]);
    expect(ofServer('simple: { type: S3, secret: { env: S } }')).toHaveLength(1);
    expect(ofSecret('type: s3, sensitive: { secret: { env: S } }')).toEqual([
      'missing-option: The option secret of s3 does nothing without key_id.',
    ]);
  });
});
