import { afterEach, describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import { query } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { onEachPostgres } from '../support/postgres/block.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';
import { CALL_SQL } from '../../src/providers/postgres/batch/function.js';
import { makeAttacker, quietTraps, trap, traps } from './attacker.js';
import type { Attacker } from './attacker.js';
import { stateOf } from '../state/contract.js';
import { storeAt } from '../state/postgres-clients.js';
import { applyItems, asRole, create, item, openSession, readAll, wanted } from './harness.js';
import { VERSION_SQL } from '../../src/providers/postgres/preflight/release.js';
import { unqualified } from './qualified.js';

/*
 * Somebody else's role of the database against the tool's: the SQL of ours must run none of its code, whatever it creates.
 */

const configuration = (region: string, more = ''): string => `version: 1
stack: hijack
state: { backend: postgres, url: { env: URL } }
providers:
  wh: { type: postgres, url: { env: URL }, fdw_usage: [keeper] }
duckdb_servers:
  lake:
    type: s3
    owner: keeper
    options: { region: ${region}, scope: s3://lake }
    usage: [reader]
    user_mappings:
      reader: { key_id: { env: ID }, secret: { env: KEY } }
      PUBLIC: { key_id: { env: ID } }
  cloud: { type: azure, options: { account_name: acme } }
${more}`;
const GONE = '  old: { type: http, options: { http_proxy: "proxy:3128" } }\n';

/** A database with the roles of the configuration, and a project over it, whose tool is a superuser. */
async function open(server: RealPostgres): Promise<{ project: Project; url: string }> {
  const url = await server.createDatabase();
  await query(
    url,
    `DO $$ BEGIN CREATE ROLE keeper; CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
     GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO keeper;
     INSERT INTO duckdb.extensions (name) VALUES ('azure') ON CONFLICT DO NOTHING`,
  );
  const project = await makeProject(
    { 'secrets.yaml': configuration('us-east-1', GONE) },
    { URL: url, ID: 'id', KEY: 'first', SECRETS_KEY: 'a key for this test alone, long enough' },
  );
  return { project, url };
}

/** Every verb that meets the database: creates, changes, replaces and removes objects, and does all to the state. */
async function everyVerb(project: Project): Promise<readonly string[]> {
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stderr } = await project.run(...args);
    return code === 0 ? '' : `${args.join(' ')}: ${stderr}`;
  };
  const results = [await run('plan'), await run('apply', '--auto-approve')];
  project.env['KEY'] = 'second';
  await project.write(
    'secrets.yaml',
    configuration('eu-west-1').replace('type: azure, options: { account_name: acme }', 'type: http'),
  );
  for (const args of [
    ['plan', '--out', 'saved', '--max-deletes', '9'],
    ['apply', 'saved', '--auto-approve'],
    ['apply', '--auto-approve', '--max-deletes', '9'],
    ['drift'],
    ['pull'],
    ['state', 'list'],
    ['state', 'show', 'duckdb_server.wh.lake'],
    ['state', 'rm', 'duckdb_server.wh.cloud'],
    ['import', 'duckdb_server.wh.cloud'],
    ['state', 'pull'],
  ]) {
    results.push(await run(...args));
  }
  return results.filter((result) => result !== '');
}

/** Where the attacker's objects are found. */
const PLACES = {
  public: async (url: string, { name }: Attacker) => {
    await query(url, `GRANT CREATE ON SCHEMA public TO ${name}`);
    return 'public';
  },
  early: async (url: string, { name }: Attacker) => {
    const database = new URL(url).pathname.slice(1);
    await query(
      url,
      `CREATE SCHEMA early AUTHORIZATION ${name}; GRANT USAGE ON SCHEMA early TO PUBLIC;
       ALTER DATABASE "${database}" SET search_path = early, pg_catalog, public`,
    );
    return 'early';
  },
};

