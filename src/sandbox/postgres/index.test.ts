import { stat } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startPostgres } from './index.js';
import type { PostgresSandbox } from './index.js';
import { loadPackages } from './packages.js';

let sandbox: PostgresSandbox;
const open: pg.Client[] = [];

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: sandbox.url });
  client.on('error', () => undefined);
  await client.connect();
  open.push(client);
  return client;
}

async function leave(...clients: pg.Client[]): Promise<void> {
  for (const client of clients) await client.end();
}

beforeAll(async () => {
  sandbox = await startPostgres({ database: 'warehouse' });
});

afterAll(async () => {
  await Promise.all(open.map((client) => client.end().catch(() => undefined)));
  await sandbox.close();
});

describe('the Postgres sandbox', () => {
  it('listens on a socket that only this user can reach, with the stand-in, the roles and the name asked for', async () => {
    const client = await connect();
    const { rows } = await client.query(`SELECT current_database() AS db, current_user AS me,
      (SELECT extname FROM pg_extension WHERE extname IN ('pg_duckdb', 'pgpro_axe', 'pgpro_duckdb')) AS extension,
      ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname IN ('analyst', 'lake_admin') ORDER BY 1) AS roles`);
    expect(rows).toEqual([
      { db: 'warehouse', me: sandbox.user, extension: 'pg_duckdb', roles: ['analyst', 'lake_admin'] },
    ]);
    expect(sandbox.port).toBeUndefined();
    const { mode, uid } = await stat(sandbox.folder);
    expect([mode & 0o777, uid]).toEqual([0o700, process.getuid?.()]);
    await leave(client);
  });

  it('asks for a password on a port', async () => {
    const other = await startPostgres({ port: 0, database: 'warehouse' });
    const login = async (url: string, ssl = false): Promise<unknown> => {
      const client = new pg.Client({ connectionString: url, ssl });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query<{ me: string }>('SELECT current_user::text AS me')).rows[0]?.me;
      } catch (error) {
        return error instanceof pg.DatabaseError ? error.code : (error as Error).message;
      } finally {
        await client.end().catch(() => undefined);
      }
    };
    const { password } = new URL(other.url);
    expect(await login(other.url)).toBe('postgres');
    expect(await login(other.url.replace(password, 'wrong'))).toBe('28P01');
    expect(await login(other.url.replace(password, `${password}x`))).toBe('28P01');
    expect(await login(other.url, true)).toBe('The server does not support SSL connections');
    expect(await login(other.url)).toBe('postgres');
    await other.close();
    expect(await login(other.url)).toContain('ECONNREFUSED');
  });

  it('answers a request for SSL with no', async () => {
    const client = new pg.Client({ connectionString: sandbox.url, ssl: true });
    await expect(client.connect()).rejects.toThrow('The server does not support SSL connections');
  });

  it('knows the extensions of the examples, and installs others', async () => {
    const client = await connect();
    await client.query(
      `CREATE SERVER chain TYPE 's3' FOREIGN DATA WRAPPER duckdb OPTIONS (provider 'credential_chain', validation 'none')`,
    );
    await client.query(`SELECT duckdb.create_azure_secret('AccountName=a', 'azure://c')`);
    await client.query(`SELECT duckdb.install_extension('mysql_scanner')`);
    const { rows } = await client.query(`TABLE duckdb.extensions ORDER BY name`);
    expect(rows.map((row: { name: string }) => row.name)).toEqual([
      'aws',
      'azure',
      'httpfs',
      'mysql_scanner',
    ]);
    await client.query('DROP SERVER chain; DROP SERVER azure_secret CASCADE');
    await leave(client);
  });

  it('keeps the statements of two clients apart', async () => {
    const [one, two] = [await connect(), await connect()];
    const large = 'x'.repeat(1_000_000);
    // A large value comes in many pieces: between Parse and Bind of one query there is time for queries of others.
    const many = async (client: pg.Client, sql: string, value: string): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (let i = 0; i < 30; i++)
        seen.push((await client.query<{ v: unknown }>(sql, [i, value])).rows[0]?.v);
      return seen;
    };
    const [numbers, texts] = await Promise.all([
      many(one, 'SELECT $1::int + length($2::text) AS v', large),
      many(two, `SELECT $1::int || $2::text AS v`, ' small'),
    ]);
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, i) => i + 1_000_000));
    expect(texts).toEqual(Array.from({ length: 30 }, (_, i) => `${i} small`));
    await leave(one, two);
  });

  it('keeps their transactions apart: one waits for the other', async () => {
    const [one, two] = [await connect(), await connect()];
    await one.query('CREATE TABLE steps (who text, step int)');
    const work = async (client: pg.Client, who: string, end: string): Promise<void> => {
      await client.query('BEGIN');
      for (let step = 0; step < 20; step++)
        await client.query('INSERT INTO steps VALUES ($1, $2)', [who, step]);
      await client.query(end);
    };
    await Promise.all([work(one, 'one', 'COMMIT'), work(two, 'two', 'ROLLBACK')]);
    expect((await two.query('SELECT who, count(*)::int FROM steps GROUP BY 1')).rows).toEqual([
      { who: 'one', count: 20 },
    ]);
    await one.query('DROP TABLE steps');
    await leave(one, two);
  });

  it('goes on when a client fails in a transaction, or vanishes in one', async () => {
    const [one, two] = [await connect(), await connect()];
    await one.query('BEGIN');
    await expect(one.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
    const waiting = two.query('SELECT 1 AS v');
    await one.query('ROLLBACK');
    expect((await waiting).rows).toEqual([{ v: 1 }]);
    await one.query('BEGIN');
    await one.query('CREATE TABLE gone (x int)');
    (one as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect((await two.query(`SELECT to_regclass('gone') AS t`)).rows).toEqual([{ t: null }]);
    await leave(two);
  });

  it('gives a client that is alone a clean session', async () => {
    const one = await connect();
    await one.query(`SET ROLE analyst; SET search_path = duckdb; `);
    await leave(one);
    const two = await connect();
    expect((await two.query('SELECT current_user::text AS me')).rows).toEqual([{ me: 'postgres' }]);
    await leave(two);
  });

  it('can be closed twice, and then nobody listens', async () => {
    const short = await startPostgres();
    await short.close();
    await short.close();
    const late = new pg.Client({ connectionString: short.url });
    await expect(late.connect()).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(stat(short.folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the optional packages', () => {
  it('are named with what to do when one is missing', async () => {
    const missing = loadPackages((name) => Promise.reject(new Error(`Cannot find package '${name}'`)));
    await expect(missing).rejects.toThrow(
      'npm install @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17',
    );
  });
});
