import { expect, it } from 'vitest';
import { CONFIGURATION, canary, expectSettled, onPostgres, openSite } from '../support/site.js';
import { documentsIn } from '../support/project.js';

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
    const short = await site.run('plan', '--rotate', 'AWS_SECRET_KEY');
    expect(short.code).toBe(1);
    expect(short.stderr).toContain('Did you mean --rotate secret.helios.AWS_SECRET_KEY?');
    const rotating = await site.run('plan', '--rotate', 'secret.helios.AWS_SECRET_KEY');
    expect(rotating.stdout).toContain('because: a new value is generated (--rotate)');
    expect(rotating.stdout).not.toContain('because: the configuration changed');
    expect(rotating.stderr).toContain(
      'secret.helios.AWS_SECRET_KEY: its generated value is kept nowhere else; once replaced, nothing brings the old one back.',
    );
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

  it('is said to be lost for good where it is destroyed', async () => {
    const site = await openSite(server(), {
      files: { 'secrets.yaml': GENERATED },
      env: { SECRETS_KEY: 'k'.repeat(40) },
    });
    await site.applied();
    const from = GENERATED.indexOf('  HF_TOKEN:');
    await site.write(
      'secrets.yaml',
      GENERATED.slice(0, from) + GENERATED.slice(GENERATED.indexOf('duckdb_servers:')),
    );
    const plan = await site.run('plan', '--max-deletes', '9');
    expect(plan.stderr).toContain('its generated value is kept nowhere else; once destroyed, nothing brings');
    expect(plan.stderr).toContain('secrets get secret.helios.HF_TOKEN');
  });

  const changedByHand = async (env: Readonly<Record<string, string>>) => {
    const site = await openSite(server(), { files: { 'secrets.yaml': GENERATED }, env });
    await site.applied();
    const value = canary('by-hand');
    site.env['BY_HAND'] = value;
    site.helios.control.edit({ kind: 'set-value', secret: 'AWS_SECRET_KEY', value, by: 'ben@example.com' });
    const mapped = async (): Promise<unknown> =>
      (await site.database()).servers.find(({ name }) => name === 'lake')?.mappings['analyst']?.['secret'];
    const live = (): unknown => site.secrets()['AWS_SECRET_KEY']?.value;
    return { site, value, mapped, live, before: await mapped() };
  };
  const GENERATED_SECRET = 'secret.helios.AWS_SECRET_KEY';
  const keys = [
    ['with SECRETS_KEY', { SECRETS_KEY: 'k'.repeat(40) }],
    ['with the key beside the state', {}],
  ] as const;

  it.each(keys)('changed by hand waits for a decision, and the rest is done: %s', async (_, env) => {
    const { site, value, mapped, live, before } = await changedByHand(env);
    site.env['AWS_ACCESS_KEY_ID'] = canary('rotated');

    const drift = await site.run('drift');
    expect(drift.code).toBe(2);
    expect(drift.stdout).toMatch(/AWS_SECRET_KEY was changed by .*ben@example\.com/);
    for (const verb of [drift, await site.run('plan', '--detailed-exitcode')]) {
      expect(verb.code).toBe(2);
      expect(verb.stdout).toMatch(
        /AWS_SECRET_KEY: its generated value was changed outside of this stack by .*ben.* at 20\d\d-/,
      );
      expect(verb.stdout).toContain(`--rotate ${GENERATED_SECRET}`);
      expect(verb.stdout).toContain(`--accept ${GENERATED_SECRET}`);
    }
    for (const round of [1, 2]) {
      const applied = await site.run('apply', '--auto-approve', '--json');
      expect(applied.code, `apply ${round}`).toBe(2);
      expect(documentsIn(applied.stdout).at(0)).toMatchObject({
        plan: { undecided: [{ address: GENERATED_SECRET, path: 'value' }] },
      });
      expect(documentsIn(applied.stdout).at(-1)).toMatchObject({
        status: 'ok',
        summary: { changed: round === 1 ? 2 : 0 },
        diagnostics: [{ code: 'left-undecided', address: GENERATED_SECRET }],
      });
    }
    expect(live()).toBe(value);
    expect(await mapped()).toBe(before);
    expect(site.secrets()['AWS_ACCESS_KEY_ID']?.value).toBe(site.env['AWS_ACCESS_KEY_ID']);
    expect((await site.run('plan', '--detailed-exitcode')).stdout).toMatch(
      /^No changes in what was compared\. 1 generated value waits for a decision\.$/m,
    );
  });

  it('changed by hand is kept with --accept, and goes where it is referred to; also by a saved plan', async () => {
    const { site, value, mapped, live } = await changedByHand({ SECRETS_KEY: 'k'.repeat(40) });
    const planned = await site.run('plan', '--out', 'p', '--accept', GENERATED_SECRET);
    expect(planned.stdout).toMatch(
      /AWS_SECRET_KEY will be imported[^]*changed outside of this configuration by .*ben.*kept \(--accept\)/,
    );
    expect(planned.code).toBe(0);
    expect((await site.run('apply', 'p', '--accept', GENERATED_SECRET)).code).toBe(1);
    expect((await site.run('apply', 'p')).code).toBe(0);
    expect(live()).toBe(value);
    expect(await mapped()).toBe(value);
    await expectSettled(site);
    // What is accepted is what counts from now on.
    site.helios.control.edit({
      kind: 'set-value',
      secret: 'AWS_SECRET_KEY',
      value: `${value}-again`,
      by: 'ben@example.com',
    });
    expect((await site.run('drift')).code).toBe(2);
  });

  it('changed by hand after it was accepted in a plan is not the accepted one', async () => {
    const { site, value } = await changedByHand({ SECRETS_KEY: 'k'.repeat(40) });
    expect((await site.run('plan', '--out', 'p', '--accept', GENERATED_SECRET)).code).toBe(0);
    const again = (site.env['AGAIN'] = `${value}-again`);
    const by = 'ben@example.com';
    site.helios.control.edit({ kind: 'set-value', secret: 'AWS_SECRET_KEY', value: again, by });
    const applied = await site.run('apply', 'p');
    expect(applied.code).toBe(1);
    expect(applied.stderr).toMatch(/The value of .*AWS_SECRET_KEY.* is not the planned one/);
  });

  it('changed by hand is replaced with --rotate, in both systems', async () => {
    const { site, value, mapped, live } = await changedByHand({ SECRETS_KEY: 'k'.repeat(40) });
    await site.applied('--rotate', GENERATED_SECRET);
    expect(live()).not.toBe(value);
    expect(await mapped()).toBe(live());
    await expectSettled(site);
  });

  it('that is decided about twice, or not generated, is refused', async () => {
    const { site } = await changedByHand({ SECRETS_KEY: 'k'.repeat(40) });
    const both = await site.run('plan', '--accept', GENERATED_SECRET, '--rotate', GENERATED_SECRET);
    expect(both.code).toBe(1);
    expect(both.stderr).toContain('--rotate and --accept are both given');
    const other = await site.run('plan', '--accept', 'secret.helios.AWS_ACCESS_KEY_ID');
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('no value of it is generated');
  });

  it('whose referrer must be made anew while it waits is not made without it', async () => {
    const { site, mapped } = await changedByHand({ SECRETS_KEY: 'k'.repeat(40) });
    await site.sql('DROP USER MAPPING FOR analyst SERVER lake');
    const applied = await site.run('apply', '--auto-approve');
    expect(applied.code).toBe(2);
    expect(applied.stderr).toMatch(
      /lake\/analyst is left as it is: options\.secret comes from a generated value/,
    );
    expect(await mapped()).toBeUndefined();
    await site.applied('--rotate', GENERATED_SECRET);
    await expectSettled(site);
  });
});
