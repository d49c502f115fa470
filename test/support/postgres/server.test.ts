import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { query, startRealPostgres } from './index.js';
import type { RealPostgres } from './index.js';

const there = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe.each([18, 15] as const)('a real PostgreSQL %i', (version) => {
  let server: RealPostgres | undefined;

  beforeAll(async () => {
    const started = await startRealPostgres({ version, standIn: true, settings: { log_statement: 'ddl' } });
    if (!('skipped' in started)) server = started;
  });

  afterAll(async () => {
    await server?.stop();
  });

  it('runs with the settings asked for, and its log can be read', async (context) => {
    if (server === undefined) return context.skip(`no PostgreSQL ${version} here`);
    const [row] = await query(
      server.url,
      `SELECT current_setting('server_version_num')::int / 10000 AS major`,
    );
    expect(row).toEqual({ major: version });
    await query(server.url, 'CREATE TABLE seen_in_the_log (x int)');
    expect(await readFile(server.logFile, 'utf8')).toContain('CREATE TABLE seen_in_the_log');
  });

  it('has the stand-in in every database made for a test, and not in others', async (context) => {
    if (server === undefined) return context.skip(`no PostgreSQL ${version} here`);
    const wrappers = 'SELECT fdwname FROM pg_foreign_data_wrapper';
    for (const url of [
      server.url,
      await server.createDatabase(),
      await server.createDatabase('a "named" one'),
    ]) {
      expect(await query(url, wrappers)).toEqual([{ fdwname: 'duckdb' }]);
    }
    expect(await query(server.superuserUrl, wrappers)).toEqual([]);
  });

  it('leaves nothing behind when it is stopped', async (context) => {
    if (server === undefined) return context.skip(`no PostgreSQL ${version} here`);
    await server.stop();
    await server.stop();
    await expect(query(server.superuserUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await there(dirname(server.logFile))).toBe(false);
  });
});

describe('a test process that is killed', () => {
  it('takes its server with it', async () => {
    const index = fileURLToPath(new URL('index.ts', import.meta.url));
    const script = `const { startRealPostgres } = await import(${JSON.stringify(index)});
      const server = await startRealPostgres({ version: 18 });
      process.stdout.write(JSON.stringify(server), () => process.kill(process.pid, 'SIGKILL'));`;
    const printed = await new Promise<string>((resolve) => {
      const flags = ['--import', 'tsx', '--input-type=module', '-e', script];
      execFile(process.execPath, flags, { timeout: 60_000 }, (_error, stdout) => {
        resolve(stdout);
      });
    });
    const server = JSON.parse(printed) as { superuserUrl: string; logFile: string };
    while (await there(dirname(server.logFile))) await pause(20);
    await expect(query(server.superuserUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
