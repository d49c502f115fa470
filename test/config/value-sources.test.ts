import { describe, expect, it } from 'vitest';
import { HEAD, lines, load, loadRight } from './load-text.js';

const CANARY = 'hunter2canary';
const secret = (value: string): string =>
  `${HEAD}secrets:\n  B: { value: { env: B } }\n  A: { value: ${value} }\n`;
/** The source of a secret's value. */
const sourceOf = (value: string): unknown => {
  const field = loadRight(secret(value)).resources.find(({ address }) => address === 'secret.helios.A')
    ?.fields['value'];
  return field?.kind === 'source' ? field.source : field;
};
const said = (value: string): string[] => {
  const found = lines(load(secret(value)).diagnostics);
  expect(found.join('\n')).not.toContain(CANARY);
  return found.map((line) => line.replace('secrets.yaml:', ''));
};
const base = '/project';

describe('a value source', () => {
  it.each<[string, unknown]>([
    ['{ env: TOKEN }', { from: 'env', name: 'TOKEN' }],
    ['{ env: TOKEN, trim: true }', { from: 'env', name: 'TOKEN', trim: true }],
    [
      '{ file: a/b, base64: true, trim: false }',
      { from: 'file', path: 'a/b', base, base64: true, trim: false },
    ],
    ['{ dotenv: .env, name: TOKEN }', { from: 'dotenv', path: '.env', base, name: 'TOKEN' }],
    ['{ stdin: true, key: a.b.0 }', { from: 'stdin', key: 'a.b.0' }],
    ['{ stdin: true, key: 0 }', { from: 'stdin', key: '0' }],
    ['{ exec: [pass, show, x] }', { from: 'exec', command: ['pass', 'show', 'x'], base }],
    [
      '{ exec: [x, -n, 0123, "$HOME"], timeout: 2m }',
      { from: 'exec', command: ['x', '-n', '0123', '$HOME'], base, timeoutMs: 120_000 },
    ],
    ['{ sops: x.yaml, key: a.b }', { from: 'sops', path: 'x.yaml', base, key: 'a.b' }],
    ['{ age: x.age }', { from: 'age', path: 'x.age', base }],
    [
      '{ vault: secret/a/b, key: f, version: 3 }',
      { from: 'vault', path: 'secret/a/b', key: 'f', version: 3 },
    ],
    [
      '{ aws_secret: prod/x, key: a, stage: AWSPREVIOUS, region: eu-west-1 }',
      { from: 'aws_secret', id: 'prod/x', key: 'a', stage: 'AWSPREVIOUS', region: 'eu-west-1' },
    ],
    [
      '{ aws_secret: "arn:aws:secretsmanager:eu-west-1:1:secret:x-AbCdEf" }',
      { from: 'aws_secret', id: 'arn:aws:secretsmanager:eu-west-1:1:secret:x-AbCdEf' },
    ],
    [
      '{ aws_parameter: /a/b, region: us-gov-west-1 }',
      { from: 'aws_parameter', name: '/a/b', region: 'us-gov-west-1' },
    ],
    ['{ gcp: p/s }', { from: 'gcp', resource: 'projects/p/secrets/s/versions/latest' }],
    ['{ gcp: projects/p/secrets/s }', { from: 'gcp', resource: 'projects/p/secrets/s/versions/latest' }],
    [
      '{ gcp: projects/p/secrets/s/versions/7 }',
      { from: 'gcp', resource: 'projects/p/secrets/s/versions/7' },
    ],
    ['{ azure: team/x, version: 0af1 }', { from: 'azure', vault: 'team', name: 'x', version: '0af1' }],
    ['{ azure: team.vault.azure.cn/x }', { from: 'azure', vault: 'team.vault.azure.cn', name: 'x' }],
    ['{ onepassword: "op://v/i t/f" }', { from: 'onepassword', reference: 'op://v/i t/f' }],
    ['{ secret: B }', { from: 'secret', address: 'secret.helios.B' }],
  ])('is read: %s', (value, source) => {
    expect(sourceOf(value)).toEqual(source);
  });

  it.each([
    ['{ stdin: false }', '6:24: Expected `true`, found `false`.'],
    ['{ exec: pass show x }', '6:23: Expected a list of a program and its arguments, found text.'],
    ['{ exec: [] }', '6:23: This list may not be empty.'],
    ['{ exec: [x, [y]] }', '6:27: Expected a word of a command, found a list.'],
    ['{ exec: [x], timeout: 10 }', '6:37: Expected a time, found a number.'],
    ['{ exec: [x], timeout: 10h }', '6:37: `10h` is not a time.'],
    ['{ dotenv: .env }', '6:17: The key `name` is missing beside `dotenv`.'],
    [
      '{ dotenv: .env, nam: X }',
      '6:31: This key is not allowed beside `dotenv`. Allowed: `name`, `base64`, `key`, `trim`, `allow_empty`.',
    ],
    ['{ env: X, name: Y }', '6:25: `name` is allowed beside `dotenv` only.'],
    ['{ env: X, version: 3 }', '6:25: `version` is allowed beside `vault` and `azure` only.'],
    [
      '{ gcp: p/s, region: eu-west-1 }',
      '6:27: `region` is allowed beside `aws_secret` and `aws_parameter` only.',
    ],
    ['{ secret: B, trim: true }', '6:28: `trim` is not allowed beside `secret`.'],
    ['{ secret: B, allow_empty: true }', '6:28: `allow_empty` is not allowed beside `secret`.'],
    ['{ secret: B, what: x }', '6:28: No other key is allowed beside `secret`.'],
    ['{ key: a }', '6:15: Missing value source: one of env, file, dotenv,'],
    ['{ env: X, sops: y }', '6:15: Two value sources in one place: a value comes from one.'],
    ['{ vault: /secret/x }', '6:24: `/secret/x` is not the path of a secret in Vault.'],
    ['{ vault: secret/x, version: 0 }', '6:43: Expected a number that is at least 1.'],
    ['{ vault: secret/x, version: one }', '6:43: `one` is not a version number of a Vault secret.'],
    ['{ azure: team/x, version: a-b }', '6:41: `a-b` is not a version of an Azure secret.'],
    ['{ aws_secret: x, region: "evil.example/" }', '6:40: `evil.example/` is not a region of AWS.'],
    ['{ azure: evil.example/x }', '6:24: `evil.example/x` is not a secret of Azure Key Vault.'],
    ['{ azure: x }', '6:24: `x` is not a secret of Azure Key Vault.'],
    ['{ gcp: x }', '6:22: `x` is not a secret of Google Cloud.'],
    ['{ onepassword: x }', '6:30: `x` is not a secret reference of 1Password.'],
    ['{ file: x, trim: yes }', '6:32: Expected `true` or `false`, found text.'],
    ['{ file: x, key: [a] }', '6:31: Expected a path into a document, found a list.'],
    [CANARY, '6:15: `secrets.A.value` is sensitive, and is written here as plain text.'],
    [`[${CANARY}]`, '6:15: Expected a value source, found a list.'],
    [
      `{ env: X, ${CANARY}: y }`,
      '6:25: This key is not allowed beside `env`. Allowed: `base64`, `key`, `trim`, `allow_empty`.',
    ],
    [`{ exec: [x, "${CANARY}", []] }`, '6:44: Expected a word of a command, found a list.'],
  ])('is refused: %s', (value, words) => {
    const found = said(value);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
  });
});

