import pg from 'pg';
import { expect, it } from 'vitest';

import { query } from '../support/postgres/index.js';
import { onEachPostgres } from '../support/postgres/block.js';

const CREATE = `SELECT duckdb.create_simple_secret(type := 'S3', key_id := 'axe-key', secret := 'axe-secret',
  region := 'us-east-1', endpoint := 'minio.example.com:9000') AS name`;

const SETTINGS = { 'duckdb.postgres_role': 'metastore_admin' };

onEachPostgres(
  'the stand-in for Postgres Pro AXE',
  { settings: SETTINGS, standIn: { product: 'axe', administrator: 'metastore_admin' } },
  (server) => {
    const database = async (): Promise<{ as: (role: string) => string; url: string }> => {
      const url = await server().createDatabase();
      await query(
        url,
        `DO $$ BEGIN CREATE ROLE axe_admin LOGIN IN ROLE metastore_admin; CREATE ROLE axe_analyst LOGIN; CREATE ROLE axe_etl LOGIN IN ROLE metastore_admin;
         EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
      );
      return { url, as: (role) => url.replace('postgres@', `${role}@`) };
    };
    const failure = (url: string, sql: string): Promise<unknown> =>
      query(url, sql).then(
        () => 'done',
        (error: unknown) => {
          if (error instanceof pg.DatabaseError) return `${error.code ?? ''} ${error.message}`;
          throw error;
        },
      );

    it('has the extension, the administrator, and USAGE on the wrapper for that role alone', async () => {
      const { url } = await database();
      expect(
        await query(
          url,
          `SELECT e.extname::text, e.extversion, has_foreign_data_wrapper_privilege('metastore_admin', 'duckdb', 'USAGE') AS admin,
             has_foreign_data_wrapper_privilege('axe_analyst', 'duckdb', 'USAGE') AS analyst
           FROM pg_extension e WHERE e.extname LIKE 'pgpro%'`,
        ),
      ).toEqual([{ extname: 'pgpro_axe', extversion: '1.1.0', admin: true, analyst: false }]);
    });

    it('makes one simple secret, for PUBLIC, with the two empty options', async () => {
      const { as, url } = await database();
      expect(await query(as('axe_admin'), CREATE)).toEqual([{ name: 'simple_s3_secret' }]);
      expect(
        await query(
          url,
          `SELECT m.srvname::text, srvtype, srvoptions::text, usename::text, umoptions::text
           FROM pg_foreign_server s JOIN pg_user_mappings m ON m.srvid = s.oid`,
        ),
      ).toEqual([
        {
          srvname: 'simple_s3_secret',
          srvtype: 'S3',
          srvoptions: '{validation=,provider=,region=us-east-1,endpoint=minio.example.com:9000}',
          usename: 'public',
          umoptions: '{key_id=axe-key,secret=axe-secret}',
        },
      ]);
      expect(await failure(as('axe_admin'), CREATE)).toBe('42710 server "simple_s3_secret" already exists');
      expect(await failure(as('axe_admin'), CREATE.replace("'S3'", "'GCS'"))).toMatch(
        /^XX000 Invalid type 'GCS'/,
      );
    });

    it('shows it without its keys, and drops it with its mappings', async () => {
      const { as, url } = await database();
      await query(as('axe_admin'), CREATE);
      const show = 'SELECT * FROM duckdb.show_simple_secret()';
      expect(await query(as('axe_admin'), show)).toEqual([
        {
          secret_name: 'simple_s3_secret',
          secret_type: 'S3',
          options: "region 'us-east-1', endpoint 'minio.example.com:9000'",
        },
      ]);
      expect(await query(as('axe_admin'), `SELECT duckdb.drop_simple_secret('S3') AS name`)).toEqual([
        { name: 'simple_s3_secret' },
      ]);
      expect(await query(url, 'SELECT FROM pg_user_mappings')).toEqual([]);
      expect(await query(as('axe_admin'), show)).toEqual([]);
      expect(await failure(as('axe_admin'), `SELECT duckdb.drop_simple_secret('S3')`)).toBe(
        '42704 server "simple_s3_secret" does not exist',
      );
    });

    it.each(['create_simple_secret', 'show_simple_secret', 'drop_simple_secret'])(
      'refuses %s to all but the administrator',
      async (name) => {
        const { as } = await database();
        const calls: Readonly<Record<string, string>> = {
          create_simple_secret: CREATE,
          show_simple_secret: 'SELECT duckdb.show_simple_secret()',
          drop_simple_secret: `SELECT duckdb.drop_simple_secret('S3')`,
        };
        expect(await failure(as('axe_analyst'), calls[name] ?? '')).toBe(
          `42501 permission denied for function ${name}`,
        );
      },
    );

    it('prefers the mapping of the very role to that for PUBLIC', async () => {
      const { as } = await database();
      await query(as('axe_admin'), CREATE);
      await query(
        as('axe_admin'),
        `CREATE USER MAPPING FOR axe_etl SERVER simple_s3_secret OPTIONS (key_id 'write-key', secret 'w')`,
      );
      const keyOf = async (role: string): Promise<unknown> => {
        const [row] = await query<{ text: string }>(
          as(role),
          `SELECT secret_string AS text FROM duckdb.query('SELECT * FROM duckdb_secrets()')`,
        );
        return /key_id=([^;]*)/.exec(row?.text ?? '')?.[1];
      };
      expect([await keyOf('axe_admin'), await keyOf('axe_etl')]).toEqual(['axe-key', 'write-key']);
    });

    it('refuses a validation that is not empty, as another provider is meant', async () => {
      const { as } = await database();
      expect(
        await failure(
          as('axe_admin'),
          `CREATE SERVER x TYPE 's3' FOREIGN DATA WRAPPER duckdb OPTIONS (validation 'none')`,
        ),
      ).toBe(`XX000 Unknown parameter 'validation' for secret type 's3' with default provider 'config'`);
    });

    it('has storages, which the administrator adds and removes', async () => {
      const { as } = await database();
      await query(as('axe_admin'), `SELECT metastore.add_storage('lake', 's3://lake/', 's3://lake/tmp/')`);
      const list = 'SELECT storage_name, uri, tmp_uri FROM metastore.pga_storage WHERE end_snapshot IS NULL';
      expect(await query(as('axe_admin'), list)).toEqual([
        { storage_name: 'lake', uri: 's3://lake/', tmp_uri: 's3://lake/tmp/' },
      ]);
      await query(as('axe_admin'), `SELECT metastore.remove_storage('lake')`);
      expect(await query(as('axe_admin'), list)).toEqual([]);
      expect(await failure(as('axe_analyst'), list)).toMatch(/^42501 /);
    });
  },
);
