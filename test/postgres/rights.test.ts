import { expect, it } from 'vitest';
import { plain } from '../../src/model/index.js';
import type { DesiredResource } from '../../src/model/index.js';
import { query } from '../support/postgres/index.js';
import {
  applyItems,
  asRole,
  byAddress,
  create,
  fieldsOf,
  item,
  onRealPostgres,
  openSession,
  readAll,
  wanted,
} from './harness.js';

const lake = wanted('duckdb_server.pg.lake', { type: 's3' });
const mapping = (role: string, options: Record<string, string>): DesiredResource =>
  wanted(
    `user_mapping.pg.lake/${role}`,
    Object.fromEntries(Object.entries(options).map(([name, value]) => [`options.${name}`, value])),
  );

onRealPostgres('rights', { 'duckdb.postgres_role': 'duckgroup' }, (server) => {
  const database = async (): Promise<string> => {
    const url = await server().createDatabase();
    await query(
      url,
      `DO $$ BEGIN
         CREATE ROLE duckgroup; CREATE ROLE admin LOGIN IN ROLE duckgroup; CREATE ROLE analyst LOGIN; CREATE ROLE plain_role LOGIN;
       EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    await query(url, 'GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO admin');
    return url;
  };

  it('a non-superuser administrator does everything; what it cannot see is hidden, not empty', async () => {
    const url = await database();
    const session = await openSession(asRole(url, 'admin'));
    const all = [
      lake,
      mapping('admin', { key_id: 'own' }),
      mapping('analyst', { key_id: 'A', secret: 'first-value' }),
      mapping('plain_role', {}),
      mapping('public', { key_id: 'P' }),
      wanted('server_usage.pg.lake/analyst'),
    ];
    expect(
      (await session.prepare(all)).diagnostics.filter((diagnostic) => diagnostic.severity !== 'info'),
    ).toEqual([]);
    await create(session, all);
    const found = await readAll(session, all);
    const hidden = { options: 'hidden: the role admin may not read them' };
    expect(fieldsOf(byAddress(found, 'user_mapping.pg.lake/admin'))).toEqual({ 'options.key_id': 'own' });
    expect(fieldsOf(byAddress(found, 'user_mapping.pg.lake/public'))).toEqual({ 'options.key_id': 'P' });
    expect(fieldsOf(byAddress(found, 'user_mapping.pg.lake/analyst'))).toEqual(hidden);
    expect(fieldsOf(byAddress(found, 'user_mapping.pg.lake/plain_role'))).toEqual(hidden);
    expect(byAddress(found, 'user_mapping.pg.lake/analyst')?.version).toBe('unseen');

    const next = mapping('analyst', { key_id: 'A', session_token: 'second-value' });
    const [outcome] = await applyItems(session, [
      item('update', next, byAddress(found, next.address), ['options.session_token', 'options.secret']),
    ]);
    expect(outcome?.status).toBe('done');
    const root = await openSession(url);
    const seen = await readAll(root, all);
    expect(fieldsOf(byAddress(seen, next.address))).toEqual({
      'options.key_id': 'A',
      'options.session_token': 'second-value',
    });
    expect(fieldsOf(byAddress(seen, 'user_mapping.pg.lake/plain_role'))).toEqual({});
    expect(outcome).toMatchObject({ id: byAddress(seen, next.address)?.id });
    await root.close();
    await session.close();
  });

  it('does not make a hidden mapping anew where options of it are to be left alone', async () => {
    const url = await database();
    const session = await openSession(asRole(url, 'admin'));
    const user = mapping('analyst', { key_id: 'A' });
    await create(session, [lake, user]);
    const found = await readAll(session, [lake, user]);
    const careful = { ...user, lifecycle: { ignore: ['secret'] } };
    expect(
      await applyItems(session, [
        item('update', careful, byAddress(found, user.address), ['options.key_id']),
      ]),
    ).toEqual([
      expect.objectContaining({
        status: 'failed',
        message: expect.stringContaining('cannot be read') as string,
      }),
    ]);
    await session.close();
  });

  it('says before any change that a role may not create servers', async () => {
    const url = await database();
    const outsider = await openSession(asRole(url, 'analyst'));
    expect((await outsider.prepare([lake])).diagnostics).toEqual([
      expect.objectContaining({ severity: 'error', code: 'no-usage-on-wrapper', address: lake.address }),
    ]);
    await query(url, 'GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO plain_role');
    const half = await openSession(asRole(url, 'plain_role'));
    // The setting is not for this role to read: the wrapper itself says what is missing.
    expect((await half.prepare([lake])).diagnostics.filter(({ severity }) => severity !== 'info')).toEqual(
      [],
    );
    const [outcome] = await applyItems(half, [item('create', lake)]);
    expect(outcome).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('postgres_role') as string,
    });
    // Who may read the setting is told before any change.
    await query(url, 'GRANT pg_read_all_settings TO plain_role');
    expect((await half.prepare([lake])).diagnostics).toEqual([
      expect.objectContaining({ severity: 'error', code: 'not-in-duckdb-role' }),
    ]);
    await query(url, 'REVOKE pg_read_all_settings FROM plain_role');
    await outsider.close();
    await half.close();
  });

  it('names the roles that hold USAGE, owners and superusers only where they are asked for', async () => {
    const url = await database();
    const session = await openSession(url);
    await create(session, [lake, wanted('server_usage.pg.lake/public')]);
    const list = [{ kind: 'fdw_usage', provider: 'pg' }] as const;
    const found = await readAll(session, [lake], list);
    expect(found.map((resource) => resource.address)).toEqual([
      lake.address,
      'server_usage.pg.lake/public',
      'fdw_usage.pg.admin',
    ]);
    const asked = await readAll(session, [lake, wanted('server_usage.pg.lake/postgres')]);
    expect(asked.map((resource) => resource.address)).toContain('server_usage.pg.lake/postgres');
    await session.close();
  });

  it('turns names into roles: current_user, PUBLIC, and says which do not exist', async () => {
    const session = await openSession(await database());
    const { resources, diagnostics } = await session.prepare([
      wanted('duckdb_server.pg.lake', { type: 'S3', owner: 'CURRENT_USER' }),
      {
        ...wanted('duckdb_server.pg.two', { type: 's3' }),
        fields: { type: plain('s3'), 'options.use_ssl': plain(false) },
      },
      mapping('current_user', {}),
      mapping('postgres', {}),
      mapping('PUBLIC', {}),
      mapping('analist', {}),
      wanted('fdw_usage.pg.nobody-like-that'),
    ]);
    expect(resources.map((resource) => resource.address)).toEqual([
      'duckdb_server.pg.lake',
      'duckdb_server.pg.two',
      'user_mapping.pg.lake/postgres',
      'user_mapping.pg.lake/postgres',
      'user_mapping.pg.lake/public',
      'user_mapping.pg.lake/analist',
      'fdw_usage.pg.nobody-like-that',
    ]);
    expect(resources[0]?.fields).toEqual({ type: plain('s3'), owner: plain('postgres') });
    expect(resources[1]?.fields['options.use_ssl']).toEqual(plain('false'));
    expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.next])).toEqual([
      ['same-role-twice', 'Keep one of them.'],
      ['unknown-role', 'Did you mean analyst? Otherwise create the role.'],
      ['unknown-role', 'Correct the name, or create the role.'],
    ]);
    await session.close();
  });

  it('says that the wrapper is missing, and warns of servers that break DuckDB', async () => {
    const bare = await openSession(server().superuserUrl);
    expect((await bare.prepare([lake])).diagnostics).toEqual([
      expect.objectContaining({
        code: 'wrapper-missing',
        next: expect.stringContaining('CREATE EXTENSION pg_duckdb') as string,
      }),
    ]);
    expect(await readAll(bare, [lake])).toEqual([]);
    await bare.close();

    const url = await database();
    await query(url, `CREATE SERVER "Lake" TYPE 's3' FOREIGN DATA WRAPPER duckdb`);
    await query(url, `CREATE SERVER "a-b" TYPE 's3' FOREIGN DATA WRAPPER duckdb`).catch(() => undefined);
    const session = await openSession(url);
    const { diagnostics } = await session.prepare([lake]);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain('clashing-server-names');
    expect((await session.discover()).map((resource) => resource.address)).toContain('duckdb_server.pg.Lake');
    await session.close();
  });

  it('discovers everything without a value of a mapping', async () => {
    const session = await openSession(await database());
    await create(session, [lake, mapping('analyst', { secret: 'a-value-nobody-needs' })]);
    const found = await session.discover();
    expect(found.map((resource) => resource.address)).toEqual([
      lake.address,
      'user_mapping.pg.lake/analyst',
      'fdw_usage.pg.admin',
    ]);
    expect(fieldsOf(found[1])).toEqual({ 'options.secret': 'hidden: the value was not read' });
    await session.close();
  });
});
