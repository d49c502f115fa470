import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_OPTIONS, importResource, pull, validate } from '../../src/engine/index.js';
import type { RunContext } from '../../src/engine/index.js';
import { pullText } from '../../src/report/pull-text.js';
import { PRODUCT_NAMES, standInSql } from '../../src/sandbox/postgres/standin/index.js';
import type { Product } from '../../src/sandbox/postgres/standin/index.js';
import { onEachPostgres } from '../support/postgres/block.js';
import { query, withClient } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { engineOf } from '../support/engine.js';
import type { Engine } from '../support/engine.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';
import { asRole } from './harness.js';

/** Roles are the whole server's: these have names of their own. */
const [GROUP, ADMIN, OWNER, READER] = ['group', 'admin', 'owner', 'reader'].map(
  (name) => `products_${name}_${String(process.pid)}`,
) as [string, string, string, string];

interface Site extends Engine {
  readonly project: Project;
  readonly env: Record<string, string>;
  readonly context: () => RunContext;
}

async function siteOf(url: string, text: string): Promise<Site> {
  const project = await makeProject(
    { 'secrets.yaml': text },
    { URL: url, ID: 'AKIA-one', KEY: 'key-one', RW: 'AKIA-rw', RWKEY: 'key-rw' },
  );
  onTestFinished(project.remove);
  return {
    ...engineOf(project),
    project,
    env: project.env,
    context: () => ({
      cwd: project.folder,
      env: { ...project.env },
      signal: new AbortController().signal,
      progress: () => undefined,
      now: () => new Date(),
      toolVersion: 'test',
    }),
  };
}

const CIRCLE = `version: 1
stack: products
providers:
  wh: { type: postgres, url: { env: URL } }
duckdb_servers:
  lake:
    type: S3
    owner: ${OWNER}
    options: { region: us-east-1, use_ssl: true }
    usage: [${READER}]
    user_mappings:
      ${OWNER}: { key_id: { env: ID }, secret: { env: KEY }, extra_http_headers: { X-Team: data, X-Level: 3 } }
      PUBLIC: { key_id: { env: ID } }
  chain: { type: s3, owner: ${OWNER}, options: { provider: credential_chain, validation: none } }
  minio: { owner: ${OWNER}, simple: { type: S3, key_id: { env: ID }, secret: { env: KEY }, endpoint: "minio:9000", user: ${OWNER} } }
`;