onEachPostgres('objects of an unprivileged role', { standIn: { installed: ['httpfs'] } }, (server) => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ['all kinds in the schema public', PLACES.public, traps],
    ['operators without an exact match in the schema public', PLACES.public, quietTraps],
    ['all kinds in a schema earlier on the search_path than pg_catalog', PLACES.early, traps],
  ] as const)('%s leave no trace, whatever the verb', async (_, place, set) => {
    const { project, url } = await open(server());
    try {
      const attacker = await makeAttacker(server(), url);
      await query(attacker.url, set(attacker, await place(url, attacker)));
      const problems = await everyVerb(project);
      expect(await attacker.traces()).toEqual([]);
      expect(problems).toEqual([]);
    } finally {
      await project.remove();
    }
  });

  it('in place of the list of extensions are not read', async () => {
    const url = new URL(await server().createDatabase());
    const plain = `plain_${url.pathname.slice(1)}`;
    await query(server().superuserUrl, `CREATE DATABASE ${plain} TEMPLATE template0`);
    url.pathname = plain;
    const attacker = await makeAttacker(server(), url.href);
    // A schema of the attacker's; then one where the attacker may create.
    for (const owner of [attacker.name, 'postgres']) {
      await query(
        url.href,
        `DROP SCHEMA IF EXISTS duckdb CASCADE; CREATE SCHEMA duckdb AUTHORIZATION ${owner};
         GRANT ALL ON SCHEMA duckdb TO ${attacker.name}; GRANT USAGE ON SCHEMA duckdb TO PUBLIC`,
      );
      await query(
        attacker.url,
        `CREATE FUNCTION duckdb.evil() RETURNS text ${trap(attacker, 'view', "'azure'")};
         CREATE VIEW duckdb.extensions AS SELECT duckdb.evil() AS name; GRANT SELECT ON duckdb.extensions TO PUBLIC`,
      );
      const session = await openSession(url.href);
      const { diagnostics } = await session.prepare([wanted('duckdb_server.pg.lake', { type: 'azure' })]);
      await session.close();
      expect(await attacker.traces()).toEqual([]);
      expect(diagnostics.map(({ code }) => code)).toContain('extensions-not-checked');
    }
  });

  it('our SQL names pg_catalog for all that is looked up', async () => {
    const { project, url } = await open(server());
    // A role that may not call it, as on some hosted servers, is told apart by other SQL.
    const tool = asRole(url, 'plain_tool');
    await query(
      url,
      `DO $$ BEGIN CREATE ROLE plain_tool LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
       REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC`,
    );
    const sent = new Set<string>();
    const { query: send, parse, bind } = pg.Connection.prototype as unknown as Wire;
    vi.spyOn(pg.Connection.prototype as unknown as Wire, 'query').mockImplementation(function (
      this: Wire,
      text,
    ) {
      sent.add(text);
      send.call(this, text);
    });
    vi.spyOn(pg.Connection.prototype as unknown as Wire, 'parse').mockImplementation(function (
      this: Wire,
      statement,
      more,
    ) {
      sent.add(statement.text);
      parse.call(this, statement, more);
    });
    vi.spyOn(pg.Connection.prototype as unknown as Wire, 'bind').mockImplementation(function (
      this: Wire,
      config,
      more,
    ) {
      // The statements of a batch are in its parameter.
      for (const statement of (config.values ?? []).flatMap(statementsIn)) sent.add(statement);
      bind.call(this, config, more);
    });
    try {
      expect(await everyVerb(project)).toEqual([]);
      await (await openSession(tool)).close();
    } finally {
      vi.restoreAllMocks();
      await project.remove();
    }
    // Asked only where every `duckdb.query` belongs to a superuser; what is in it is DuckDB's own SQL.
    const ours = [...sent].map((text) => text.replace(VERSION_SQL, ''));
    expect(ours.flatMap((text) => unqualified(text))).toEqual([]);
    // What was recorded is everything: each text of the state, the batch, its functions and its statements.
    for (const part of [
      CALL_SQL,
      'CREATE FUNCTION pg_temp.secrets_apply',
      'CREATE TABLE',
      'WITH taken',
      'WITH held',
      'DROP SERVER',
      'CREATE USER MAPPING',
      'pg_control_system',
      "'oid-'",
      'duckdb.extensions',
    ]) {
      expect(
        ours.some((text) => text.includes(part)),
        part,
      ).toBe(true);
    }
  });
});

/** What the driver's connection has of the wire. */
interface Wire {
  query: (this: Wire, text: string) => void;
  parse: (this: Wire, statement: { readonly text: string }, more: boolean) => void;
  bind: (this: Wire, config: { readonly values?: readonly unknown[] }, more: boolean) => void;
}

function statementsIn(value: unknown): readonly string[] {
  if (typeof value !== 'string' || !value.startsWith('{"stack"')) return [];
  const { steps = [] } = JSON.parse(value) as { steps?: readonly Record<string, unknown>[] };
  return steps.flatMap(({ sql, prefix, recreate = [] }) =>
    [sql, prefix, ...(recreate as unknown[])].filter((text) => typeof text === 'string'),
  );
}

