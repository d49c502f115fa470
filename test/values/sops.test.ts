import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { EndSource } from '../../src/model/index.js';
import { resolveValues } from '../../src/values/index.js';
import { temporaryFolder } from '../core/folder.js';
import { outcome, world } from './read.js';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
const base = temporaryFolder();
const KEY = readFileSync(join(fixtures, 'key.txt'), 'utf8');
const OTHER = readFileSync(join(fixtures, 'other.txt'), 'utf8');
const [SECRET_KEY = ''] = /AGE-SECRET-KEY-\w+/.exec(KEY) ?? [];
const VALUES = ['tön/with+signs', 'AKIAEXAMPLE', 'p0', SECRET_KEY];
const HOME = { HOME: base, PATH: '/nonexistent' };
const withKey = world(fixtures, { env: { ...HOME, SOPS_AGE_KEY: KEY } });
const sops = (path: string, key?: string, from = fixtures): EndSource => ({
  from: 'sops',
  path,
  base: from,
  ...(key === undefined ? {} : { key }),
});
const said = (source: EndSource, context = withKey): Promise<string> => outcome(source, context, VALUES);
const text = (name: string): string => readFileSync(join(fixtures, name), 'utf8');
let made = 0;
/** A file made from the text of a fixture; gives what reading a key of it gives. */
async function changed(
  name: string,
  change: (text: string) => string,
  key = 'aws.secret_key',
  context = { ...withKey, cwd: base },
): Promise<string> {
  const after = change(text(name));
  expect(after).not.toBe(text(name));
  const path = `${(made += 1)}-${name}`;
  writeFileSync(join(base, path), after);
  return (await said(sops(path, key, base), context)).replaceAll(path, name);
}
const WRONG_MAC = (name: string): string =>
  `wrong-mac: The MAC of the sops file ${name} is wrong: values were changed, moved or removed after it was encrypted. → Restore it from Git, and change it with \`sops edit\` only.`;

describe('a value of a file that sops has encrypted', () => {
  it.each([
    ['all.yaml', 'aws.secret_key', 'tön/with+signs==\'" and spaces'],
    ['all.yaml', '10', 'ten'],
    ['all.yaml', '2', 'two'],
    ['all.yaml', 'hosts.1.password', 'p1'],
    ['all.yaml', '/dotted.name', 'with a dot'],
    ['all.yaml', '__proto__', 'prototype'],
    ['all.yaml', 'pem', '-----BEGIN KEY-----\nline two\n-----END KEY-----\n'],
    ['all.yaml', 'unicode', '日本語 🗝️ \u0000 end'],
    ['all.yaml', 'port', '5432'],
    ['all.yaml', 'big', '1234567890123456789'],
    ['all.yaml', 'ratio', '0.1'],
    ['all.yaml', 'yes', 'true'],
    ['all.yaml', 'no', 'false'],
    ['all.yaml', 'when_unencrypted', 'in the open'],
    ['all.yaml', 'list.1', 'two'],
    ['two-keys.yaml', 'aws.secret_key', 'tön/with+signs==\'" and spaces'],
    ['regex.yaml', 'hosts.0.password', 'p0'],
    ['regex.yaml', 'tiny', '1e-07'],
    ['regex-mac-only.yaml', 'hosts.0.password', 'p0'],
    ['unencrypted-regex.yaml', 'hosts.0.password', 'p0'],
    ['suffix.yaml', 'aws.secret_key', 'tön/with+signs==\'" and spaces'],
    ['all.json', '10', 'ten'],
    ['all.json', 'a.b.1', '12345678901234567'],
    ['all.json', 'a.b.5', 'ä"\\'],
    ['all.json', 'open_unencrypted.n', '1e+21'],
    ['all.env', 'LINES', 'one\ntwo'],
    ['all.env', 'EQUALS', 'a=b=c'],
    ['all.env', 'QUOTED', '"quotes stay"'],
    ['text.bin', undefined, 'a whole text\nof two lines\n'],
  ])('is read: %s %s', async (name, key, value) => {
    expect(await outcome(sops(name, key), withKey)).toBe(value);
  });

  it('is opened by any of the keys, from any of the places', async () => {
    const env = async (more: Record<string, string>, name = 'all.yaml'): Promise<string> =>
      outcome(sops(name, '2'), world(fixtures, { env: { ...HOME, ...more } }));
    expect(await env({ SECRETS_AGE_KEY: SECRET_KEY })).toBe('two');
    expect(await env({ SECRETS_AGE_KEY_FILE: join(fixtures, 'key.txt') })).toBe('two');
    expect(await env({ SOPS_AGE_KEY_FILE: join(fixtures, 'key.txt') })).toBe('two');
    expect(await env({ SOPS_AGE_KEY: `${OTHER}\n${KEY}` })).toBe('two');
    expect(await env({ SOPS_AGE_KEY: OTHER }, 'two-keys.yaml')).toBe('two');
    mkdirSync(join(base, 'config', 'sops', 'age'), { recursive: true });
    copyFileSync(join(fixtures, 'key.txt'), join(base, 'config', 'sops', 'age', 'keys.txt'));
    expect(await env({ XDG_CONFIG_HOME: join(base, 'config') })).toBe('two');
  });

  it('is read once with all the others of the file', async () => {
    const path = join(base, 'once.yaml');
    // A pipe gives its content once: whoever reads it a second time waits without end.
    execFileSync('mkfifo', [path]);
    const sources = ['2', '10', 'port'].map((key) => sops('once.yaml', key, base));
    const reading = resolveValues(
      sources.map((source) => ({ source })),
      () => undefined,
      { ...withKey, cwd: base },
    );
    await writeFile(path, text('all.yaml'));
    const values = await reading;
    expect(sources.map((source) => values.get(source)?.reveal())).toEqual(['two', 'ten', '5432']);
  });
});

