import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { plain } from '../../src/model/index.js';
import type { DesiredResource, Diagnostic } from '../../src/model/index.js';
import { realHttpfs } from '../duckdb/httpfs.js';
import type { Httpfs } from '../duckdb/httpfs.js';
import { needs } from '../support/services.js';
import { create, onRealPostgres, openSession, wanted } from './harness.js';

onRealPostgres('DuckDB itself is asked', {}, (server) => {
  let httpfs: Httpfs = { skipped: 'not asked for yet' };
  beforeAll(async () => {
    httpfs = await realHttpfs();
  });
  const say = async (
    desired: readonly DesiredResource[],
    directory: string,
    before: readonly DesiredResource[] = [],
  ): Promise<readonly Diagnostic[]> => {
    const session = await openSession(
      await server().createDatabase(),
      {},
      { extension_directory: plain(directory) },
    );
    try {
      if (before.length > 0) await create(session, before);
      return (await session.prepare(desired)).diagnostics;
    } finally {
      await session.close();
    }
  };
  const lake = wanted('duckdb_server.pg.lake', { type: 's3', 'options.region': 'x' });
  const odd = wanted('duckdb_server.pg.lake', { type: 's3', 'options.brand_new': 'x' });
  const canary = wanted('user_mapping.pg.lake/public', { 'options.secret': 'canary-value' });

  it('and where it cannot be, that is said once for each type', async () => {
    const other = wanted('duckdb_server.pg.other', { type: 's3' });
    const found = await say([lake, other, canary], '/nowhere');
    expect(found).toMatchObject([{ severity: 'info', code: 'duckdb-not-asked' }]);
    expect(found[0]?.summary).toContain('httpfs is not installed on this machine');
  });

  it("and its extensions are looked for in the run's home folder", async () => {
    const home = await mkdtemp(join(tmpdir(), 'secrets-home-'));
    const extensions = join(home, '.duckdb/extensions');
    await mkdir(extensions, { recursive: true });
    await writeFile(join(extensions, 'httpfs.duckdb_extension'), 'not an extension');
    const session = await openSession(await server().createDatabase(), { home });
    const { diagnostics } = await session.prepare([lake]);
    await session.close();
    expect(diagnostics).toMatchObject([
      { code: 'duckdb-not-asked', summary: expect.stringContaining('cannot be loaded') as string },
    ]);
  });

  it('about what the table does not know, with no value of a secret', async (context) => {
    needs(context, 'Python', 'skipped' in httpfs ? httpfs.skipped : undefined);
    const directory = 'extensionDirectory' in httpfs ? httpfs.extensionDirectory : '';
    expect(await say([lake, canary], directory)).toEqual([]);
    const found = await say([odd, canary], directory);
    expect(found).toMatchObject([
      {
        severity: 'warning',
        code: 'duckdb-says',
        summary: expect.stringContaining("Unknown parameter 'brand_new'") as string,
      },
    ]);
    expect(JSON.stringify(found)).not.toContain('canary-value');
    expect(await say([{ ...odd, optionsUnchecked: true }, canary], directory)).toEqual([]);
  });

  it('about types that need no extension, and never where the database has it already', async () => {
    const proxy = wanted('duckdb_server.pg.proxy', { type: 'http', 'options.http_proxi': 'x' });
    expect(await say([proxy], '/nowhere')).toMatchObject([{ severity: 'warning', code: 'duckdb-says' }]);
    expect(await say([lake, canary], '/nowhere', [lake, canary])).toEqual([]);
  });
});
