import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plain } from '../../src/model/index.js';
import { query, startRealPostgres } from '../support/postgres/index.js';
import { followLog } from '../support/postgres/log.js';
import { needs } from '../support/services.js';
import type { RealPostgres } from '../support/postgres/index.js';
import {
  applyItems,
  asRole,
  byAddress,
  create,
  item,
  onRealPostgres,
  openSession,
  readAll,
  wanted,
} from './harness.js';

/** Every form in which a value could stand in a log. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [value, value.replaceAll("'", "''"), bytes.toString('base64').slice(0, -3), bytes.toString('hex')];
}

const VALUES = ["s3cr3t-'one'-Zq81", 's3cr3t-two-Zq82', 's3cr3t-three-Zq83', 's3cr3t-bool-Zq84'];
const [ONE = '', TWO = '', THREE = '', WRONG = ''] = VALUES;

async function expectNoValue(text: string): Promise<void> {
  for (const value of VALUES)
    for (const form of formsOf(value)) expect(text.includes(form), form).toBe(false);
  await Promise.resolve();
}

const lake = wanted('duckdb_server.pg.lake', { type: 's3' });
const user = (options: Record<string, string>) => wanted('user_mapping.pg.lake/public', options);

/** Creates, alters, fails and drops, so that each kind of statement that carries a value has been sent. */
async function exercise(url: string, fields: Parameters<typeof openSession>[2] = {}): Promise<string> {
  const session = await openSession(url, {}, fields);
  await create(session, [lake, user({ 'options.key_id': 'k', 'options.secret': ONE })]);
  let found = await readAll(session, [lake]);
  const altered = user({ 'options.key_id': 'k', 'options.secret': TWO, 'options.session_token': THREE });
  const outcomes = [
    ...(await applyItems(session, [item('update', altered, byAddress(found, altered.address))])),
    ...(await applyItems(session, [item('create', user({ 'options.secret': ONE }))])),
  ];
  found = await readAll(session, [lake]);
  const wrong = user({ 'options.key_id': 'k', 'options.use_ssl': WRONG, 'options.secret': THREE });
  outcomes.push(
    ...(await applyItems(session, [item('update', wrong, byAddress(found, wrong.address))])),
    ...(await applyItems(session, [item('replace', wrong, byAddress(found, wrong.address))])),
  );
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['done', 'failed', 'failed', 'failed']);
  await session.close();
  return JSON.stringify(outcomes);
}

/** An event trigger that breaks the so-manyeth statement; a sequence counts, since it forgets nothing at a rollback. */
const FAIL_AT = `
  CREATE SEQUENCE fail_count; CREATE TABLE fail_at (at bigint); INSERT INTO fail_at VALUES (0);
  CREATE FUNCTION fail_now() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF tg_tag ~ 'SERVER|USER MAPPING|COMMENT|GRANT' AND nextval('public.fail_count') = (SELECT at FROM public.fail_at) THEN
        RAISE EXCEPTION 'broken on purpose';
      END IF;
    END $$;
  CREATE EVENT TRIGGER zz_fail_now ON ddl_command_end EXECUTE FUNCTION fail_now()`;

/** An event trigger that takes its time, so that others can look meanwhile. */
const SLOW = `
  CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); END $$;
  CREATE EVENT TRIGGER zz_slow ON ddl_command_end WHEN TAG IN ('CREATE SERVER', 'CREATE USER MAPPING')
    EXECUTE FUNCTION slow()`;

const LOUD = {
  log_min_duration_statement: '0',
  log_duration: 'on',
  log_min_error_statement: 'debug5',
  log_parameter_max_length_on_error: '-1',
  debug_print_parse: 'on',
  log_lock_waits: 'on',
};

for (const level of ['none', 'ddl', 'all']) {
  onRealPostgres(
    `as superuser, with log_statement = ${level}`,
    { ...LOUD, log_statement: level },
    (server) => {
      it('nothing of a value reaches the log or the client', async () => {
        const log = await followLog(server());
        const url = await server().createDatabase();
        await expectNoValue(await exercise(url));
        const logged = await log.all();
        expect(logged).toContain('secrets_apply');
        await expectNoValue(logged);
      });

      it('nor when the server fails at any of its statements', async () => {
        const log = await followLog(server());
        const url = await server().createDatabase();
        await query(url, FAIL_AT);
        const batch = [
          item('create', lake),
          item('create', user({ 'options.key_id': TWO, 'options.secret': ONE })),
          item('create', wanted('duckdb_server.pg.pond', { type: 'gcs' })),
          item('create', wanted('user_mapping.pg.pond/public', { 'options.secret': THREE })),
          item('create', wanted('server_usage.pg.lake/public', {})),
        ];
        let failed = 0;
        for (let at = 1; ; at += 1) {
          await query(url, `SELECT setval('fail_count', 1, false); UPDATE fail_at SET at = ${String(at)}`);
          const session = await openSession(url);
          const outcomes = await applyItems(session, batch);
          await session.close();
          await expectNoValue(JSON.stringify(outcomes));
          if (outcomes.every((outcome) => outcome.status === 'done')) break;
          failed += 1;
          expect(outcomes.map((outcome) => outcome.status)).toContain('failed');
          expect(JSON.stringify(outcomes)).toContain('(SQLSTATE P0001)');
          expect(await query(url, 'SELECT 1 FROM pg_foreign_server')).toEqual([]);
        }
        // Each server and mapping, the marks and the grant: all were tried.
        expect(failed).toBeGreaterThanOrEqual(batch.length);
        const logged = await log.all();
        expect(logged).toContain('broken on purpose');
        await expectNoValue(logged);
      });

      it('nor do other sessions see one in pg_stat_activity, while it runs or after', async () => {
        const url = await server().createDatabase();
        await query(url, SLOW);
        const session = await openSession(url);
        const applied = create(session, [lake, user({ 'options.secret': ONE, 'options.key_id': TWO })]).then(
          () => 'applied',
        );
        const seen: string[] = [];
        const look = async (): Promise<void> => {
          const rows = await query<{ query: string }>(
            url,
            'SELECT query FROM pg_stat_activity WHERE datname = current_database()',
          );
          seen.push(...rows.map((row) => row.query));
        };
        while ((await Promise.race([applied, look()])) !== 'applied');
        await look();
        await session.close();
        expect(seen.some((one) => one.includes('secrets_apply'))).toBe(true);
        await expectNoValue(JSON.stringify(seen));
      });
    },
  );
}