describe('a file of sops that was changed', () => {
  const line = (name: RegExp): RegExp => new RegExp(`^ *${name.source}: .*\n`, 'm');

  it('is refused where a value is gone, moved, or one of the open ones is another', async () => {
    expect(await changed('all.yaml', (one) => one.replace(line(/port/), ''))).toBe(WRONG_MAC('all.yaml'));
    expect(await changed('all.yaml', (one) => one.replace('in the open', 'changed'))).toBe(
      WRONG_MAC('all.yaml'),
    );
    expect(
      await changed('all.yaml', (one) => one.replace('empty: ""', 'empty: ""\nadded_unencrypted: x')),
    ).toBe(WRONG_MAC('all.yaml'));
    const [two = '', ten = ''] = [/^"2": .*\n/m, /^"10": .*\n/m].map(
      (one) => one.exec(text('all.yaml'))?.[0],
    );
    expect(await changed('all.yaml', (one) => one.replace(ten + two, two + ten))).toBe(WRONG_MAC('all.yaml'));
    expect(await changed('all.json', (one) => one.replace('1e+21', '1e+22'), '2')).toBe(
      WRONG_MAC('all.json'),
    );
    expect(await changed('all.env', (one) => one.replace('=open', '=changed'), 'PLAIN')).toBe(
      WRONG_MAC('all.env'),
    );
  });

  it('is refused where the MAC is that of another time, or of another kind', async () => {
    expect(
      await changed('all.yaml', (one) =>
        one.replace(/lastmodified: .*/, 'lastmodified: "2020-01-01T00:00:00Z"'),
      ),
    ).toBe(WRONG_MAC('all.yaml'));
    expect(
      await changed('regex-mac-only.yaml', (one) => one.replace(/ *mac_only_encrypted: true\n/, '')),
    ).toBe(WRONG_MAC('regex-mac-only.yaml'));
    expect(await changed('all.yaml', (one) => one.replace(/^ {4}mac: .*\n/m, ''))).toContain('not-encrypted');
  });

  it('leaves what the MAC does not cover to whoever wants that', async () => {
    expect(
      await changed(
        'regex-mac-only.yaml',
        (one) => one.replace('in the open', 'changed'),
        'when_unencrypted',
      ),
    ).toBe('changed');
  });

  it('is refused where a pattern is not one of sops, with its name', async () => {
    expect(await changed('regex.yaml', (one) => one.replace(/(encrypted_regex: ).*/, '$1(?=secret).*'))).toBe(
      'bad-pattern: The encrypted_regex of the sops file regex.yaml uses lookahead or lookbehind, which RE2 (the dialect of sops) does not have. → Correct it in .sops.yaml, and encrypt the file again.',
    );
  });

  it('is refused where a value stands in the place of another, is altered, or is not encrypted', async () => {
    const damaged = (path: string): string =>
      `damaged-file: The value at \`${path}\` of the sops file all.yaml is not what was encrypted. → Restore it from Git, and change it with \`sops edit\` only.`;
    const sealed = (name: string): string =>
      new RegExp(`${name}: (ENC\\S+)`).exec(text('all.yaml'))?.[1] ?? '';
    expect(await changed('all.yaml', (one) => one.replace(sealed('key_id'), sealed('secret_key')))).toBe(
      damaged('aws.key_id'),
    );
    expect(await changed('all.yaml', (one) => one.replace(sealed('port'), '5432'))).toBe(damaged('port'));
    expect(await changed('all.yaml', (one) => one.replace(sealed('port'), 'x'))).toBe(damaged('port'));
    expect(
      await changed('all.yaml', (one) => one.replace(/(port: ENC\[AES256_GCM,data:)..../, '$1AAAA')),
    ).toBe(damaged('port'));
    expect(await changed('all.yaml', (one) => one.replace(/(port: ENC.*tag:)[^,]*/, '$1AAAA'))).toBe(
      damaged('port'),
    );
  });
});

describe('a file of sops that cannot be read', () => {
  it('names what is missing, and none of what is there', async () => {
    expect(await said(sops('all.yaml', 'aws.nope'))).toBe(
      'missing-value: The sops file all.yaml has no `nope` at `aws`. → Check the path in `key`.',
    );
    expect(await said(sops('all.yaml', 'nothing'))).toContain('has null at `nothing`');
    expect(await said(sops('all.yaml', 'sops.mac'))).toContain('has no `sops`');
    expect(await said(sops('all.yaml'))).toBe(
      'missing-key: The sops file all.yaml holds several values, and no \`key\` says which one to use. → Add `key:` with the path of the value, such as aws.secret_key.',
    );
    expect(await said(sops('bytes.bin'))).toContain('is not UTF-8 text');
    expect(await said(sops('nope.yaml', 'a'))).toContain('The file nope.yaml does not exist.');
  });

  it('says which key it needs', async () => {
    const none = world(fixtures, { env: HOME });
    expect(await said(sops('all.yaml', '2'), none)).toBe(
      'no-age-key: The sops file all.yaml needs an age key, and none is set. → Set SOPS_AGE_KEY, or SOPS_AGE_KEY_FILE to the path of a file of keys.',
    );
    const wrong = world(fixtures, { env: { ...HOME, SOPS_AGE_KEY: OTHER } });
    expect(await said(sops('all.yaml', '2'), wrong)).toContain(
      'None of the 1 age key opens the sops file all.yaml.',
    );
    const torn = world(fixtures, { env: { ...HOME, SOPS_AGE_KEY: SECRET_KEY.slice(0, -1) } });
    expect(await said(sops('all.yaml', '2'), torn)).toContain('bad-age-key: One of the age keys is damaged');
    const lost = world(fixtures, { env: { ...HOME, SOPS_AGE_KEY_FILE: '/nonexistent/keys' } });
    expect(await said(sops('all.yaml', '2'), lost)).toContain(
      'bad-age-key: The age key file in SOPS_AGE_KEY_FILE cannot be read (ENOENT).',
    );
  });

  it('says where it is no file of sops, or a strange one', async () => {
    const plain = async (name: string, content: string): Promise<string> => {
      writeFileSync(join(base, name), content);
      return said(sops(name, 'a', base), { ...withKey, cwd: base });
    };
    expect(await plain('plain.yaml', 'a: p0\n')).toBe(
      'not-encrypted: The file plain.yaml is not encrypted by sops. → Encrypt it: sops encrypt --in-place plain.yaml',
    );
    expect(await plain('list.yaml', '- p0\n')).toContain('is not encrypted by sops');
    expect(await plain('broken.yaml', 'a: "p0\n')).toContain('cannot be read as yaml');
    expect(await plain('broken.json', '{"a": "p0"')).toContain('cannot be read as json');
    const twice = text('all.json').replace(/("10": .*)/, '$1 $1');
    expect(await plain('twice.json', twice)).toContain('cannot be read as json');
    expect(await plain('twice.env', `PLAIN=p0\n${text('all.env')}`)).toContain('cannot be read as dotenv');
    expect(await plain('broken.env', 'p0\n')).toContain('cannot be read as dotenv');
    expect(await plain('plain.env', 'A=p0\n')).toContain('is not encrypted by sops');
    expect(await plain('other.txt', 'p0')).toContain('cannot be read as a file of sops');
    expect(await plain('tag.yaml', `a: !x p0\n${text('all.yaml')}`)).toContain('has tags');
    expect(await plain('alias.yaml', `a: &x p0\nb: *x\n${text('all.yaml')}`)).toContain('has aliases');
    expect(await said(sops('several.yaml', 'first'))).toContain('holds several documents');
  });
});

describe('the program sops', () => {
  const bin = temporaryFolder();
  writeFileSync(
    join(bin, 'sops'),
    '#!/bin/sh\nif [ "$5" = binary ]; then exit 3; fi\nprintf \'{"args":"%s","age":"%s","own":"own=%s"}\' "$*" "$SOPS_AGE_KEY" "$SECRETS_KEY"\n',
  );
  chmodSync(join(bin, 'sops'), 0o755);
  const PATH = `${bin}:/usr/bin:/bin`;
  const withProgram = {
    ...withKey,
    cwd: base,
    env: { HOME: base, PATH, SECRETS_AGE_KEY: 'k', SECRETS_KEY: 'no' },
  };
  /** Puts a key of another kind in the place of the age key. */
  const keyIn = (kind: string, item: string) => (one: string) =>
    one.replace(/^ {4}age:\n(?: {8}.*\n)+/m, `    ${kind}:\n        - enc: eA==\n          ${item}\n`);

  it('is asked where the key is in KMS, with no shell and without our keys', async () => {
    const kms = keyIn('kms', 'arn: arn:aws:kms:eu-west-1:1:key/x');
    expect(await changed('all.yaml', kms, 'args', withProgram)).toBe(
      `decrypt --input-type yaml --output-type json ${join(base, 'all.yaml')}`,
    );
    expect(await changed('all.yaml', kms, 'age', withProgram)).toBe('k');
    expect(await changed('all.yaml', kms, 'own', withProgram)).toBe('own=');
  });

  it('is named where it is needed and not there', async () => {
    const install =
      '→ Install sops (https://getsops.io), or encrypt the file for an age key that is set here.';
    const kms = keyIn('kms', 'arn: arn:aws:kms:eu-west-1:1:key/x');
    expect(await changed('all.yaml', kms)).toBe(
      `sops-missing: The sops file all.yaml has its key in AWS KMS, which needs the program \`sops\`, but it is not installed. ${install}`,
    );
    for (const [name, why] of [
      ['comment-regex.yaml', 'chooses its values by comments'],
      ['dated.yaml', 'has numbers or dates whose meaning differs among readers of YAML'],
      ['groups.yaml', 'has several key groups'],
      ['all.ini', 'is an INI file'],
    ] as const) {
      expect(await said(sops(name, 'x'))).toBe(
        `sops-missing: The sops file ${name} ${why}, which needs the program \`sops\`, but it is not installed. ${install}`,
      );
    }
  });

  it('may say what it likes when it fails: none of it is shown', async () => {
    const failing = keyIn('kms', 'arn: arn:aws:kms:eu-west-1:1:key/x');
    const name = 'fails.bin';
    writeFileSync(join(base, name), failing(text('text.bin')).replace('"age"', '"pgp"'));
    expect(await said(sops(name, undefined, base), withProgram)).toBe(
      `sops-failed: The program \`sops\` could not decrypt ${name}. It is needed because the file has its key in PGP. → Run it by hand to see its error: sops decrypt ${name}`,
    );
  });

  it('is not asked to send a token to a host that only the file names', async () => {
    const strange = (host: string): string =>
      `strange-host: The sops file all.yaml names a key on ${host}, which is not a trusted host for the token. → Set VAULT_ADDR to that address if it is right. A key of Azure must be in an Azure vault.`;
    const at = (host: string, env: Record<string, string> = {}, kind = 'hc_vault', name = 'vault_address') =>
      changed('all.yaml', keyIn(kind, `${name}: ${host}`), 'own', {
        ...withProgram,
        env: { ...withProgram.env, ...env },
      });
    expect(await at('https://evil.example')).toBe(strange('https://evil.example'));
    expect(await at('https://evil.example', {}, 'hc_vault', 'Vault_Address')).toBe(
      strange('https://evil.example'),
    );
    expect(await at('https://evil.example', { VAULT_ADDR: 'https://vault.example' })).toBe(
      strange('https://evil.example'),
    );
    expect(await at('https://vault.example', { VAULT_ADDR: 'https://vault.example/' })).toBe('own=');
    expect(await at('https://evil.example', {}, 'azure_kv', 'vault_url')).toBe(
      strange('https://evil.example'),
    );
    expect(await at('https://evil.example/.vault.azure.net', {}, 'azure_kv', 'vault_url')).toBe(
      strange('https://evil.example/.vault.azure.net'),
    );
    expect(await at('https://team.vault.azure.net/', {}, 'azure_kv', 'vault_url')).toBe('own=');
  });
});
