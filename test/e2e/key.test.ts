import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { canary, expectSettled, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

const KEY = canary('key-one');
const OTHER = canary('key-two');

/** The state as its file has it. */
async function stateOf(site: Site): Promise<{
  readonly keyCheck?: string;
  readonly records: readonly { address: string; fingerprints: Record<string, string> }[];
}> {
  return JSON.parse(await readFile(join(site.folder, '.secrets/e2e.state.json'), 'utf8')) as never;
}

const fingerprintsOf = async (site: Site): Promise<string[]> =>
  (await stateOf(site)).records.flatMap(({ fingerprints }) => Object.values(fingerprints));

const VERBS = [
  ['plan'],
  ['plan', '--out', 'x.plan'],
  ['apply', '--auto-approve'],
  ['drift'],
  ['import', 'secret.helios.BY_HAND'],
] as const;

onPostgres('the key of a state', (server) => {
  it('another one is refused by every verb that compares, and nothing else is said', async () => {
    const site = await openSite(server(), { env: { SECRETS_KEY: KEY } });
    await site.applied();
    expect((await stateOf(site)).keyCheck).toMatch(/^scrypt-hmac-sha256:/);
    await expectSettled(site);
    site.helios.control.edit({
      kind: 'create-secret',
      name: 'BY_HAND',
      value: 'v',
      by: 'ben@example.com',
    });
    const text = await readFile(join(site.folder, 'secrets.yaml'), 'utf8');
    await site.write(
      'secrets.yaml',
      text.replace('secrets:\n', 'secrets:\n  BY_HAND: { value: { env: HF_TOKEN } }\n'),
    );
    const before = await site.everything();
    site.env['SECRETS_KEY'] = OTHER;
    for (const args of VERBS) {
      const { code, stdout, stderr } = await site.run(...args);
      expect(code, args.join(' ')).toBe(1);
      expect(stderr).toContain('The fingerprints of the state were made with another key than SECRETS_KEY.');
      expect(stderr).toContain('secrets state rekey');
      expect(stdout).not.toContain('No drift');
    }
    expect(await site.everything()).toEqual(before);
    // What compares nothing needs no key.
    expect((await site.run('state', 'list')).code).toBe(0);
    expect((await site.run('validate')).code).toBe(0);
  });

  it('a missing key file is not replaced by a new one', async () => {
    const site = await openSite(server());
    await site.applied();
    const file = join(site.folder, '.secrets/e2e.key');
    await rename(file, join(site.folder, 'kept.key'));
    for (const args of [
      ['apply', '--auto-approve'],
      ['plan', '--out', 'x.plan'],
    ] as const) {
      const { code, stderr } = await site.run(...args);
      expect(code).toBe(1);
      expect(stderr).toContain('The state was made with a key, and there is no key file');
    }
    expect((await site.run('plan')).stderr).toContain('The state was made with a key');
    await site.run('state', 'rm', 'secret.helios.HF_TOKEN');
    const imported = await site.run('import', 'secret.helios.HF_TOKEN');
    expect(imported.code).toBe(0);
    expect(imported.stderr).toContain('Warning: The state was made with a key, and there is no key file');
    await expect(readFile(file)).rejects.toThrow();
    await rename(join(site.folder, 'kept.key'), file);
    await expectSettled(site);
  });

  it('is changed by rekey, which keeps what the systems show', async () => {
    const site = await openSite(server(), { env: { SECRETS_KEY: KEY } });
    await site.applied();
    const before = await fingerprintsOf(site);
    Object.assign(site.env, { SECRETS_KEY: OTHER });
    const without = await site.run('state', 'rekey');
    expect(without.code).toBe(1);
    expect(without.stderr).toContain('SECRETS_OLD_KEY');
    site.env['SECRETS_OLD_KEY'] = canary('key-three');
    expect((await site.run('state', 'rekey')).stderr).toContain('with another key than SECRETS_OLD_KEY');
    site.env['SECRETS_OLD_KEY'] = KEY;
    // A value that somebody changed by hand is not taken as what was applied.
    site.helios.control.edit({
      kind: 'set-value',
      secret: 'HF_TOKEN',
      value: 'by hand',
      by: 'ben@example.com',
    });
    const done = await site.run('state', 'rekey');
    expect(done.stderr).not.toContain('Error');
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('- secret.helios.HF_TOKEN#value');
    expect(done.stdout).toContain(`${before.length - 1} fingerprints made again`);
    expect((await fingerprintsOf(site)).filter((print) => before.includes(print))).toEqual([]);
    delete site.env['SECRETS_OLD_KEY'];
    expect((await site.run('drift')).stdout).toContain('secret.helios.HF_TOKEN');
    await site.applied();
    await expectSettled(site);
    await site.sql("ALTER USER MAPPING FOR analyst SERVER lake OPTIONS (SET secret 'by hand')");
    expect((await site.run('drift')).code).toBe(2);
  });

  it('rekey takes key files, and makes a new one beside a local state', async () => {
    const site = await openSite(server());
    await site.applied();
    await rename(join(site.folder, '.secrets/e2e.key'), join(site.folder, 'old.key'));
    expect((await site.run('state', 'rekey', '--old-key-file', 'none.key')).code).toBe(1);
    const done = await site.run('state', 'rekey', '--old-key-file', 'old.key', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ changes: [{ action: 'rekeyed', dropped: [] }] });
    await expectSettled(site);
    expect((await site.run('state', 'rekey')).stderr).toContain('The state has this key already');
  });

  it('that nobody has any more is given up on request', async () => {
    const site = await openSite(server());
    await site.applied();
    await rm(join(site.folder, '.secrets/e2e.key'));
    expect((await site.run('state', 'rekey', '--old-key-lost')).code).toBe(0);
    expect(await fingerprintsOf(site)).toEqual([]);
    await site.applied();
    expect(await fingerprintsOf(site)).not.toEqual([]);
    await expectSettled(site);
  });

  it('where there was none is refused, and taken by rekey', async () => {
    const site = await openSite(server());
    const text = await readFile(join(site.folder, 'secrets.yaml'), 'utf8');
    await site.write('secrets.yaml', `${text}state: { backend: postgres, url: { env: WAREHOUSE_URL } }\n`);
    await site.applied();
    expect(JSON.parse((await site.run('state', 'pull')).stdout)).toMatchObject({ keyCheck: 'none' });
    site.env['SECRETS_KEY'] = KEY;
    for (const verb of ['plan', 'drift'] as const) {
      const { code, stderr } = await site.run(verb);
      expect(code).toBe(1);
      expect(stderr).toContain('The state was made without a key, and this run has one: SECRETS_KEY.');
    }
    expect((await site.run('state', 'rekey')).code).toBe(0);
    await site.applied();
    await expectSettled(site);
    // And without it again, that is said.
    delete site.env['SECRETS_KEY'];
    expect((await site.run('plan')).stderr).toContain(
      'The state was made with a key, and SECRETS_KEY is not set',
    );
  });

  it('works under the lock', async () => {
    const site = await openSite(server());
    await site.applied();
    await writeFile(
      join(site.folder, '.secrets/e2e.state.json.lock'),
      JSON.stringify({ ID: 'x', Operation: 'apply', Info: '', Who: 'eve', Version: '1', Created: '' }),
    );
    const { code, stderr } = await site.run('state', 'rekey', '--old-key-lost');
    expect(code).toBe(1);
    expect(stderr).toContain('The state is locked by eve');
  });
});

onPostgres('without any key', (server) => {
  it("Helios' own times tell of a change that nobody can compare", async () => {
    const site = await openSite(server());
    await site.write(
      'secrets.yaml',
      `version: 1
stack: e2e
state: { backend: postgres, url: { env: WAREHOUSE_URL } }
providers: { helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } } }
secrets: { HF_TOKEN: { value: { env: HF_TOKEN }, owners: [team:Platform] } }
`,
    );
    await site.applied();
    site.helios.control.edit({
      kind: 'set-value',
      secret: 'HF_TOKEN',
      value: 'by hand',
      by: 'ben@example.com',
    });
    // Not even the wanted value differs: only who wrote last, and when.
    site.helios.control.edit({
      kind: 'set-value',
      secret: 'HF_TOKEN',
      value: site.env['HF_TOKEN'] ?? '',
      by: 'ben@example.com',
    });
    site.env['HF_TOKEN'] = canary('rotated');
    const drift = await site.run('drift');
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain('ben@example.com');
  });
});
