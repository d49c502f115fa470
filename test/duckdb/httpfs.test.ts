import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../support/services.js';
import { realHttpfs } from './httpfs.js';
import type { Httpfs } from './httpfs.js';
import { openSite } from './site.js';

let httpfs: Httpfs = { skipped: 'not asked for yet' };
beforeAll(async () => {
  httpfs = await realHttpfs();
});
beforeEach((context) => {
  needs(context, 'Python', 'skipped' in httpfs ? httpfs.skipped : undefined);
});
const extensions = (): string => ('extensionDirectory' in httpfs ? httpfs.extensionDirectory : '');

const ALL = `
  lake: { type: s3, scope: "s3://lake", options: { key_id: AKIA, region: eu-1, use_ssl: "yes" }, sensitive: { secret: { env: KEY } } }
  google: { type: gcs, options: { key_id: G }, sensitive: { secret: { env: KEY } } }
  flare: { type: r2, options: { key_id: R, account_id: acc }, sensitive: { secret: { env: KEY } } }
  face: { type: huggingface, sensitive: { token: { env: KEY } } }
  fresh: { type: s3, options: { key_id: AKIA, refresh: auto }, sensitive: { secret: { env: KEY } } }`;

describe('the real httpfs', () => {
  it('takes S3, GCS, R2 and Hugging Face; then nothing is left to do, and DuckDB finds them by their scopes', async () => {
    const site = await openSite(extensions());
    site.env['KEY'] = "it's; a=b;region=evil\nkey";
    await site.configure(ALL);
    await site.applied();
    await site.settled();
    const rows = await site.byHand(
      "SELECT name FROM which_secret('s3://lake/x', 's3') UNION ALL SELECT name FROM which_secret('gcs://b/x', 'gcs') UNION ALL SELECT name FROM which_secret('r2://b/x', 'r2')",
    );
    expect(rows.map((row) => row['name'])).toEqual(['lake', 'google', 'flare']);
    site.env['KEY'] = 'another';
    await site.applied();
    await site.settled();
  });

  it('has secrets read and dropped where it is not to be had, and written nowhere', async () => {
    const site = await openSite(extensions());
    site.env['KEY'] = 'value';
    await site.configure(ALL);
    await site.applied();
    const nowhere = join(site.folder, 'none');
    await site.configure(ALL, nowhere);
    const planned = await site.plan();
    expect(planned.plan?.changes).toEqual([]);
    expect(new Set(planned.diagnostics.map((diagnostic) => diagnostic.code))).toEqual(
      new Set(['duckdb-extension-missing']),
    );
    site.env['KEY'] = 'another';
    const refused = await site.apply();
    expect(new Set(refused.outcomes?.map((outcome) => outcome.status))).toEqual(new Set(['failed']));
    await site.configure('{}', nowhere);
    await site.applied();
    expect(await readdir(site.secretDirectory)).toEqual([]);
  });

  it('says at its line what it does not take', async () => {
    const site = await openSite(extensions());
    site.env['KEY'] = 'canary-value';
    await site.configure(`
  a: { type: s3, options: { regoin: x }, sensitive: { secret: { env: KEY } } }
  b: { type: s3, sensitive: { refresh_info: { env: KEY } } }
  c: { type: s3, options: { provider: nowhere }, sensitive: { secret: { env: KEY } } }
  d: { type: s3, options: { provider: credential_chain } }`);
    const planned = await site.plan();
    expect(planned.diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.range?.line])).toEqual([
      ['missing-option', 6],
      ['no-state', undefined],
      ['unknown-option', 6],
      ['option-value', 7],
    ]);
    await site.configure(`
  c: { type: s3, options: { provider: nowhere }, sensitive: { secret: { env: KEY } } }
  d: { type: s3, options: { provider: credential_chain } }`);
    const applied = await site.apply();
    expect(applied.outcomes).toMatchObject([
      { status: 'failed', message: expect.stringContaining('provider') as string },
      { status: 'failed', message: expect.stringContaining('extension aws') as string },
    ]);
    expect(JSON.stringify([planned, applied])).not.toContain('canary-value');
  });
});