// What such a role may set is the whole server's business, so these have names of their own.
const [GROUP, ADMIN] = [`logged_group_${String(process.pid)}`, `logged_admin_${String(process.pid)}`];

onRealPostgres('as another role', { 'duckdb.postgres_role': GROUP, log_statement: 'all' }, (server) => {
  beforeAll(async () => {
    await query(server().superuserUrl, `CREATE ROLE ${GROUP}; CREATE ROLE ${ADMIN} LOGIN IN ROLE ${GROUP}`);
  });
  const asAdmin = async (): Promise<{ url: string; root: string }> => {
    const root = await server().createDatabase();
    await query(root, `GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO ${ADMIN}`);
    return { url: asRole(root, ADMIN), root };
  };

  it('is refused where the log would hold a value, and may go on without values, or when told so', async () => {
    const log = await followLog(server());
    const { url } = await asAdmin();
    const session = await openSession(url);
    const outcomes = await applyItems(session, [
      item('create', lake),
      item('create', user({ 'options.secret': ONE })),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['failed', 'failed']);
    expect(JSON.stringify(outcomes)).toContain('log_statement = all');
    expect(JSON.stringify(outcomes)).toContain('--allow-server-log');
    await expectNoValue(await log.all());
    await create(session, [lake]);
    await session.close();
    const allowed = await openSession(url, {}, { allow_server_log: plain(true) });
    await create(allowed, [user({ 'options.secret': 'told-to-be-logged' })]);
    await allowed.close();
    expect(await log.all()).toContain('told-to-be-logged');
  });

  it('makes the settings that it was granted', async () => {
    const log = await followLog(server());
    const { url, root } = await asAdmin();
    await query(root, `GRANT SET ON PARAMETER log_statement TO ${ADMIN}`);
    try {
      await expectNoValue(await exercise(url));
    } finally {
      await query(root, `REVOKE SET ON PARAMETER log_statement FROM ${ADMIN}`);
    }
    await expectNoValue(await log.all());
  });
});

/** Each server in one way, the newest in both. */
const TRACKED = [
  [18, 'all'],
  [18, 'top'],
  [15, 'all'],
] as const;
describe.each(TRACKED)(
  'with pg_stat_statements and auto_explain (PostgreSQL %i, track %s)',
  (version, track) => {
    let server: RealPostgres | undefined;
    let missing = 'no such server';
    beforeAll(async () => {
      try {
        const started = await startRealPostgres({
          version,
          standIn: true,
          settings: {
            'pg_stat_statements.track': track,
            ...(track === 'top'
              ? { shared_preload_libraries: 'pg_stat_statements' }
              : {
                  shared_preload_libraries: 'pg_stat_statements,auto_explain',
                  'auto_explain.log_min_duration': '0',
                  'auto_explain.log_nested_statements': 'on',
                }),
            'duckdb.postgres_role': 'duckgroup',
          },
        });
        if ('skipped' in started) missing = started.skipped;
        else server = started;
      } catch (error) {
        if (!String(error).includes('could not access file')) throw error;
        missing = 'it comes without pg_stat_statements';
      }
    });
    beforeEach((context) => {
      needs(context, `PostgreSQL ${version}`, server === undefined ? missing : undefined);
    });
    afterAll(async () => {
      await server?.stop();
    });

    it('keeps values out as superuser, and refuses as another role', async () => {
      if (server === undefined) throw new Error(missing);
      await query(server.url, 'CREATE EXTENSION pg_stat_statements');
      await expectNoValue(await exercise(server.url));
      const rows = await query<{ query: string }>(server.url, 'SELECT query FROM pg_stat_statements');
      expect(rows.length).toBeGreaterThan(track === 'all' ? 3 : 0);
      await expectNoValue(JSON.stringify(rows));
      await expectNoValue(await readFile(server.logFile, 'utf8'));

      await query(
        server.url,
        'CREATE ROLE duckgroup; CREATE ROLE admin LOGIN IN ROLE duckgroup; GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO admin',
      );
      const session = await openSession(asRole(server.url, 'admin'));
      if (track === 'top') {
        const pond = wanted('duckdb_server.pg.pond', { type: 's3' });
        await create(session, [pond, wanted('user_mapping.pg.pond/public', { 'options.secret': ONE })]);
        await expectNoValue(
          JSON.stringify(await query<{ query: string }>(server.url, 'SELECT query FROM pg_stat_statements')),
        );
        await session.close();
        return;
      }
      const [outcome] = await applyItems(session, [item('create', user({ 'options.secret': ONE }))]);
      expect(outcome).toMatchObject({
        status: 'failed',
        message: expect.stringContaining('pg_stat_statements.track = all') as string,
      });
      await session.close();
      await expectNoValue(await readFile(server.logFile, 'utf8'));
    });
  },
);
