import { expect, it } from 'vitest';
import { CONFIGURATION, expectSettled, onPostgres, openSite } from '../support/site.js';
import { engineOf } from '../support/engine.js';

onPostgres('the owner of a server, and who may use it', (server) => {
  it('an owner who hands a server over keeps USAGE where the file says so', async () => {
    const site = await openSite(server());
    await engineOf(site).applied();
    // Until now lake_admin had it as the owner, without a grant.
    await site.write(
      'secrets.yaml',
      CONFIGURATION.replace('owner: lake_admin', 'owner: intruder').replace(
        'usage: [analyst]',
        'usage: [analyst, lake_admin]',
      ),
    );
    await site.applied();
    const lake = (await site.database()).servers.find((one) => one.name === 'lake');
    expect(lake).toMatchObject({ owner: 'intruder', usage: ['analyst', 'lake_admin'] });
    await expectSettled(site);
  });

  it('an owner who is on the list as well needs no grant', async () => {
    const site = await openSite(server());
    await site.write(
      'secrets.yaml',
      CONFIGURATION.replace('usage: [analyst]', 'usage: [analyst, lake_admin]'),
    );
    await site.applied();
    await expectSettled(site);
  });
});
