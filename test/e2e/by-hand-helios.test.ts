import { expect, it } from 'vitest';
import { testsByHand } from './by-hand.js';
import { engineOf } from '../support/engine.js';
import { canary, onPostgres, openSite } from '../support/site.js';

const BEN = 'ben@example.com';

onPostgres('by hand in Helios', (server) => {
  testsByHand(server, [
    {
      title: 'a value rotated',
      hand: ({ helios, env }) => {
        const value = (env['ROTATED'] = canary('rotated'));
        helios.control.edit({ kind: 'set-value', secret: 'AWS_SECRET_KEY', value, by: BEN });
        return Promise.resolve();
      },
      address: 'secret.helios.AWS_SECRET_KEY',
      drift:
        /AWS_SECRET_KEY was changed by .*ben@example\.com\n +since: 20\d\d-.*\n +~ value += \(sensitive value\)/,
      plan: /AWS_SECRET_KEY will be updated in-place\n +because: changed outside of this configuration by .*ben@example\.com at 20/,
      end: 'healed',
    },
    {
      title: 'a Reader added',
      hand: ({ helios }) => {
        const user = 'chloe@example.com';
        helios.control.edit({ kind: 'grant', secret: 'AWS_SECRET_KEY', role: 'Reader', user, by: BEN });
        return Promise.resolve();
      },
      address: 'share.helios.AWS_SECRET_KEY/user:chloe@example.com',
      drift: /user:chloe@example\.com was added by .*ben@example\.com\n +since: 20\d\d-/,
      plan: /user:chloe@example\.com will be destroyed\n +because: not in the configuration; added outside of it by .*ben/,
      end: 'healed',
    },
    {
      title: 'a Reader made Owner',
      hand: ({ helios }) => {
        const [secret, team] = ['AWS_SECRET_KEY', 'Data Engineering'];
        helios.control.edit({ kind: 'grant', secret, role: 'Owner', team, by: BEN });
        helios.control.edit({ kind: 'revoke', secret, role: 'Reader', team, by: BEN });
        return Promise.resolve();
      },
      address: 'share.helios.AWS_SECRET_KEY/team:Data Engineering',
      drift: /team:Data Engineering was changed.*\n.*\n +~ role = "?Reader"? -> "?Owner"?/,
      plan: /team:Data Engineering will be updated in-place\n +because: changed outside/,
      end: 'healed',
    },
    {
      title: 'an Owner removed',
      hand: ({ helios }) => {
        const team = 'Platform';
        helios.control.edit({ kind: 'revoke', secret: 'HF_TOKEN', role: 'Owner', team, by: BEN });
        return Promise.resolve();
      },
      address: 'share.helios.HF_TOKEN/team:Platform',
      drift: /HF_TOKEN\/team:Platform is gone/,
      plan: /HF_TOKEN\/team:Platform will be created\n +because: gone from the system since it was last applied/,
      end: 'healed',
    },
    {
      title: 'a secret deleted',
      hand: ({ helios }) => {
        helios.control.edit({ kind: 'delete-secret', secret: 'HF_TOKEN', by: BEN });
        return Promise.resolve();
      },
      address: 'secret.helios.HF_TOKEN',
      drift: /secret\.helios\.HF_TOKEN is gone/,
      plan: /secret\.helios\.HF_TOKEN will be created\n +because: gone from the system, or no longer visible to this identity, since it was last applied/,
      end: 'healed',
      remade: true,
    },
    {
      title: 'a secret deleted and recreated under the same name',
      hand: ({ helios }) => {
        const by = 'ci-bot@example.com';
        helios.control.edit({ kind: 'recreate-secret', secret: 'HF_TOKEN', by });
        return Promise.resolve();
      },
      address: 'secret.helios.HF_TOKEN',
      drift: /secret\.helios\.HF_TOKEN was recreated outside this stack by .*ci-bot.*no longer managed by it/,
      plan: /Error: secret\.helios\.HF_TOKEN was recreated outside this stack \(by .*ci-bot.*\); it is no longer managed by it\.\n[^]*Next: .*adopt/,
      end: 'refused',
    },
  ]);

  it('a secret recreated by somebody who shares it with nobody: seen, named, and left to them', async () => {
    const site = await openSite(server());
    await engineOf(site).applied();
    const value = (site.env['BENS'] = canary('bens'));
    site.helios.control.edit({ kind: 'recreate-secret', secret: 'HF_TOKEN', value, by: BEN });
    const bens = site.secrets()['HF_TOKEN'];
    const drift = await site.run('drift');
    expect(drift.stdout).toContain('secret.helios.HF_TOKEN is gone');
    expect(drift.code).toBe(2);
    // To the tool the name is free, until it tries to take it.
    const applied = await site.run('apply', '--auto-approve');
    expect(applied.stdout + applied.stderr).toMatch(/secret\.helios\.HF_TOKEN[^]*name[^]*taken|exists/);
    expect(applied.stderr).toContain('Next: ');
    expect(applied.code).toBe(1);
    expect(site.secrets()['HF_TOKEN']).toEqual(bens);
  });
});
