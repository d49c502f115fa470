import { createHmac } from 'node:crypto';
import type * as crypto from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { configuration, openAttackSite } from './site.js';
import type { AttackSite } from './site.js';

const stretched = vi.hoisted(() => ({ count: 0 }));

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof crypto>();
  const scrypt = (...given: Parameters<typeof crypto.scrypt>): void => {
    stretched.count += 1;
    real.scrypt(...given);
  };
  return { ...real, scrypt };
});

beforeEach(() => {
  stretched.count = 0;
});

const KEY = 'a key that somebody made up';
const TWO = configuration(
  '  A: { value: { env: A }, owners: [user:ana@example.com] }\n  B: { value: { env: B } }\n',
);

interface Stored {
  readonly records: readonly { readonly address: string; fingerprints: Record<string, string> }[];
}

const stateFile = (site: AttackSite): string => join(site.folder, '.secrets', 'test.state.json');
const stored = async (site: AttackSite): Promise<Stored> =>
  JSON.parse(await readFile(stateFile(site), 'utf8')) as Stored;

const printsOf = ({ records }: Stored): unknown =>
  records.map(({ address, fingerprints }) => [address, fingerprints]);

/** A fingerprint as 0.1.0 made it, under the key as it is. */
function unstretched(key: string, address: string, value: string): string {
  const domain = `${address}#value`;
  const text = `secrets-fingerprint-1\0${domain.length}\0${domain}\0${value}`;
  return `hmac-sha256:${createHmac('sha256', key).update(text).digest('base64url')}`;
}

async function openSite(): Promise<AttackSite> {
  const site = await openAttackSite({ 'secrets.yaml': TWO });
  Object.assign(site.env, { SECRETS_KEY: KEY, B: 'a value of nobody else' });
  return site;
}

describe('somebody who has the state', () => {
  it('cannot guess a key that a person made up as fast as HMAC allows', async () => {
    const site = await openSite();
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    const { records } = await stored(site);
    const prints = records.flatMap(({ fingerprints }) => Object.values(fingerprints));
    expect(prints).toHaveLength(2);
    for (const print of prints) expect(print).toMatch(/^scrypt-hmac-sha256:[\w-]{43}$/);
    const guess = unstretched(KEY, 'secret.helios.A', site.env['A'] ?? '').split(':')[1] ?? '';
    expect(JSON.stringify(records)).not.toContain(guess);
  });
});

describe('somebody who reads a log', () => {
  it('finds no fingerprint in any document of --json', async () => {
    const site = await openSite();
    const outputs = [
      await site.run('plan', '--json'),
      await site.run('plan', '--out', 'p', '--json'),
      await site.run('show', 'p', '--json'),
      await site.run('apply', 'p', '--json'),
      await site.run('drift', '--json'),
      await site.run('state', 'list', '--json'),
      await site.run('state', 'show', 'secret.helios.A', '--json'),
    ];
    for (const { code, stdout } of outputs) {
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/hmac|fingerprint/i);
    }
  });
});

describe('the key', () => {
  it('is stretched once in a run, and only where a value needs it', async () => {
    const site = await openSite();
    const counted = async (...argv: readonly string[]): Promise<number> => {
      stretched.count = 0;
      expect((await site.run(...argv)).code).toBe(0);
      return stretched.count;
    };
    expect(await counted('validate')).toBe(0);
    expect(await counted('plan')).toBe(1);
    expect(await counted('plan', '--out', 'p')).toBe(1);
    expect(await counted('apply', 'p')).toBe(1);
    expect(await counted('drift')).toBe(1);
    expect(await counted('state', 'list')).toBe(0);
    await site.write(
      'secrets.yaml',
      'version: 1\nstack: empty\nproviders:\n  helios: { type: singlestore }\n',
    );
    expect(await counted('plan')).toBe(0);
    expect(await counted('apply', '--auto-approve')).toBe(0);
    delete site.env['SECRETS_KEY'];
    await site.write(
      'secrets.yaml',
      TWO.replace('stack: test', 'stack: filed').replaceAll(/\bA:/g, 'C:').replaceAll(/\bB:/g, 'D:'),
    );
    expect(await counted('apply', '--auto-approve')).toBe(1);
  });

  it('is used as it is for fingerprints of 0.1.0, which the next write makes again', async () => {
    const site = await openSite();
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    const today = await stored(site);
    const old = structuredClone(today);
    for (const record of old.records) {
      const value = site.env[record.address.slice(-1)] ?? '';
      if ('value' in record.fingerprints)
        record.fingerprints['value'] = unstretched(KEY, record.address, value);
    }
    await writeFile(stateFile(site), JSON.stringify(old));
    const plan = await site.run('plan', '--detailed-exitcode');
    expect(plan.stdout).toBe('No changes. Your secrets match the configuration.\n');
    expect((await site.run('drift')).stdout).toMatch(/^No drift/);
    expect((await stored(site)).records).toEqual(old.records);
    expect((await site.run('apply', '--auto-approve')).code).toBe(0);
    expect(printsOf(await stored(site))).toEqual(printsOf(today));
    site.env['B'] = 'quite another value';
    await writeFile(stateFile(site), JSON.stringify(old));
    expect((await site.run('plan', '--detailed-exitcode')).code).toBe(2);
  });
});
