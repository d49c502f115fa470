import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { Configuration, ConfiguredResource } from '../../src/model/index.js';
import { HEAD, file, loadRight } from './load-text.js';
import { kinds } from '../core/kinds.js';

const example = readFileSync(new URL('./fixtures/example.yaml', import.meta.url));
const configuration = loadRight(file('secrets.yaml', example));

/** What a resource's fields hold, without their places. */
function fieldsOf({ resources }: Configuration, address: string): Record<string, unknown> {
  const found = resources.find((one) => one.address === address);
  if (found === undefined) throw new Error(`no ${address}`);
  return Object.fromEntries(
    Object.entries(found.fields).map(([path, field]) => [
      path,
      field.kind === 'plain' ? field.value : field.source,
    ]),
  );
}
const resource = (address: string): ConfiguredResource =>
  configuration.resources.find((one) => one.address === address)!;

describe('the example of the language', () => {
  it('gives every resource its address, parents first', () => {
    expect(configuration.resources.map(({ address }) => address)).toEqual([
      'fdw_usage.warehouse.lake_admin',
      'secret.helios.HF_TOKEN',
      'share.helios.HF_TOKEN/user:ana@example.com',
      'share.helios.HF_TOKEN/team:Platform',
      'share.helios.HF_TOKEN/team:Machine Learning',
      'secret.helios.AWS_ACCESS_KEY_ID',
      'share.helios.AWS_ACCESS_KEY_ID/team:Data Engineering',
      'secret.helios.AWS_SECRET_KEY',
      'share.helios.AWS_SECRET_KEY/team:Data Engineering',
      'duckdb_server.warehouse.lake',
      'user_mapping.warehouse.lake/analyst',
      'user_mapping.warehouse.lake/public',
      'server_usage.warehouse.lake/analyst',
      'duckdb_server.warehouse.lake_chain',
      'duckdb_server.warehouse.minio',
      'user_mapping.warehouse.minio/current_user',
      'duckdb_server.warehouse.blob',
      'user_mapping.warehouse.blob/current_user',
    ]);
  });

  it('keeps what a secret says of itself', () => {
    expect(resource('secret.helios.HF_TOKEN')).toMatchObject({
      lifecycle: { protect: true },
      minOwners: 2,
      maxAgeMs: 90 * 24 * 3_600_000,
      range: { file: 'secrets.yaml', line: 19, column: 3 },
    });
    expect(fieldsOf(configuration, 'share.helios.HF_TOKEN/team:Platform')).toEqual({ role: 'Owner' });
    expect(fieldsOf(configuration, 'secret.helios.AWS_ACCESS_KEY_ID')).toEqual({
      value: { from: 'file', path: './aws-key-id.txt', base: '/project', trim: true },
    });
  });

  it('lets a mapping depend on its server and on the secrets that feed it', () => {
    expect(resource('user_mapping.warehouse.lake/analyst').dependsOn).toEqual([
      'duckdb_server.warehouse.lake',
      'secret.helios.AWS_ACCESS_KEY_ID',
      'secret.helios.AWS_SECRET_KEY',
    ]);
  });

  it('splits simple and azure as the functions do', () => {
    expect(fieldsOf(configuration, 'duckdb_server.warehouse.minio')).toEqual({
      type: 's3',
      'options.endpoint': 'minio:9000',
      'options.use_ssl': 'false',
    });
    expect(fieldsOf(configuration, 'user_mapping.warehouse.minio/current_user')).toEqual({
      'options.key_id': { from: 'env', name: 'MINIO_ID' },
      'options.secret': { from: 'env', name: 'MINIO_KEY' },
    });
    expect(fieldsOf(configuration, 'duckdb_server.warehouse.blob')).toEqual({
      type: 'azure',
      'options.scope': 'azure://c',
    });
  });

  it('names the lists that are authoritative', () => {
    expect(configuration.authoritative).toEqual([
      { kind: 'fdw_usage', provider: 'warehouse' },
      { kind: 'share', provider: 'helios', parent: 'secret.helios.HF_TOKEN' },
      { kind: 'share', provider: 'helios', parent: 'secret.helios.AWS_ACCESS_KEY_ID' },
      { kind: 'share', provider: 'helios', parent: 'secret.helios.AWS_SECRET_KEY' },
      { kind: 'server_usage', provider: 'warehouse', parent: 'duckdb_server.warehouse.lake' },
    ]);
  });

  it('keeps the rest: state, providers, moves, files', () => {
    expect(configuration).toMatchObject({
      version: 1,
      stack: 'analytics-prod',
      state: {
        backend: 'local',
        fields: { path: { kind: 'plain', value: '/project/.secrets/analytics-prod.state.json' } },
      },
      moved: [{ from: 'secret.helios.OLD_NAME', to: 'secret.helios.HF_TOKEN' }],
      removed: [{ address: 'secret.helios.HANDED_OVER' }],
      files: ['secrets.yaml'],
    });
    expect(configuration.providers.map(({ name, type }) => [name, type])).toEqual([
      ['helios', 'singlestore'],
      ['warehouse', 'postgres'],
    ]);
    expect(Object.keys(configuration.providers[0]!.fields)).toEqual(['api_key', 'base_url', 'organization']);
  });

  it('has addresses that parse back, each once', () => {
    const addresses = configuration.resources.map(({ address }) => address);
    expect(addresses.filter((address) => kinds.parse(address) === undefined)).toEqual([]);
    expect(new Set(addresses).size).toBe(addresses.length);
  });
});