describe('the check of our SQL', () => {
  it.each([
    'SELECT a = b',
    "SELECT a || 'x'",
    'SELECT lower(x)',
    'SELECT public.f(x)',
    'SELECT x::text',
    'SELECT CAST(x AS pg_catalog.text)',
    "SELECT oid '1'",
    'SELECT x IN (1)',
    "SELECT x LIKE 'y'",
    'SELECT x BETWEEN 1 AND 2',
    'SELECT x IS DISTINCT FROM y',
    'SELECT NULLIF(a, b)',
    'SELECT CASE x WHEN 1 THEN 2 END',
    'SELECT FROM a.b JOIN pg_catalog.c USING (x)',
    'SELECT FROM pg_class',
    'SELECT x COLLATE "C"',
    'UPDATE s.t SET a = 1 WHERE b = 2',
    'UPDATE s.t SET a = b = c',
    'CREATE TABLE s.t (a text)',
    'DO $$ DECLARE v oid; BEGIN END $$',
    "EXECUTE 'SELECT a = b'",
    "SELECT a -> 'b'",
  ])('finds what is looked up: %s', (sql) => {
    expect(unqualified(sql)).toHaveLength(1);
  });

  it('accepts what the grammar fixes, or the schema does', () => {
    expect(
      unqualified(
        `WITH a (b) AS (SELECT pg_catalog.count(*)::pg_catalog.int4) UPDATE s.t SET x = 1, y = (SELECT b FROM a)
         WHERE z OPERATOR(pg_catalog.=) current_user AND EXISTS (SELECT FROM a) RETURNING COALESCE(x, 1)`,
      ),
    ).toEqual([]);
  });
});

onEachPostgres('event triggers of other people', { own: true }, (server) => {
  it('see the surroundings of the session, not ours', async () => {
    const url = await server().createDatabase();
    await query(
      url,
      `CREATE TABLE public.ddl_log (tag text, what text);
       CREATE FUNCTION public.log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO ddl_log SELECT tg_tag, object_identity FROM pg_event_trigger_ddl_commands(); END $$;
       CREATE FUNCTION public.log_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO ddl_log SELECT tg_tag, object_identity FROM pg_event_trigger_dropped_objects(); END $$;
       CREATE EVENT TRIGGER zz_log_ddl ON ddl_command_end EXECUTE FUNCTION public.log_ddl();
       CREATE EVENT TRIGGER zz_log_drop ON sql_drop EXECUTE FUNCTION public.log_drop()`,
    );
    const session = await openSession(url);
    const lake = wanted('duckdb_server.pg.lake', { type: 's3' });
    const mapping = wanted('user_mapping.pg.lake/public', { 'options.secret': 'x' });
    await create(session, [lake, mapping]);
    const found = await readAll(session, [lake, mapping]);
    const outcomes = await applyItems(
      session,
      [lake, mapping].map((resource) =>
        item(
          'delete',
          resource,
          found.find(({ address }) => address === resource.address),
        ),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done']);
    await session.close();
    const store = storeAt(url);
    await store.write(stateOf(1), 0);
    await store.close();
    const tags = await query<{ tag: string }>(url, 'SELECT DISTINCT tag FROM public.ddl_log ORDER BY tag');
    expect(tags.map(({ tag }) => tag)).toEqual([
      'COMMENT', 'CREATE FUNCTION', 'CREATE SCHEMA', 'CREATE SERVER', 'CREATE TABLE', 'CREATE USER MAPPING', 'DROP FUNCTION', 'DROP SERVER', 'DROP USER MAPPING',
    ]); // prettier-ignore
  });

  it('that forbid are heard, and the expressions after the error are ours again', async () => {
    const { url } = await open(server());
    const attacker = await makeAttacker(server(), url);
    await query(
      url,
      `CREATE FUNCTION public.freeze() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'DDL is frozen until Monday' USING HINT = 'ask the DBA'; END $$;
       CREATE EVENT TRIGGER zz_freeze ON ddl_command_start WHEN TAG IN ('CREATE USER MAPPING') EXECUTE FUNCTION public.freeze()`,
    );
    await query(attacker.url, traps(attacker, await PLACES.early(url, attacker)));
    const session = await openSession(url);
    const outcomes = await applyItems(
      session,
      [
        wanted('duckdb_server.pg.lake', { type: 's3' }),
        wanted('user_mapping.pg.lake/public', { 'options.secret': 'x' }),
      ].map((resource) => item('create', resource)),
    );
    await session.close();
    // The call carried values, so that its words stay in the log of the server.
    expect(JSON.stringify(outcomes)).toContain('the server refuses it (SQLSTATE P0001)');
    expect(await attacker.traces()).toEqual([]);
  });
});
