import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configuration, openAttackSite } from './site.js';

const OWNED = configuration('  A: { value: { env: A }, owners: [user:ana@example.com] }\n');

describe('somebody who can replace a saved plan', () => {
  it('cannot bring a configuration, a state and a key of their own', async () => {
    const victim = await openAttackSite({ 'secrets.yaml': OWNED });
    expect((await victim.run('apply', '--auto-approve')).code).toBe(0);
    const before = victim.secrets();
    // The same organization, so that the plan fits; a state and a key file of the attacker's own.
    const evil = await openAttackSite({
      'artifact/evil.yaml': configuration(
        '  BACKDOOR: { value: { env: A }, owners: [user:chloe@example.com] }\n',
        'state: { backend: local, path: evil.state.json }\n',
      ),
    });
    const planned = await evil.run('plan', '-f', 'artifact/evil.yaml', '--out', 'artifact/secrets.plan');
    expect(planned.code).toBe(0);
    await mkdir(join(victim.folder, 'artifact'));
    for (const name of ['evil.yaml', 'evil.key', 'secrets.plan']) {
      await copyFile(join(evil.folder, 'artifact', name), join(victim.folder, 'artifact', name));
    }
    for (const command of ['apply', 'show']) {
      const { code, stdout, stderr } = await victim.run(command, 'artifact/secrets.plan');
      expect(stderr).toContain('was modified after it was written, or made with another key');
      expect(stdout).toBe('');
      expect(code).toBe(1);
    }
    expect(victim.secrets()).toEqual(before);
  });

  it('cannot have a plan without a seal applied or shown, unless that is asked for', async () => {
    const site = await openAttackSite({ 'secrets.yaml': OWNED });
    expect((await site.run('plan', '--out', 'p')).code).toBe(0);
    const { mac: _mac, ...bare } = JSON.parse(await readFile(join(site.folder, 'p'), 'utf8')) as {
      readonly mac: string;
    };
    await writeFile(join(site.folder, 'p'), JSON.stringify(bare));
    for (const command of ['apply', 'show']) {
      const { code, stdout, stderr } = await site.run(command, 'p');
      expect(stderr).toContain('has no seal, though there is a key');
      expect(stderr).toContain('--allow-unsealed');
      expect(stdout).toBe('');
      expect(code).toBe(1);
    }
    expect(site.secrets()).toEqual({});
    const shown = await site.run('show', 'p', '--allow-unsealed');
    expect(shown.stderr).toContain('Warning: The saved plan has no seal');
    expect(shown.code).toBe(0);
    expect((await site.run('apply', 'p', '--allow-unsealed')).code).toBe(0);
    expect(Object.keys(site.secrets())).toEqual(['A']);
  });

  it('cannot have a plan shown that nothing here can check', async () => {
    const site = await openAttackSite({ 'secrets.yaml': OWNED });
    site.env['SECRETS_KEY'] = 'a key that is long enough';
    expect((await site.run('plan', '--out', 'p')).code).toBe(0);
    delete site.env['SECRETS_KEY'];
    await site.write('secrets.yaml', OWNED.replace('stack: test', 'stack: other'));
    for (const command of ['apply', 'show']) {
      const { code, stdout, stderr } = await site.run(command, 'p');
      expect(stderr).toContain('The plan was made with a key, and there is none here.');
      expect(stdout).toBe('');
      expect(code).toBe(1);
    }
  });
});

describe('the files of a saved plan', () => {
  it('are compared once the seal holds, and a difference is named', async () => {
    const site = await openAttackSite({ 'prod.yaml': OWNED });
    expect((await site.run('plan', '-f', 'prod.yaml', '--out', 'p')).code).toBe(0);
    const without = await site.run('apply', 'p');
    expect(without.stderr).toContain('is not taken from the plan');
    expect(without.code).toBe(1);
    await site.write('secrets.yaml', `${OWNED}# a remark\n`);
    const other = await site.run('apply', 'p');
    expect(other.stderr).toContain(
      'This plan was made with -f prod.yaml; this run reads the configuration without -f.',
    );
    expect(other.stderr).toContain('The configuration has changed since this plan was made.');
    expect(other.code).toBe(1);
    expect(site.secrets()).toEqual({});
    const applied = await site.run('apply', 'p', '-f', './prod.yaml');
    expect(applied.stderr).not.toContain('This plan was made');
    expect(applied.code).toBe(0);
  });
});

describe('a plan that one identity made', () => {
  const WITH_MIN = configuration(
    '  A: { value: { env: A }, owners: [user:ana@example.com], min_owners: 2 }\n',
  );

  it('is not applied as another one, whom it would make an Owner', async () => {
    const site = await openAttackSite({ 'secrets.yaml': WITH_MIN });
    expect((await site.run('plan', '--out', 'p')).code).toBe(0);
    site.use('ben');
    const { code, stderr } = await site.run('apply', 'p');
    expect(stderr).toContain(
      'This plan was made as user:ci-bot@example.com (helios); this run is user:ben@example.com',
    );
    expect(stderr).toContain('Apply it as user:ci-bot@example.com, or plan again as user:ben@example.com.');
    expect(code).toBe(1);
    expect(site.secrets()).toEqual({});
    site.use('ci-bot');
    expect((await site.run('apply', 'p')).code).toBe(0);
  });

  /** With the identity that applies named on the provider. */
  const NAMED = configuration(
    '  A: { value: { env: A }, owners: [user:ana@example.com], readers: [user:ben@example.com], min_owners: 2 }\n',
  ).replace('type: singlestore,', 'type: singlestore, self: user:CI-bot@example.com,');

  it('is applied as the one that the provider names, so that a reading key may plan', async () => {
    const site = await openAttackSite({ 'secrets.yaml': NAMED });
    const next = async (): Promise<void> => {
      site.use('ben');
      expect((await site.run('plan', '--out', 'p')).code).toBe(0);
      for (const argv of [
        ['apply', 'p'],
        ['apply', '--auto-approve'],
      ]) {
        const { code, stderr } = await site.run(...argv);
        expect(stderr).toContain('names user:ci-bot@example.com as `self`; this run is user:ben@example.com');
        expect(code).toBe(1);
      }
      expect(site.secrets()).toEqual({});
      site.use('ci-bot');
      const applied = await site.run('apply', 'p');
      expect(applied.stderr).not.toContain('Error:');
      expect(applied.code).toBe(0);
    };
    await next();
    expect(JSON.stringify(site.secrets()['A'])).toContain('ci-bot@example.com');
    // Somebody who may only read plans a change of the value, and then that nothing is left to do.
    site.env['A'] = 'a value of the next day';
    site.use('ben');
    expect((await site.run('plan', '--out', 'q')).code).toBe(0);
    site.use('ci-bot');
    expect((await site.run('apply', 'q')).code).toBe(0);
    site.use('ben');
    expect((await site.run('plan')).stdout).toContain('No changes.');
  });

  it('is not made for somebody who does not exist', async () => {
    const site = await openAttackSite({ 'secrets.yaml': NAMED.replace('CI-bot@', 'nobody@') });
    const { code, stderr } = await site.run('plan');
    expect(stderr).toContain(
      'The organization has no user:nobody@example.com, whom the provider names as `self`.',
    );
    expect(code).toBe(1);
  });
});
