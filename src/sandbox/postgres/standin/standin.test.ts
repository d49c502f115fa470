import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { standInSql } from './index.js';
import { providers, types } from './options-table.js';

let db: PGlite;

/** SQLSTATE and message of the first statement that fails; 'done' when none does. */
async function outcome(sql: string): Promise<string> {
  try {
    await db.exec(sql);
    return 'done';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  }
}

async function rows(sql: string): Promise<unknown[]> {
  return (await db.query(sql)).rows;
}

const create = (name: string, type: string, options = ''): string =>
  `CREATE SERVER "${name}" TYPE '${type}' FOREIGN DATA WRAPPER duckdb ${options === '' ? '' : `OPTIONS (${options})`};`;

beforeAll(async () => {
  db = new PGlite();
  await db.exec(
    standInSql({
      installed: ['httpfs', 'aws', 'azure'],
      extensionName: 'pgpro_axe',
      extensionVersion: '2.0',
    }),
  );
  await db.exec('CREATE ROLE duck; CREATE ROLE member IN ROLE duck; CREATE ROLE outsider;');
  await db.exec(
    `GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO member, outsider; SET duckdb.postgres_role = 'duck'`,
  );
});

beforeEach(async () => {
  await db.exec(`RESET ROLE; DO $$ DECLARE s name; BEGIN FOR s IN SELECT srvname FROM pg_foreign_server LOOP
    EXECUTE format('DROP SERVER %I CASCADE', s); END LOOP; END $$`);
});

afterAll(async () => {
  await db.close();
});

describe('the extension', () => {
  it('has the name and version asked for, and its objects are members', async () => {
    expect(await rows("SELECT extname, extversion FROM pg_extension WHERE extname <> 'plpgsql'")).toEqual([
      { extname: 'pgpro_axe', extversion: '2.0' },
    ]);
    expect(await outcome('DROP FUNCTION duckdb.create_azure_secret(text, text)')).toContain(
      'extension pgpro_axe requires it',
    );
    expect(await outcome('DROP TABLE duckdb.extensions')).toContain('extension pgpro_axe requires it');
  });
});

describe('options', () => {
  const quick = providers.filter((row) => ['httpfs', 'aws', 'azure'].includes(row.extension));

  it.each(quick)(
    'of $type with $provider: open ones in the server, sensitive ones in the mapping only',
    async (row) => {
      const value = (name: string): string =>
        /ssl|mode|pays/.test(name) ? 'true' : /headers|info/.test(name) ? '{a=b}' : 'v';
      const provider = `provider '${row.provider}'`;
      const open = [...row.open, ...(row.consumed ?? [])].map((name) => `${name} '${value(name)}'`);
      expect(await outcome(create('x', row.type, [provider, ...open].join(', ')))).toBe('done');
      for (const name of row.sensitive) {
        expect(await outcome(create('y', row.type, `${provider}, ${name} 'v'`))).toBe(
          `XX000 Option '${name}' cannot be used in the SERVER's OPTIONS, please move it to the USER MAPPING`,
        );
      }
      const mapped = row.sensitive.map((name) => `${name} 'hidden-value'`).join(', ');
      expect(
        await outcome(
          `CREATE USER MAPPING FOR member SERVER x ${mapped === '' ? '' : `OPTIONS (${mapped})`}`,
        ),
      ).toBe('done');
      await db.exec('SET ROLE member');
      const listed = await rows(`SELECT secret_string FROM duckdb.query('SELECT * FROM duckdb_secrets()')`);
      expect(JSON.stringify(listed)).not.toContain('hidden-value');
      expect(listed).toHaveLength(1);
    },
  );

  it('that a type does not know are refused, with the provider that was meant', async () => {
    expect(await outcome(create('x', 'S3', "nope 'v'"))).toBe(
      `XX000 Unknown parameter 'nope' for secret type 's3' with default provider 'config'`,
    );
    expect(await outcome(create('x', 'http', "provider 'ENV', nope 'v'"))).toBe(
      `XX000 Unknown parameter 'nope' for secret type 'http' with provider 'env'`,
    );
    expect(await outcome(create('x', 'http', "provider 'nope'"))).toBe(
      `XX000 Secret provider 'nope' not found for type 'http'`,
    );
  });

  it('of every type have a default provider in the table', () => {
    for (const type of types) {
      expect(providers.some((row) => row.type === type.type && row.provider === type.defaultProvider)).toBe(
        true,
      );
    }
  });
});

