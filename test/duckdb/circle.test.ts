import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSite, stepsOf } from './site.js';

const PROXY =
  '{ proxy: { type: http, options: { http_proxy: "proxy:3128" }, sensitive: { bearer_token: { env: TOKEN } } } }';
const SHOWN = 'SELECT name, scope, secret_string FROM duckdb_secrets(redact = false) ORDER BY name';

describe("DuckDB's own secrets", () => {
  it('are made, changed and dropped, and nothing is left to do after each', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'first;http_proxy=evil';
    await site.configure(PROXY);
    expect(stepsOf((await site.plan()).plan)).toEqual(['create duckdb_secret.laptop.proxy']);
    await site.applied();
    await site.settled();
    expect(await site.byHand(SHOWN)).toEqual([
      {
        name: 'proxy',
        scope: [],
        secret_string:
          'name=proxy;type=http;provider=config;serializable=true;scope;bearer_token=first;http_proxy=evil;http_proxy=proxy:3128',
      },
    ]);
    site.env['TOKEN'] = 'second';
    const changed = await site.plan();
    expect(changed.plan?.changes[0]).toMatchObject({
      action: 'update',
      fields: [{ path: 'options.bearer_token', sensitive: true }],
    });
    expect(JSON.stringify(changed)).not.toContain('second');
    await site.applied();
    await site.settled();
    await site.configure('{}');
    expect(stepsOf((await site.plan()).plan)).toEqual(['delete duckdb_secret.laptop.proxy']);
    await site.applied();
    expect(await readdir(site.secretDirectory)).toEqual([]);
    await site.settled();
  });

  it('lie where nobody else can read them', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'value';
    await site.configure(PROXY);
    await site.applied();
    expect((await stat(site.fileOf('proxy'))).mode & 0o777).toBe(0o600);
    expect((await stat(site.secretDirectory)).mode & 0o777).toBe(0o700);
    expect(await readdir(site.secretDirectory)).toEqual(['proxy.duckdb_secret']);
  });

  it('have names in lower case, and two that are one to DuckDB are refused', async () => {
    const site = await openSite();
    await site.configure('{ ProXY: { type: http } }');
    await site.applied();
    await site.settled();
    expect(await readdir(site.secretDirectory)).toEqual(['proxy.duckdb_secret']);
    await site.configure('{ ProXY: { type: http }, proxy: { type: http } }');
    expect((await site.plan()).diagnostics).toMatchObject([
      { code: 'clashing-secret-names', range: { line: 5 } },
    ]);
  });

  it('take scopes, maps and booleans as DuckDB writes them', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'value';
    site.env['HEADERS'] = "{'X-A': 'b', c=d}";
    await site.configure(`
  one: { type: HTTP, scope: ["http://a", "http://b,c"], options: { verify_ssl: 1, provider: CONFIG } }
  two: { type: http, scope: "http://z", sensitive: { extra_http_headers: { env: HEADERS } } }`);
    await site.applied();
    await site.settled();
    await site.configure('{ one: { type: http, options: { verify_ssl: "no" } }, two: { type: http } }');
    expect((await site.plan()).plan?.changes).toMatchObject([
      {
        address: 'duckdb_secret.laptop.one',
        fields: [
          { path: 'options.verify_ssl', after: 'false' },
          { path: 'scope', action: 'remove' },
        ],
      },
      {
        address: 'duckdb_secret.laptop.two',
        fields: [
          { path: 'options.extra_http_headers', action: 'remove' },
          { path: 'scope', action: 'remove' },
        ],
      },
    ]);
    await site.applied();
    await site.settled();
  });

  it('keep what a provider of DuckDB finds by itself', async () => {
    const site = await openSite();
    await site.configure('{ env: { type: http, options: { provider: env } } }');
    await site.applied();
    await site.settled();
    expect(await site.byHand('SELECT provider FROM duckdb_secrets()')).toEqual([{ provider: 'env' }]);
  });

  it('that somebody made anew are not ours any more', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'value';
    await site.configure(PROXY);
    await site.applied();
    await site.byHand("CREATE OR REPLACE PERSISTENT SECRET proxy (TYPE http, BEARER_TOKEN 'by hand')");
    const refused = await site.apply();
    expect(refused.status).toBe('error');
    expect(refused.diagnostics).toMatchObject([{ severity: 'error', address: 'duckdb_secret.laptop.proxy' }]);
    expect((await site.drift()).plan?.drift).toMatchObject([{ kind: 'replaced' }]);
    await site.configure(PROXY.replace('type: http', 'lifecycle: { adopt: true }, type: http'));
    await site.applied();
    await site.settled();
  });

  it('of others are left alone, and not taken over without being asked', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'value';
    await site.configure('{ mine: { type: http } }');
    await site.applied();
    await site.byHand("CREATE PERSISTENT SECRET proxy (TYPE http, BEARER_TOKEN 'theirs')");
    const before = await readFile(site.fileOf('proxy'));
    await site.configure(`{ mine: { type: http }, ${PROXY.slice(1)}`);
    expect((await site.apply()).status).toBe('error');
    expect(await readFile(site.fileOf('proxy'))).toEqual(before);
    await site.configure('{}');
    await site.applied();
    expect(await readdir(site.secretDirectory)).toEqual(['proxy.duckdb_secret']);
  });

  it('keep options that the file says to ignore', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'value';
    await site.configure(PROXY.replace('type: http', 'type: http, lifecycle: { ignore: [bearer_token] }'));
    await site.applied();
    site.env['TOKEN'] = 'another';
    await site.configure(
      PROXY.replace('type: http', 'type: http, lifecycle: { ignore: [bearer_token] }').replace(
        '3128',
        '3129',
      ),
    );
    await site.applied();
    await site.settled();
    const [row] = await site.byHand(SHOWN);
    expect(row?.['secret_string']).toContain('bearer_token=value;http_proxy=proxy:3129');
  });

  it('beside one that is damaged or open to others are read all the same, and it is said', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'value';
    await site.configure(
      `{ other: { type: http, sensitive: { bearer_token: { env: TOKEN } } }, ${PROXY.slice(1)}`,
    );
    await site.applied();
    await writeFile(join(site.secretDirectory, 'bad.duckdb_secret'), 'no secret', { mode: 0o600 });
    await site.settled();
    await chmod(site.fileOf('other'), 0o644);
    const plan = await site.plan();
    expect(stepsOf(plan.plan)).toEqual([]);
    expect(plan.diagnostics).toMatchObject([
      { severity: 'warning', code: 'secret-file-mode', address: 'duckdb_secret.laptop.other' },
      { severity: 'warning', code: 'secret-directory-refused' },
    ]);
  });

  it('are refused at their line where DuckDB does not take them, without the value', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'canary-value';
    await site.configure(`
  a: { type: http, sensitive: { bearer_tokn: { env: TOKEN } } }
  b: { type: http, sensitive: { extra_http_headers: { env: TOKEN } } }
  c: { type: gdrive, sensitive: { token: { env: TOKEN } } }
  d: { type: s3, options: { region: us, key_id: A }, sensitive: { secret: { env: TOKEN } } }`);
    const result = await site.plan();
    expect(
      result.diagnostics.map((diagnostic) => [diagnostic.severity, diagnostic.code, diagnostic.range?.line]),
    ).toEqual([
      ['info', 'no-state', undefined],
      ['error', 'unknown-option', 6],
      ['error', 'option-value', 7],
      ['error', 'unknown-secret-type', 8],
      ['warning', 'duckdb-extension-missing', 9],
    ]);
    expect(JSON.stringify(result)).not.toContain('canary-value');
  });

  it('whose extension is missing fail alone', async () => {
    const site = await openSite();
    site.env['TOKEN'] = 'canary-value';
    await site.configure(`{ lake: { type: s3, sensitive: { secret: { env: TOKEN } } }, ${PROXY.slice(1)}`);
    const result = await site.apply();
    expect(result.outcomes).toMatchObject([
      {
        status: 'failed',
        address: 'duckdb_secret.laptop.lake',
        message: expect.stringContaining('httpfs') as string,
      },
      { status: 'done', address: 'duckdb_secret.laptop.proxy' },
    ]);
    expect(JSON.stringify(result)).not.toContain('canary-value');
  });
});
