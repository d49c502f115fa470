import { expect, it } from 'vitest';
import { hasErrors } from '../../src/model/index.js';
import { query } from '../support/postgres/index.js';
import {
  applyItems,
  byAddress,
  create,
  fieldsOf,
  item,
  onRealPostgres,
  openSession,
  readAll,
  wanted,
} from './harness.js';

const SERVER = 'duckdb_server.pg.lake';
const lake = wanted(SERVER, { type: 's3', 'options.region': 'us-east-1', 'options.scope': 's3://lake' });
const mapping = (role: string, options: Record<string, string>) =>
  wanted(
    `user_mapping.pg.lake/${role}`,
    Object.fromEntries(Object.entries(options).map(([name, value]) => [`options.${name}`, value])),
  );

onRealPostgres('the postgres provider applies', {}, (server) => {
  const database = async (): Promise<string> => {
    const url = await server().createDatabase();
    await query(
      url,
      `DO $$ BEGIN CREATE ROLE analyst LOGIN; CREATE ROLE lake_admin LOGIN; CREATE ROLE "O'Brien ""x""" LOGIN;
       EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    return url;
  };

  it('creates every kind, and reads back what it made', async () => {
    const url = await database();
    const session = await openSession(url);
    const odd = `it's "quoted" \\ back\nnew line = ${'ü😀'.repeat(3)} $secrets$ {k=v}`;
    const all = [
      { ...lake, fields: { ...lake.fields, owner: { kind: 'plain', value: 'lake_admin' } as const } },
      mapping('analyst', { key_id: 'AKIA', secret: odd }),
      mapping('public', { key_id: 'PUB', secret: 'x'.repeat(1_000_000) }),
      mapping('O\'Brien "x"', { key_id: 'OB' }),
      wanted('server_usage.pg.lake/analyst'),
      wanted('server_usage.pg.lake/public'),
      wanted('fdw_usage.pg.lake_admin'),
    ];
    const prepared = await session.prepare(all);
    expect(hasErrors(prepared.diagnostics)).toBe(false);
    await create(session, prepared.resources);
    const found = await readAll(session, all);
    expect(found.map((resource) => resource.address).sort()).toEqual(
      all.map((resource) => resource.address).sort(),
    );
    expect(fieldsOf(byAddress(found, SERVER))).toEqual({
      type: 's3',
      owner: 'lake_admin',
      'options.region': 'us-east-1',
      'options.scope': 's3://lake',
    });
    expect(byAddress(found, SERVER)?.claimedBy).toBe('test');
    expect(fieldsOf(byAddress(found, 'user_mapping.pg.lake/analyst'))).toEqual({
      'options.key_id': 'AKIA',
      'options.secret': odd,
    });
    expect(fieldsOf(byAddress(found, 'user_mapping.pg.lake/public'))?.['options.secret']).toHaveLength(
      1_000_000,
    );
    await session.close();
  });

  it('gives the ids that the objects have', async () => {
    const session = await openSession(await database());
    const all = [lake, mapping('analyst', { key_id: 'A' }), wanted('server_usage.pg.lake/analyst')];
    const outcomes = await applyItems(
      session,
      all.map((resource) => item('create', resource)),
    );
    const found = await readAll(session, all);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'done', id: byAddress(found, outcome.address)?.id });
    }
    await session.close();
  });

  it('alters with ADD, SET and DROP, and moves an option either way', async () => {
    const session = await openSession(await database());
    const before = [lake, mapping('analyst', { key_id: 'A', secret: 'one', endpoint: 'e' })];
    await create(session, before);
    const found = await readAll(session, before);
    const server = wanted(SERVER, { type: 's3', 'options.scope': 's3://new', 'options.endpoint': 'e' });
    const user = mapping('analyst', { key_id: 'A', secret: 'two', region: 'eu' });
    const outcomes = await applyItems(session, [
      item('update', user, byAddress(found, user.address)),
      item('update', server, byAddress(found, SERVER)),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['done', 'done']);
    const after = await readAll(session, [server]);
    expect(fieldsOf(byAddress(after, SERVER))).toMatchObject({
      'options.scope': 's3://new',
      'options.endpoint': 'e',
    });
    expect(fieldsOf(byAddress(after, SERVER))).not.toHaveProperty(['options.region']);
    expect(fieldsOf(byAddress(after, user.address))).toEqual({
      'options.key_id': 'A',
      'options.secret': 'two',
      'options.region': 'eu',
    });
    await session.close();
  });

  it('replaces a server with its mappings, and keeps owner, grants and comment', async () => {
    const url = await database();
    const session = await openSession(url);
    const before = [
      lake,
      mapping('analyst', { key_id: 'A' }),
      wanted('server_usage.pg.lake/analyst'),
      wanted('server_usage.pg.lake/public'),
      wanted('fdw_usage.pg.lake_admin'),
    ];
    await create(session, before);
    await query(
      url,
      "ALTER SERVER lake OWNER TO lake_admin; COMMENT ON SERVER lake IS E'for the lake\nmanaged by secrets (stack test)'",
    );
    const found = await readAll(session, before);
    const server = wanted(SERVER, { type: 'gcs', 'options.scope': 'gs://lake' });
    const user = mapping('analyst', { key_id: 'B', bearer_token: 'value-of-token' });
    const gone = wanted('server_usage.pg.lake/public');
    const outcomes = await applyItems(session, [
      item('replace', server, byAddress(found, SERVER)),
      item('replace', user, byAddress(found, user.address)),
      item('delete', gone, byAddress(found, gone.address)),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['done', 'done', 'done']);
    const after = await readAll(session, before);
    expect(after.map((resource) => resource.address)).toEqual([
      SERVER,
      user.address,
      'server_usage.pg.lake/analyst',
      'fdw_usage.pg.lake_admin',
    ]);
    expect(fieldsOf(byAddress(after, SERVER))).toEqual({
      type: 'gcs',
      owner: 'lake_admin',
      'options.scope': 'gs://lake',
    });
    expect(byAddress(after, SERVER)?.id).not.toBe(byAddress(found, SERVER)?.id);
    expect(
      await query(url, "SELECT obj_description(oid) AS text FROM pg_foreign_server WHERE srvname = 'lake'"),
    ).toEqual([{ text: 'for the lake\nmanaged by secrets (stack test)' }]);
    await session.close();
  });

  it('refuses to drop or replace a server that carries a mapping of somebody else, and names it', async () => {
    const url = await database();
    const session = await openSession(url);
    await create(session, [lake]);
    await query(url, 'CREATE USER MAPPING FOR analyst SERVER lake');
    const found = await readAll(session, [lake]);
    for (const action of ['delete', 'replace'] as const) {
      const [outcome] = await applyItems(session, [item(action, lake, byAddress(found, SERVER))]);
      expect(outcome).toMatchObject({ status: 'failed', address: SERVER });
      expect(JSON.stringify(outcome)).toContain('user mapping for analyst on server …');
    }
    expect(await readAll(session, [lake])).toEqual(found);
    await session.close();
  });

  it('deletes all kinds in whatever order they come', async () => {
    const session = await openSession(await database());
    const all = [
      lake,
      mapping('analyst', { key_id: 'A' }),
      wanted('server_usage.pg.lake/analyst'),
      wanted('fdw_usage.pg.analyst'),
      wanted('duckdb_server.pg.other', { type: 's3' }),
      wanted('server_usage.pg.other/public'),
    ];
    await create(session, all);
    const found = await readAll(session, all);
    const gone = all.filter((resource) => resource.address !== 'duckdb_server.pg.other');
    const outcomes = await applyItems(
      session,
      gone.map((resource) => item('delete', resource, byAddress(found, resource.address))),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(gone.map(() => 'done'));
    expect(outcomes.every((outcome) => !('id' in outcome))).toBe(true);
    expect((await readAll(session, all)).map((resource) => resource.address)).toEqual([
      'duckdb_server.pg.other',
    ]);
    await session.close();
  });

  it('undoes everything when one statement fails, and says which, without the value', async () => {
    const session = await openSession(await database());
    const value = 'hunter2-is-my-boolean';
    const all = [
      lake,
      mapping('analyst', { key_id: 'A', secret: 'another-value-here' }),
      mapping('public', { use_ssl: value }),
      wanted('server_usage.pg.lake/analyst'),
    ];
    const outcomes = await applyItems(
      session,
      all.map((resource) => item('create', resource)),
    );
    expect(outcomes).toEqual([
      expect.objectContaining({ status: 'skipped', address: SERVER }),
      expect.objectContaining({ status: 'skipped', address: 'user_mapping.pg.lake/analyst' }),
      expect.objectContaining({ status: 'failed', address: 'user_mapping.pg.lake/public' }),
      expect.objectContaining({ status: 'skipped', address: 'server_usage.pg.lake/analyst' }),
    ]);
    expect(outcomes[0]).toMatchObject({ message: 'rolled back because user_mapping.pg.lake/public failed' });
    expect(JSON.stringify(outcomes)).toContain('use_ssl');
    expect(JSON.stringify(outcomes)).not.toContain(value);
    expect(await readAll(session, all)).toEqual([]);
    await create(session, [lake]);
    await session.close();
  });

  it('refuses what changed since it was read, and what appeared or went', async () => {
    const url = await database();
    const session = await openSession(url);
    const user = mapping('analyst', { key_id: 'A' });
    await create(session, [lake, user]);
    const found = await readAll(session, [lake, user]);
    const changed = wanted(SERVER, { type: 's3', 'options.region': 'eu' });

    await query(url, "ALTER SERVER lake OPTIONS (SET region 'by hand')");
    expect(await applyItems(session, [item('update', changed, byAddress(found, SERVER))])).toEqual([
      expect.objectContaining({
        status: 'failed',
        message: expect.stringContaining('was changed') as string,
      }),
    ]);
    await query(url, "ALTER USER MAPPING FOR analyst SERVER lake OPTIONS (SET key_id 'by hand')");
    expect(
      await applyItems(session, [
        item('update', mapping('analyst', { key_id: 'B' }), byAddress(found, user.address)),
      ]),
    ).toEqual([expect.objectContaining({ status: 'failed', address: user.address })]);
    await query(
      url,
      'DROP USER MAPPING FOR analyst SERVER lake; CREATE USER MAPPING FOR analyst SERVER lake',
    );
    expect(await applyItems(session, [item('delete', user, byAddress(found, user.address))])).toEqual([
      expect.objectContaining({
        status: 'failed',
        message: expect.stringContaining('was changed') as string,
      }),
    ]);
    expect(await applyItems(session, [item('create', user)])).toEqual([
      expect.objectContaining({ status: 'failed', message: expect.stringContaining('already') as string }),
    ]);
    await query(url, 'DROP USER MAPPING FOR analyst SERVER lake; DROP SERVER lake');
    expect(await applyItems(session, [item('delete', lake, byAddress(found, SERVER))])).toEqual([
      expect.objectContaining({ status: 'failed', message: expect.stringContaining('no longer') as string }),
    ]);
    await session.close();
  });

  it("refuses a server that carries another stack's mark, and marks one that is taken over", async () => {
    const url = await database();
    const session = await openSession(url);
    await query(url, "CREATE SERVER lake TYPE 'S3' FOREIGN DATA WRAPPER duckdb");
    await query(url, "COMMENT ON SERVER lake IS 'managed by secrets (stack other)'");
    const found = await readAll(session, [lake]);
    expect(found[0]?.claimedBy).toBe('other');
    expect(fieldsOf(found[0])?.['type']).toBe('s3');
    const [outcome] = await applyItems(session, [item('update', lake, found[0])]);
    expect(outcome).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('(other)') as string,
    });
    await query(url, "COMMENT ON SERVER lake IS 'a note'");
    expect((await applyItems(session, [item('update', lake, found[0])]))[0]?.status).toBe('done');
    expect((await readAll(session, [lake]))[0]?.claimedBy).toBe('test');
    expect(
      await query(url, "SELECT obj_description(oid) AS text FROM pg_foreign_server WHERE srvname = 'lake'"),
    ).toEqual([{ text: 'a note\nmanaged by secrets (stack test)' }]);
    await session.close();
  });

  it('starts nothing once the run is stopped', async () => {
    const stop = new AbortController();
    const session = await openSession(await database(), { signal: stop.signal });
    stop.abort();
    expect(await applyItems(session, [item('create', lake)])).toEqual([
      expect.objectContaining({ status: 'skipped', address: SERVER }),
    ]);
    expect(await readAll(session, [lake])).toEqual([]);
    await session.close();
  });

  it('refuses a value with NUL before anything is sent', async () => {
    const session = await openSession(await database());
    const outcomes = await applyItems(session, [
      item('create', lake),
      item('create', mapping('analyst', { secret: 'a\0b' })),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['skipped', 'failed']);
    await session.close();
  });
});
