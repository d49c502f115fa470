import { SingleStoreClient } from '@singlestore/client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { CONFIGURATION, onPostgres, openSite, tokenOf } from '../support/site.js';
import type { Site } from '../support/site.js';

/** The official client with a person's key. The real host is built into it; its global `fetch` is sent to the site instead. */
function clientOf(site: Site, key: string): SingleStoreClient {
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
    real(url.replace(/^https:\/\/api\.singlestore\.com(?=\/)/, site.helios.url), init),
  );
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return new SingleStoreClient({ apiKey: tokenOf(site.helios, key) });
}

onPostgres('the official Node client', (server) => {
  it('reads by name what apply wrote, as a member of a team that may', async () => {
    const site = await openSite(server());
    await site.applied();
    const client = clientOf(site, 'ben');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_KEY', 'HF_TOKEN']) {
      expect(await client.secret.get({ name })).toMatchObject({ name, value: site.env[name] });
    }
  });

  it('finds nothing where the configuration gives no access', async () => {
    const site = await openSite(server());
    await site.applied();
    // Chloe trains models: she reads the token by her own team, and the keys by a team that hers is a part of.
    const client = clientOf(site, 'chloe');
    expect(await client.secret.get({ name: 'HF_TOKEN' })).toMatchObject({ value: site.env['HF_TOKEN'] });
    await site.write(
      'secrets.yaml',
      CONFIGURATION.replace('readers: [team:Machine Learning]', 'readers: []'),
    );
    await site.applied();
    const left = (await client.secret.get()) as unknown as readonly { readonly name: string }[];
    expect(left.map((one) => one.name).sort()).toEqual(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_KEY']);
  });

  it('sees its own change as drift, and the value of the file again after apply', async () => {
    const site = await openSite(server());
    await site.applied();
    const client = clientOf(site, 'ben');
    const found = await client.secret.get({ name: 'HF_TOKEN' });
    await client.secret.update(found?.id ?? '', 'changed by a notebook');
    const drift = await site.run('drift');
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain('secret.helios.HF_TOKEN was changed by ben@example.com');
    await site.applied();
    expect(await client.secret.get({ name: 'HF_TOKEN' })).toMatchObject({ value: site.env['HF_TOKEN'] });
  });
});