describe('names', () => {
  it.each([
    'a b',
    'a-b',
    'a.b',
    "a'b",
    'a;b',
    'a%b',
    'a/b',
    'a:b',
    'a@b',
    'a\\b',
    'a#b',
    'a\nb',
    'a\tb',
    'a--b',
    'a(b',
  ])('%j is accepted, and takes DuckDB down until it is gone', async (name) => {
    expect(await outcome(create(name, 's3'))).toBe('done');
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toMatch(
      /^XX000 \(PGDuckDB\/CreatePlan\) Parser Error: /,
    );
    expect(await outcome(create('fine', 's3'))).toMatch(/^XX000 \(PGDuckDB\/GetQueryError\) Parser Error: /);
    expect(await outcome(`ALTER SERVER "${name}" RENAME TO good`)).toBe('done');
    expect(await outcome(create('fine', 's3'))).toBe('done');
  });

  it.each(['ab', 'A1', 'a$b', 'order', '秘密', '1a', 's'.repeat(63)])('%j is no trouble', async (name) => {
    expect(await outcome(create(name, 's3'))).toBe('done');
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toBe('done');
  });

  it('that differ in case only collide, and one called validation blocks every later change', async () => {
    expect(await outcome(create('foo', 's3') + create('Foo', 's3'))).toBe('done');
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toContain(
      `'pgduckdb_secret_foo' already exists!`,
    );
    await db.exec('DROP SERVER "Foo"');
    expect(await outcome(create('validation', 's3'))).toBe('done');
    expect(await outcome(create('later', 's3'))).toContain(`'pgduckdb_secret_validation' already exists!`);
    const own = `CREATE USER MAPPING FOR postgres SERVER validation`;
    expect(await outcome(own)).toContain(`'pgduckdb_secret_validation' already exists!`);
    expect(await outcome('DROP SERVER validation')).toBe('done');
    expect(await outcome(create('later', 's3'))).toBe('done');
  });
});

describe('roles', () => {
  it('need the role of duckdb.postgres_role to create and alter, and only ownership to rename and drop', async () => {
    await db.exec('SET ROLE outsider');
    const refused = /^XX000 DuckDB execution is not allowed/;
    expect(await outcome(create('x', 's3'))).toMatch(refused);
    await db.exec(`RESET ROLE; ${create('x', 's3')} ALTER SERVER x OWNER TO outsider; SET ROLE outsider`);
    expect(await outcome(`ALTER SERVER x OPTIONS (ADD region 'r')`)).toMatch(refused);
    expect(await outcome(`CREATE USER MAPPING FOR outsider SERVER x`)).toMatch(refused);
    expect(await outcome(`ALTER SERVER x VERSION '2'; ALTER SERVER x RENAME TO y; DROP SERVER y`)).toBe(
      'done',
    );
    await db.exec('SET ROLE member');
    expect(await outcome(`SELECT duckdb.create_simple_secret('S3', 'k', 's')`)).toBe('done');
    expect(await rows('SELECT usename::text, srvname::text FROM pg_user_mappings')).toEqual([
      { usename: 'member', srvname: 'simple_s3_secret' },
    ]);
  });

  it('cannot call what holds values in clear', async () => {
    await db.exec('SET ROLE member');
    expect(await outcome(`SELECT duckdb_standin.load('member')`)).toMatch(/^42501 /);
    expect(await outcome(`SELECT duckdb_standin.all_well('member')`)).toMatch(/^42501 /);
  });
});

describe('a mapping and its server', () => {
  it('may not both have an option, except for scope and provider, where the mapping wins', async () => {
    await db.exec(create('x', 's3', "region 'r', scope 's3://server', provider 'config'"));
    expect(await outcome(`CREATE USER MAPPING FOR postgres SERVER x OPTIONS (region 'r')`)).toBe(
      `XX000 Duplicate query param found while parsing create secret: 'region'`,
    );
    const mapping = `CREATE USER MAPPING FOR postgres SERVER x OPTIONS (scope 's3://mapping', provider 'config')`;
    expect(await outcome(mapping)).toBe('done');
    expect(await rows(`SELECT scope FROM duckdb.query('SELECT * FROM duckdb_secrets()')`)).toEqual([
      { scope: ['s3://mapping'] },
    ]);
  });

  it('break together when the server gets an option of the mapping: later changes fail until it is dropped', async () => {
    await db.exec(`${create('x', 's3')} CREATE USER MAPPING FOR postgres SERVER x OPTIONS (key_id 'k')`);
    expect(await outcome(`ALTER SERVER x OPTIONS (ADD key_id 'k')`)).toBe('done');
    expect(await outcome(create('y', 's3'))).toMatch(
      /GetQueryError\) Binder Error: Duplicate query param.*'key_id'/,
    );
    await db.exec('DROP USER MAPPING FOR postgres SERVER x');
    expect(await outcome(create('y', 's3'))).toBe('done');
  });
});

describe('a missing extension', () => {
  it('is named, and takes every query down once a server needs it', async () => {
    expect(await outcome(create('x', 'mysql'))).toContain(`Install it first using "INSTALL mysql_scanner".`);
    await db.exec(create('x', 'azure'));
    await db.exec(`DELETE FROM duckdb.extensions WHERE name = 'azure'`);
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toContain(
      `Install it first using "INSTALL azure".`,
    );
    await db.exec(`INSERT INTO duckdb.extensions (name) VALUES ('azure')`);
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toBe('done');
  });
});