onEachPostgres('the circle', { settings: { 'duckdb.postgres_role': GROUP }, standIn: false }, (server) => {
  it.each(PRODUCT_NAMES.flatMap((product) => [ADMIN, 'postgres'].map((role) => [product, role] as const)))(
    'in %s as %s: validate, plan, apply, nothing to do, no drift, rotate, no drift; then as the owner without rights',
    async (product, role) => {
      const url = await databaseOf(server(), product);
      const site = await siteOf(asRole(url, role), CIRCLE);
      expect((await validate([], site.context())).status).toBe('ok');
      const planned = await site.plan();
      expect(planned.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(planned.plan?.changes.map(({ action }) => action)).toEqual(Array(7).fill('create'));
      await site.applied();
      await settled(site);
      site.env['KEY'] = 'key-two';
      const alone = await site.applied();
      expect(JSON.stringify(alone.outcomes)).not.toContain('"note"');
      await settled(site);
      // Who has a session open is told of what that one does with the old key.
      await withClient(url, async (client) => {
        await client.query('SELECT 1');
        site.env['KEY'] = 'key-three';
        const { outcomes } = await site.applied();
        const notes = outcomes?.flatMap((outcome) => ('note' in outcome ? [outcome.note] : []));
        expect(notes).toEqual([expect.stringContaining('Another session of the database is open')]);
      });
      await settled(site);
      // The owner of the servers has neither USAGE on the wrapper nor the role.
      site.env['URL'] = asRole(url, OWNER);
      await settled(site);
      site.env['KEY'] = 'key-four';
      const failed = await site.apply();
      expect(failed.status).toBe('error');
      expect(JSON.stringify([failed.outcomes, failed.diagnostics])).toContain('duckdb.postgres_role');
      expect(JSON.stringify(failed)).not.toContain('key-four');
    },
  );
});

const SIMPLE = (more: string, user = ''): string => `version: 1
stack: axe
providers:
  wh: { type: postgres, url: { env: URL } }
duckdb_servers:
  simple_s3_secret:
    ${more}
    simple: { type: S3, key_id: { env: ID }, secret: { env: KEY }, region: us-east-1${user} }
`;
const MADE = `SELECT duckdb.create_simple_secret('S3', 'AKIA-one', 'key-one', region := 'us-east-1')`;

onEachPostgres(
  'Postgres Pro AXE',
  { settings: { 'duckdb.postgres_role': GROUP }, standIn: false, versions: [18] },
  (server) => {
    const codes = async (site: Site): Promise<readonly string[]> =>
      (await site.plan()).diagnostics
        .filter(({ severity }) => severity !== 'info')
        .map(({ severity, code }) => `${severity} ${code}`);

    it('adopts what create_simple_secret made, and has nothing to do', async () => {
      const url = await databaseOf(server(), 'axe');
      await query(url, MADE);
      const site = await siteOf(url, SIMPLE('lifecycle: { adopt: true }', ', user: public'));
      const planned = await site.plan();
      expect(planned.plan?.changes.map(({ action, address }) => `${action} ${address}`)).toEqual([
        'import duckdb_server.wh.simple_s3_secret',
        'import user_mapping.wh.simple_s3_secret/public',
      ]);
      await site.applied();
      await site.settled();
    });

    it('imports it, and has nothing to do', async () => {
      const url = await databaseOf(server(), 'axe');
      await query(url, MADE);
      const site = await siteOf(url, SIMPLE('', ', user: public'));
      for (const address of [
        'duckdb_server.wh.simple_s3_secret',
        'user_mapping.wh.simple_s3_secret/public',
      ]) {
        const imported = await importResource(address, undefined, DEFAULT_OPTIONS, site.context(), {
          onWait: () => undefined,
        });
        expect(imported.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      }
      await site.settled();
    });

    it('pulls it with the user that the function gave it to, and has nothing to do', async () => {
      const url = await databaseOf(server(), 'axe');
      await query(url, MADE);
      const empty = `version: 1\nstack: axe\nproviders:\n  wh: { type: postgres, url: { env: URL } }\n`;
      const before = await siteOf(url, empty);
      const pulled = await pull(DEFAULT_OPTIONS, before.context());
      const text = pullText(pulled.resources, pulled.kinds, pulled.yaml);
      const { duckdb_servers: servers } = parse(text) as { duckdb_servers: Record<string, unknown> };
      expect(servers).toEqual({
        simple_s3_secret: {
          provider: 'wh',
          owner: 'postgres',
          simple: {
            type: 's3',
            key_id: { env: 'SIMPLE_S3_SECRET_PUBLIC_KEY_ID' },
            secret: { env: 'SIMPLE_S3_SECRET_PUBLIC_SECRET' },
            region: 'us-east-1',
            user: 'public',
          },
          lifecycle: { adopt: true },
        },
      });
      const site = await siteOf(url, `${empty}${text}`);
      Object.assign(site.env, {
        SIMPLE_S3_SECRET_PUBLIC_KEY_ID: 'AKIA-one',
        SIMPLE_S3_SECRET_PUBLIC_SECRET: 'key-one',
      });
      expect((await site.plan()).plan?.changes.map(({ action }) => action)).toEqual(['import', 'import']);
      await site.applied();
      await site.settled();
    });

    it('warns where the file does not name the user, there alone', async () => {
      const text = SIMPLE('');
      expect(await codes(await siteOf(await databaseOf(server(), 'axe'), text))).toEqual([
        'warning simple-secret-user',
      ]);
      expect(await codes(await siteOf(await databaseOf(server(), 'pg_duckdb'), text))).toEqual([]);
      for (const user of ['public', 'current_user', READER]) {
        const site = await siteOf(await databaseOf(server(), 'axe'), SIMPLE('', `, user: ${user}`));
        expect(await codes(site)).toEqual([]);
      }
    });

    it('refuses a second simple secret, and one that is not for S3, before any change', async () => {
      const second = `${SIMPLE('', ', user: public')}  second: { simple: { type: S3, key_id: { env: ID }, secret: { env: KEY }, user: public } }\n`;
      const gcs = SIMPLE('', ', user: public').replace('type: S3', 'type: GCS');
      expect(await codes(await siteOf(await databaseOf(server(), 'axe'), second))).toEqual([
        'error second-simple-secret',
      ]);
      expect(await codes(await siteOf(await databaseOf(server(), 'pg_duckdb'), second))).toEqual([]);
      expect(await codes(await siteOf(await databaseOf(server(), 'axe'), gcs))).toEqual([
        'error simple-secret-type',
      ]);
      const url = await databaseOf(server(), 'axe');
      await query(url, MADE);
      const other = SIMPLE('', ', user: public').replace('simple_s3_secret:', 'mine:');
      expect(await codes(await siteOf(url, other))).toEqual(['error second-simple-secret']);
    });

    it('notes storages that no secret covers, and secrets that cover none', async () => {
      const url = await databaseOf(server(), 'axe');
      const text = `version: 1\nstack: axe\nproviders: { wh: { type: postgres, url: { env: URL } } }
duckdb_servers:
  lake: { type: s3, options: { scope: "s3://lake/" } }
  other: { type: s3, options: { scope: "s3://nowhere/" } }
`;
      const site = await siteOf(url, text);
      const notes = async (): Promise<readonly string[]> =>
        (await site.plan()).diagnostics
          .filter(({ code }) => code.includes('storage'))
          .map(({ code, summary }) => `${code} ${summary}`);
      expect(await notes()).toEqual([]);
      await query(
        url,
        `SELECT metastore.add_storage('a', 's3://lake/a/', 's3://lake/tmp/'), metastore.add_storage('b', 's3://b/', 's3://b/tmp/'),
           metastore.add_storage('gone', 's3://gone/', 's3://gone/tmp/'), metastore.remove_storage('gone')`,
      );
      expect(await notes()).toEqual([
        'storage-without-secret No server covers the storage b (s3://b/) of the metastore.',
        'secret-without-storage The server other (s3://nowhere/) covers no storage of the metastore.',
      ]);
      expect((await site.drift()).diagnostics.map(({ code }) => code)).not.toContain(
        'storage-without-secret',
      );
    });

    it('separates read and write: each role gets the key of the example', async () => {
      const url = await databaseOf(server(), 'axe');
      await query(
        server().superuserUrl,
        `DO $$ BEGIN CREATE ROLE etl_user LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         GRANT ${GROUP} TO etl_user`,
      );
      const text = await readFile(new URL('../../examples/read-write/secrets.yaml', import.meta.url), 'utf8');
      const site = await siteOf(url, text);
      Object.assign(site.env, {
        WAREHOUSE_URL: url,
        READ_ONLY_ID: 'AKIA-read',
        READ_ONLY_KEY: 'key-read',
        READ_WRITE_ID: 'AKIA-write',
        READ_WRITE_KEY: 'key-write',
      });
      await site.applied();
      await site.settled();
      const keyOf = async (role: string): Promise<string | undefined> => {
        const sql = `SELECT secret_string AS s FROM duckdb.query($q$ SELECT name, type, provider, storage, scope, secret_string FROM duckdb_secrets() $q$)`;
        const [row] = await query<{ s: string }>(asRole(url, role), sql);
        return /key_id=([\w-]+)/.exec(row?.s ?? '')?.[1];
      };
      expect(await keyOf('etl_user')).toBe('AKIA-write');
      expect(await keyOf(ADMIN)).toBe('AKIA-read');
      expect(await keyOf('postgres')).toBe('AKIA-read');
    });
  },
);

/** Nothing to do and no drift, whatever this role cannot verify. */
async function settled(site: Site): Promise<void> {
  const planned = await site.plan();
  expect(planned.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(planned.plan?.changes).toEqual([]);
  const drifted = await site.drift();
  expect(drifted.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(drifted.plan?.drift).toEqual([]);
}

async function databaseOf(server: RealPostgres, product: Product): Promise<string> {
  await query(
    server.superuserUrl,
    `DO $$ BEGIN CREATE ROLE ${GROUP}; CREATE ROLE ${ADMIN} LOGIN IN ROLE ${GROUP}; CREATE ROLE ${OWNER} LOGIN; CREATE ROLE ${READER} LOGIN;
       GRANT ${OWNER} TO ${ADMIN};
     EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
  );
  const url = await server.createDatabase();
  await query(url, standInSql({ product, installed: ['httpfs', 'aws'] }));
  await query(url, `GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO ${ADMIN}, ${OWNER}`);
  return url;
}