describe('a reference as vals writes it', () => {
  it.each<[string, unknown]>([
    ['ref+vault://secret/a/b#/f', { from: 'vault', path: 'secret/a/b', key: 'f' }],
    ['ref+vault://secret/a?version=3#/f', { from: 'vault', path: 'secret/a', version: 3, key: 'f' }],
    ['secretref+vault://secret/a#/f+', { from: 'vault', path: 'secret/a', key: 'f' }],
    ['ref+sops://x.yaml#/a/b', { from: 'sops', path: 'x.yaml', base, key: 'a.b' }],
    ['ref+sops:///abs/x.yaml#/a.b/0', { from: 'sops', path: '/abs/x.yaml', base, key: '/a.b/0' }],
    ['ref+awssecrets://team/x', { from: 'aws_secret', id: 'team/x' }],
    [
      'ref+awssecrets://team/x?region=eu-west-1&version_stage=AWSPREVIOUS#/a%20b',
      { from: 'aws_secret', id: 'team/x', region: 'eu-west-1', stage: 'AWSPREVIOUS', key: 'a b' },
    ],
    [
      'ref+awssecrets://arn:aws:secretsmanager:eu-west-1:1:secret:/team/x/?region=eu-west-1#/k',
      {
        from: 'aws_secret',
        id: 'arn:aws:secretsmanager:eu-west-1:1:secret:/team/x',
        region: 'eu-west-1',
        key: 'k',
      },
    ],
    ['ref+awsssm://a/b', { from: 'aws_parameter', name: '/a/b' }],
    ['ref+awsssm://a?recursive=true#/b/c', { from: 'aws_parameter', name: '/a/b/c' }],
    ['ref+awsssm://a/b?mode=singleparam#/C', { from: 'aws_parameter', name: '/a/b', key: 'C' }],
    ['ref+gcpsecrets://p/s', { from: 'gcp', resource: 'projects/p/secrets/s/versions/latest' }],
    [
      'ref+gcpsecrets://p/s?version=3#/k',
      { from: 'gcp', resource: 'projects/p/secrets/s/versions/3', key: 'k' },
    ],
    ['ref+azurekeyvault://team/x/0af1', { from: 'azure', vault: 'team', name: 'x', version: '0af1' }],
    ['ref+op://v/i/s/f', { from: 'onepassword', reference: 'op://v/i/s/f' }],
    ['ref+file://a/b.json#/c', { from: 'file', path: 'a/b.json', base, key: 'c' }],
    ['ref+envsubst://$TOKEN', { from: 'env', name: 'TOKEN' }],
    ['"ref+envsubst://${TOKEN}"', { from: 'env', name: 'TOKEN' }],
  ])('means the same: %s', (value, source) => {
    expect(sourceOf(value)).toEqual(source);
  });

  it.each([
    ['ref+vault', 'This starts like a vals reference (`ref+…://…`), but is not a valid one.'],
    [`ref+vault://a/b#/c ${CANARY}`, 'This starts like a vals reference'],
    [
      `ref+${CANARY}://x`,
      'This scheme of `ref+…://` has no counterpart here. Supported: envsubst, file, sops, vault,',
    ],
    ['ref+awskms://AQIC', '`ref+awskms://` has no counterpart here. Supported: envsubst, file, sops, vault,'],
    [
      'ref+onepasswordconnect://v/i#/f',
      '→ Write { onepassword: "op://VAULT/ITEM/FIELD" }: `op` uses a Connect server',
    ],
    [
      'ref+vault://a/b?address=https://evil.example#/c',
      'The parameter `address` of `ref+vault://` has no counterpart here. → Set VAULT_ADDR instead.',
    ],
    [
      `ref+vault://a/b?secret_id=${CANARY}#/c`,
      'The parameter `secret_id` of `ref+vault://` has no counterpart',
    ],
    [`ref+vault://a/b?${CANARY}=1#/c`, 'A parameter of `ref+vault://` has no counterpart here. → Remove it'],
    ['ref+awssecrets://x?role_arn=arn', '→ Set AWS_PROFILE to a profile with that role instead.'],
    [`ref+sops://${CANARY}?key_type=base64`, 'The path of `ref+sops://` is not valid here.'],
    [`ref+gcpsecrets://${CANARY}`, 'The path of `ref+gcpsecrets://` is not valid here.'],
    [
      `ref+azurekeyvault://evil.example/${CANARY}`,
      'A part of this reference is not a secret of Azure Key Vault.',
    ],
    [`ref+awssecrets://x?region=${CANARY}.example/`, 'A part of this reference is not a region of AWS.'],
    [`ref+envsubst://${CANARY}`, 'The path of `ref+envsubst://` is not valid here.'],
    ['ref+vault://a/b?version=one#/c', 'A part of this reference is not a version number of a Vault secret.'],
    [`ref+file://a#/%${CANARY}`, 'The path of `ref+file://` is not valid here.'],
  ])('is refused: %s', (value, words) => {
    const found = said(`"${value}"`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^6:15: /);
    expect(found[0]).toContain(words);
  });

  it('is one in every place that takes a source, and shown in none', () => {
    const configuration = loadRight(
      'version: 1\nstack: prod\nproviders:\n  wh: { type: postgres, url: "ref+vault://a/b#/url" }\nduckdb_servers:\n  s: { type: s3, options: { region: ref+envsubst://$REGION }, user_mappings: { public: { secret: ref+vault://a/b#/s } } }\n',
    );
    expect(configuration.providers[0]?.fields['url']).toMatchObject({
      source: { from: 'vault', key: 'url' },
    });
    const fields = configuration.resources.flatMap((resource) => Object.entries(resource.fields));
    expect(new Map(fields).get('options.region')).toMatchObject({ source: { from: 'env', name: 'REGION' } });
    expect(new Map(fields).get('options.secret')).toMatchObject({ source: { from: 'vault', key: 's' } });
    const { diagnostics } = load(
      `version: 1\nstack: p\nproviders: { w: { type: postgres, url: "ref+vault://a/b?secret_id=${CANARY}#/u", prot: 1 } }`,
    );
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnostics)).not.toContain(CANARY);
  });
});
