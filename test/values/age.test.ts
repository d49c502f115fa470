import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Encrypter } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import type { EndSource } from '../../src/model/index.js';
import { temporaryFolder } from '../core/folder.js';
import { outcome, world } from './read.js';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
const base = temporaryFolder();
const KEY = readFileSync(join(fixtures, 'key.txt'), 'utf8');
const withKey = world(fixtures, { env: { HOME: base, SECRETS_AGE_KEY: KEY } });
const age = (path: string, from = fixtures): EndSource => ({ from: 'age', path, base: from });

describe('a file that age has encrypted', () => {
  it.each(['binary.age', 'armored.age'])('gives what is in it: %s', async (name) => {
    expect(await outcome(age(name), withKey)).toBe('value of age\nüber two lines\n');
    expect(await outcome({ ...age(name), trim: true }, withKey)).toBe('value of age\nüber two lines');
  });

  it('is opened by the key of another place', async () => {
    const env = { HOME: base, SOPS_AGE_KEY_FILE: join(fixtures, 'key.txt') };
    expect(await outcome(age('binary.age'), world(fixtures, { env }))).toContain('value of age');
  });

  it('needs a key, and the right one', async () => {
    expect(await outcome(age('binary.age'), world(fixtures, { env: { HOME: base } }))).toBe(
      'no-age-key: The file binary.age needs an age key, and none is set. → Set SECRETS_AGE_KEY, or SECRETS_AGE_KEY_FILE to the path of a file of keys.',
    );
    expect(await outcome(age('other.age'), withKey)).toBe(
      'no-age-key: None of the 1 age key opens the file other.age. → Encrypt it for the recipient of a key that you have, or use another key.',
    );
  });

  it('is refused where it was changed, or is none', async () => {
    const whole = readFileSync(join(fixtures, 'binary.age'));
    const put = (name: string, bytes: Uint8Array | string): Promise<string> => {
      writeFileSync(join(base, name), bytes);
      return outcome(age(name, base), { ...withKey, cwd: base });
    };
    const damaged = (name: string): string =>
      `damaged-file: The file ${name} is damaged: it was changed after it was encrypted. → Restore it from Git, or encrypt it again.`;
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 1]! ^= 1;
    expect(await put('flipped', flipped)).toBe(damaged('flipped'));
    expect(await put('short', whole.subarray(0, -20))).toBe(damaged('short'));
    const armored = readFileSync(join(fixtures, 'armored.age'), 'latin1');
    expect(await put('armor', armored.replace('-----END', '----END'))).toBe(damaged('armor'));
    expect(await put('plain', 'canary')).toBe(
      'not-encrypted: The file plain is not encrypted by age. → Encrypt it: age -r RECIPIENT',
    );
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(2);
    encrypter.setPassphrase('passphrase');
    expect(await put('passphrase', await encrypter.encrypt('canary'))).toBe(
      'no-age-key: The file passphrase is encrypted with a passphrase, which is not supported. → Encrypt it for a recipient instead: age -r RECIPIENT',
    );
  });
});
