import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { hostSql, standInSql } from './index.js';
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
      host: { isOneSession: true },
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
      const values: Readonly<Record<string, string>> = { chain: 'config', validation: 'none' };
      const value = (name: string): string =>
        values[name] ?? (/ssl|mode|pays/.test(name) ? 'true' : /headers|info/.test(name) ? '{a=b}' : 'v');
      const provider = `provider '${row.provider}'`;
      const open = [...row.open, ...(row.consumed ?? [])]
        // REFRESH shows the values in clear, and goes with no REFRESH_INFO.
        .filter((name) => name !== 'refresh')
        .map((name) => `${name} '${value(name)}'`);
      expect(await outcome(create('x', row.type, [provider, ...open].join(', ')))).toBe('done');
      for (const name of row.sensitive) {
        expect(await outcome(create('y', row.type, [provider, ...open, `${name} 'v'`].join(', ')))).toBe(
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

describe('a credential chain', () => {
  const chain = (options: string): string => create('x', 's3', `provider 'credential_chain', ${options}`);

  it('fails without credentials on the host, in the words of the step that failed', async () => {
    const failure = (verb: string, lines: string): string =>
      `XX000 Secret Validation Failure: during \`${verb}\` using the following:\n${lines}`;
    expect(await outcome(chain("validation ''"))).toBe(failure('create', "Credential Chain: 'config'\n"));
    expect(await outcome(chain("chain 'env;sso'"))).toBe(failure('create', "Credential Chain: 'env;sso'\n"));
    expect(await outcome(chain("chain 'sso', profile 'p'"))).toBe(
      failure('generate', "Profile: 'p'\nCredential Chain: 'sso'\n"),
    );
    expect(await outcome(chain("chain 'sts', assume_role_arn 'a', external_id 'e', session_name 'n'"))).toBe(
      failure('generate', "Credential Chain: 'sts'\nRole-arn: 'a'\nExternal-id: 'e'\nSession Name: 'n'\n"),
    );
    expect(await outcome(chain("assume_role_arn 'a'"))).toBe(
      'XX000 Must pass CHAIN value when passing ASSUME_ROLE_ARN',
    );
    expect(await outcome(chain("validation 'NONE', chain 'env;nope'"))).toContain("chain string: 'nope'");
    expect(await outcome(chain("validation 'NONE'"))).toBe('done');
  });

  it('whose credentials are gone fails every query and every change, until the server is dropped', async () => {
    await db.exec(hostSql({ isOneSession: true, awsKeys: { default: 'AKIAHOST' } }));
    expect(await outcome(chain("validation 'exists'"))).toBe('done');
    const listing = `SELECT secret_string FROM duckdb.query('SELECT * FROM duckdb_secrets()')`;
    expect(JSON.stringify(await rows(listing))).toContain('key_id=AKIAHOST');
    await db.exec(hostSql({ isOneSession: true }));
    const gone = /Invalid Configuration Error: Secret Validation Failure/;
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toMatch(gone);
    expect(await outcome(create('y', 's3'))).toMatch(gone);
    expect(await outcome(`ALTER SERVER x OPTIONS (SET validation 'none')`)).toMatch(gone);
    expect(await outcome(`DROP SERVER x; ${chain("validation 'none'")} ${create('y', 's3')}`)).toBe('done');
  });
});

describe('iceberg', () => {
  it('cannot be made cleanly: without a token one is fetched, and a token may not stand in the server', async () => {
    await db.exec(`INSERT INTO duckdb.extensions (name) VALUES ('iceberg')`);
    expect(await outcome(create('x', 'iceberg'))).toContain("no 'oauth2_server_uri' was provided");
    expect(await outcome(create('x', 'iceberg', "endpoint 'http://e', client_secret 's'"))).toBe(
      `XX000 Missing required parameter 'client_id' for authorization_type 'oauth2'`,
    );
    expect(await outcome(create('x', 'iceberg', "token 't'"))).toContain("Option 'token' cannot be used");
    const clients = "endpoint 'http://e', client_id 'i', client_secret 's'";
    expect(await outcome(create('x', 'iceberg', clients))).toContain(
      'Could not get token from http://e/v1/oauth/tokens',
    );
    await db.exec(create('x', 's3'));
    const mapping = `CREATE USER MAPPING FOR postgres SERVER x OPTIONS ("type" 'iceberg', token 't')`;
    expect(await outcome(mapping)).toBe('done');
    await db.exec(`DELETE FROM duckdb.extensions WHERE name = 'iceberg'`);
  });
});

describe('a provider that is named', () => {
  it('is looked up with its type, so that neither an unknown type nor an extension is spoken of', async () => {
    for (const type of ['delta', 'iceberg', 'rds', 'quack']) {
      expect(await outcome(create('x', type, "provider 'config'"))).toBe(
        `XX000 Secret provider 'config' not found for type '${type}'`,
      );
    }
    expect(await outcome(create('x', 'delta'))).toBe(`XX000 Secret type 'delta' not found`);
    expect(await outcome(create('x', 'rds'))).toContain(`the required extension 'postgres_scanner'`);
    expect(await outcome(create('x', 'uc'))).toContain(`the required extension 'unity_catalog'`);
  });
});

describe('a row of duckdb.extensions', () => {
  it('without its file takes DuckDB down, where it is known which files there are', async () => {
    await db.exec(`INSERT INTO duckdb_standin.extension_file VALUES ('/files', 'azure'), ('/files', 'aws')`);
    await db.exec(`INSERT INTO duckdb.extensions (name) VALUES ('iceberg')`);
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toBe('done');
    await db.exec(`SET duckdb.extension_directory = '/files'`);
    const missing = 'IO Error: Extension "/files/v1.5.4/linux_amd64/iceberg.duckdb_extension" not found.';
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toContain(missing);
    expect(await outcome(create('x', 's3'))).toContain(missing);
    await db.exec(`DELETE FROM duckdb.extensions WHERE name = 'iceberg'`);
    expect(await outcome(create('x', 's3'))).toBe('done');
    await db.exec(`RESET duckdb.extension_directory`);
  });
});

describe('settings', () => {
  it('are in pg_settings, but for duckdb.postgres_role, which most roles may not read in any way', async () => {
    const listed = `SELECT setting FROM pg_settings WHERE name = 'duckdb.postgres_role'`;
    const readings = [
      `SELECT current_setting('duckdb.postgres_role')`,
      `SELECT pg_catalog.current_setting('DuckDB.postgres_role', true)`,
    ];
    expect(await rows(listed)).toEqual([{ setting: 'duck' }]);
    for (const reading of readings) expect(await outcome(reading)).toBe('done');
    await db.exec('SET ROLE member');
    for (const reading of readings) {
      expect(await outcome(reading)).toBe(
        '42501 must be superuser or have privileges of pg_read_all_settings to examine "duckdb.postgres_role"',
      );
    }
    expect(await rows(listed)).toEqual([]);
    expect(await rows(`SELECT current_setting('duckdb.force_execution') AS v`)).toEqual([{ v: 'off' }]);
    expect(await rows(`SELECT current_setting('duckdb.nope', true) AS v`)).toEqual([{ v: null }]);
    expect(await outcome(`SELECT current_setting('duckdb.nope')`)).toMatch(/^42704 /);
    expect(await rows(`SELECT current_setting('server_encoding') AS v`)).toEqual([{ v: 'UTF8' }]);
  });
});

describe('a missing extension', () => {
  it('is loaded from a file by superusers only: others need a row of duckdb.extensions', async () => {
    await db.exec(
      `UPDATE duckdb.extensions SET autoload = false WHERE name = 'azure'; ${create('x', 'azure')}`,
    );
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toBe('done');
    await db.exec('SET ROLE member');
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toMatch(
      /Extension Autoloading Error: .*'azure':\nFile system LocalFileSystem has been disabled/,
    );
    expect(await outcome(create('y', 'azure'))).toContain('File system LocalFileSystem has been disabled');
    await db.exec(`RESET ROLE; UPDATE duckdb.extensions SET autoload = true; SET ROLE member`);
    expect(await outcome(`SELECT duckdb.query('SELECT 1')`)).toBe('done');
  });

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
