import { expect, it } from 'vitest';
import { CONFIGURATION, expectSettled, onPostgres, openSite } from '../support/site.js';

const GENERATED = CONFIGURATION.replace(
  'AWS_SECRET_KEY:\n    value: { env: AWS_SECRET_KEY }',
  'AWS_SECRET_KEY:\n    value: { generate: 40 }',
).replace('HF_TOKEN:\n    value: { env: HF_TOKEN }', 'HF_TOKEN:\n    value: { generate: 24, alphabet: hex }');

onPostgres('a generated value', (server) => {
  it('is made once, kept where it lives, goes where it is referred to, and is made anew when asked', async () => {
    const site = await openSite(server(), {
      files: { 'secrets.yaml': GENERATED },
      env: { SECRETS_KEY: 'k'.repeat(40) },
    });
    const value = (name: string): string => String(site.secrets()[name]?.value);
    const mapped = async (): Promise<string> => {
      const [row] = await site.sql(
        "SELECT umoptions::text AS o FROM pg_user_mappings WHERE usename = 'analyst'",
      );
      return String(row?.['o']);
    };
    await site.applied();
    expect(value('AWS_SECRET_KEY')).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(value('HF_TOKEN')).toMatch(/^[0-9a-f]{24}$/);
    expect(await mapped()).toContain(value('AWS_SECRET_KEY'));
    await expectSettled(site);

    const got = await site.run('get', 'AWS_SECRET_KEY');
    expect(got.stdout).toBe(value('AWS_SECRET_KEY'));
    const through = await site.run('get', 'user_mapping.warehouse.lake/analyst#secret');
    expect(through.stdout).toBe(value('AWS_SECRET_KEY'));

    const before = value('AWS_SECRET_KEY');
    const other = value('HF_TOKEN');
    const wrong = await site.run('plan', '--rotate', 'secret.helios.AWS_ACCESS_KEY_ID');
    expect(wrong.stderr).toContain('no value of it is generated');
    expect(wrong.code).toBe(1);
    // A saved plan can be applied, though it cannot know the value.
    expect((await site.run('plan', '--out', 'p', '--rotate', 'secret.helios.AWS_SECRET_KEY')).code).toBe(0);
    const applied = await site.run('apply', 'p');
    expect(applied.stderr).not.toContain('Error:');
    expect(applied.stdout).toMatch(/0 added, 2 changed, 0 destroyed/);
    expect(value('AWS_SECRET_KEY')).not.toBe(before);
    expect(value('HF_TOKEN')).toBe(other);
    expect(await mapped()).toContain(value('AWS_SECRET_KEY'));
    await expectSettled(site);
  });
});