describe('options', () => {
  it('keeps the text that stands in the file, names in small letters', () => {
    const right = loadRight(
      `${HEAD}duckdb_servers: { s: { type: S3, options: { KEY_ID: 0123, a: 1e3, b: yes, c: True, d: "007", e: 0x1F, f: 1_0 } } }`,
    );
    expect(fieldsOf(right, 'duckdb_server.wh.s')).toEqual({
      type: 's3',
      'options.key_id': '0123',
      'options.a': '1e3',
      'options.b': 'yes',
      'options.c': 'true',
      'options.d': '007',
      'options.e': '0x1F',
      'options.f': '1_0',
    });
  });

  it('takes a value source in a server', () => {
    const right = loadRight(`${HEAD}duckdb_servers: { s: { type: s3, options: { region: { env: R } } } }`);
    expect(fieldsOf(right, 'duckdb_server.wh.s')).toMatchObject({
      'options.region': { from: 'env', name: 'R' },
    });
  });

  it('always makes the mapping of a simple secret with key and secret, as the function does', () => {
    const right = loadRight(
      `${HEAD}duckdb_servers: { s: { simple: { type: GCS, provider: credential_chain, session_token: { env: T } } }, a: { azure: { connection_string: { env: C } } } }`,
    );
    expect(right.resources.map(({ address }) => address)).toEqual([
      'duckdb_server.wh.s',
      'user_mapping.wh.s/current_user',
      'duckdb_server.wh.a',
      'user_mapping.wh.a/current_user',
    ]);
    expect(fieldsOf(right, 'user_mapping.wh.s/current_user')).toEqual({
      'options.key_id': '',
      'options.secret': '',
      'options.session_token': { from: 'env', name: 'T' },
    });
  });

  it.each([
    ['', 'current_user', 'default'],
    [', user: PUBLIC', 'public', 'user'],
    [', user: Current_User', 'current_user', 'user'],
    [', user: etl', 'etl', 'user'],
  ])('gives a simple secret%s to %s', (user, role, simple) => {
    const right = loadRight(
      `${HEAD}duckdb_servers: { s: { simple: { type: S3, key_id: A, secret: { env: K }${user} } } }`,
    );
    expect(right.resources.map(({ address }) => address)).toEqual([
      'duckdb_server.wh.s',
      `user_mapping.wh.s/${role}`,
    ]);
    expect(right.resources[0]).toMatchObject({ simple });
  });
});

describe('shares', () => {
  it('adds what patterns grant, the greater role counting', () => {
    const right = loadRight(`${HEAD}secrets:
  A_1: { value: { env: X }, owners: [user:A@b.c], readers: [team:T] }
  B: { value: { env: X } }
shares:
  - { secrets: ['A_?'], readers: ['user:a@B.c'], owners: [team:T] }
`);
    expect(fieldsOf(right, 'share.helios.A_1/user:a@b.c')).toEqual({ role: 'Owner' });
    expect(fieldsOf(right, 'share.helios.A_1/team:T')).toEqual({ role: 'Owner' });
    expect(right.authoritative).toEqual([{ kind: 'share', provider: 'helios', parent: 'secret.helios.A_1' }]);
  });

  it('takes an empty list as a list: nobody else', () => {
    const right = loadRight(`${HEAD}secrets: { A: { value: { env: X }, readers: [] } }`);
    expect(right.authoritative).toEqual([{ kind: 'share', provider: 'helios', parent: 'secret.helios.A' }]);
  });
});

describe('several files and several systems', () => {
  it('merges sections, and finds the only fitting provider in another file', () => {
    const right = loadRight(
      file('a.yaml', 'version: 1\nstack: prod\nproviders: { helios: { type: singlestore } }\n'),
      file('b.yaml', 'version: 1\nsecrets: { A: { value: { env: A } } }\n'),
      file('sub/c.yaml', 'secrets: { B: { value: { file: b.txt } } }\n'),
    );
    expect(right.resources.map(({ address }) => address)).toEqual(['secret.helios.A', 'secret.helios.B']);
    expect(fieldsOf(right, 'secret.helios.B')).toEqual({
      value: { from: 'file', path: 'b.txt', base: '/project/sub' },
    });
  });

  it('makes one resource for each of several providers', () => {
    const right = loadRight(`version: 1
stack: prod
providers: { one: { type: singlestore }, two: { type: singlestore } }
secrets:
  A: { providers: [one, two], value: { env: X }, owners: [team:T], lifecycle: { adopt: true, on_remove: forget } }
  B: { provider: two, value: { secret: secret.one.A } }
`);
    expect(right.resources.map(({ address }) => address)).toEqual([
      'secret.one.A',
      'share.one.A/team:T',
      'secret.two.A',
      'share.two.A/team:T',
      'secret.two.B',
    ]);
    expect(right.resources[1]?.lifecycle).toEqual({ adopt: true, onRemove: 'forget' });
    expect(right.resources[4]?.dependsOn).toEqual(['secret.one.A']);
  });

  it('has a digest that follows every byte, every path and the order', () => {
    const [a, b] = [file('a.yaml', HEAD), file('b.yaml', 'secrets: {}\n')];
    const digests = [
      loadRight(a, b),
      loadRight(b, a),
      loadRight(a, file('b.yaml', 'secrets: { }\n')),
      loadRight(a, file('c.yaml', 'secrets: {}\n')),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(4);
    expect(loadRight(a, b).digest).toBe(digests[0]);
  });
});

it('takes the identity that runs the tool as `self` in the lists of access', () => {
  const { resources } = loadRight(
    `${HEAD}secrets: { A: { value: { env: X }, owners: [self], readers: [team:T] } }\n`,
  );
  expect(resources.map(({ address }) => address)).toEqual([
    'secret.helios.A',
    'share.helios.A/self',
    'share.helios.A/team:T',
  ]);
});
