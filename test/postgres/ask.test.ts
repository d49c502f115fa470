import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { plain } from '../../src/model/index.js';
import type { DesiredResource, Diagnostic } from '../../src/model/index.js';
import { realHttpfs } from '../duckdb/httpfs.js';
import type { Httpfs } from '../duckdb/httpfs.js';
import { needs } from '../support/services.js';
import { query } from '../support/postgres/index.js';
import { runScope } from '../scope.js';
import type { SessionContext } from '../../src/providers/sdk/index.js';
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
    sql = '',
  ): Promise<readonly Diagnostic[]> => {
    const url = await server().createDatabase();
    if (sql !== '') await query(url, sql);
    const session = await openSession(url, {}, { extension_directory: plain(directory) });
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

  it('and where it cannot be and could have told something, that is said once, with what to install', async () => {
    const blob = wanted('duckdb_server.pg.blob', { type: 'ducklake', 'options.brand_new': 'x' });
    const sql = `INSERT INTO duckdb.extensions (name) VALUES ('ducklake')`;
    const found = await say([odd, blob, canary], '/nowhere', [], sql);
    const notes = found.filter(({ code }) => code === 'duckdb-not-asked');
    expect(notes).toMatchObject([{ severity: 'info' }]);
    expect(notes[0]?.summary).toContain("lacks DuckDB's extension httpfs, DuckDB's extension ducklake");
    expect(notes[0]?.next).toContain('INSTALL httpfs');
  });

  it('and nothing is said where the table knows all that is used', async () => {
    expect(await say([lake, canary], '/nowhere')).toEqual([]);
    const chain = wanted('duckdb_server.pg.chain', {
      type: 's3',
      'options.provider': 'credential_chain',
      'options.validation': 'none',
    });
    expect(await say([chain], '/nowhere', [], `INSERT INTO duckdb.extensions (name) VALUES ('aws')`)).toEqual(
      [],
    );
  });

  it('and is told once in a run, over all its systems, and never by a run that only compares', async () => {
    const scope = runScope();
    const notes = async (more: Partial<SessionContext>): Promise<number> => {
      const session = await openSession(
        await server().createDatabase(),
        { ...scope, ...more },
        { extension_directory: plain('/nowhere') },
      );
      const { diagnostics } = await session.prepare([odd]);
      await session.close();
      return diagnostics.filter(({ code }) => code === 'duckdb-not-asked').length;
    };
    expect(await notes({ comparesOnly: true })).toBe(0);
    expect(await notes({})).toBe(1);
    expect(await notes({})).toBe(0);
  });

  it("and its extensions are looked for in the run's home folder", async () => {
    const home = await mkdtemp(join(tmpdir(), 'secrets-home-'));
    const extensions = join(home, '.duckdb/extensions');
    await mkdir(extensions, { recursive: true });
    await writeFile(join(extensions, 'httpfs.duckdb_extension'), 'not an extension');
    const session = await openSession(await server().createDatabase(), { home });
    const { diagnostics } = await session.prepare([odd]);
    await session.close();
    expect(diagnostics).toMatchObject([
      { code: 'duckdb-not-asked', summary: expect.stringContaining('can load') as string },
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
