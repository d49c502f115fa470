import { expect, it } from 'vitest';
import { postgresSettings } from '../../src/state/postgres/settings.js';
import { plain } from '../../src/model/index.js';
import type { StateStore } from '../../src/state/index.js';
import { makeAttacker, trap } from '../postgres/attacker.js';
import { asRole, onRealPostgres } from '../postgres/harness.js';
import { query } from '../support/postgres/index.js';
import { runScope } from '../scope.js';
import { codeOf, lockRequest, messageOf, stateOf } from './contract.js';
import { storeAt } from './postgres-clients.js';

/** Everything that a run and the commands for the state do: each must be refused, with this in its words. */
async function expectRefused(store: StateStore, words: string): Promise<void> {
  for (const ask of [
    () => store.read(),
    () => store.lock(lockRequest()),
    () => store.write(stateOf(2), 1),
    () => store.unlock('x'),
  ]) {
    expect(await codeOf(ask())).toBe('state-not-trusted');
    expect(await messageOf(ask())).toContain(words);
  }
}

onRealPostgres('a state that somebody else made', {}, (server) => {
  it('is refused where the schema is theirs, without running what is in it', async () => {
    const url = await server().createDatabase();
    const attacker = await makeAttacker(server(), url);
    const database = new URL(url).pathname.slice(1);
    await query(url, `GRANT CREATE ON DATABASE "${database}" TO ${attacker.name}`);
    await query(attacker.url, 'CREATE SCHEMA secrets_state; GRANT USAGE ON SCHEMA secrets_state TO PUBLIC');
    const store = storeAt(url);
    const words = `the schema "secrets_state" belongs to the role "${attacker.name}", which could run code as "postgres"`;
    await expectRefused(store, words);
    const views = {
      state_layout: 'secrets_state.evil() AS version',
      state_heads: 'secrets_state.evil()::text AS stack, 1::bigint AS serial, NULL::text AS lineage, NULL::text AS document, NULL::text AS write_id',
      state_records: 'secrets_state.evil()::text AS stack, NULL::text AS address, NULL::text AS record',
      state_locks: 'secrets_state.evil()::text AS stack, NULL::text AS id, NULL::text AS holder',
    }; // prettier-ignore
    await query(
      attacker.url,
      `CREATE FUNCTION secrets_state.evil() RETURNS integer ${trap(attacker, 'view', '1')};
       ${Object.entries(views)
         .map(([name, columns]) => `CREATE VIEW secrets_state.${name} AS SELECT ${columns};`)
         .join('\n')}
       GRANT ALL ON ALL TABLES IN SCHEMA secrets_state TO PUBLIC`,
    );
    await expectRefused(store, words);
    // An administrator who takes the schema over, and not what is in it.
    await query(url, 'ALTER SCHEMA secrets_state OWNER TO postgres');
    await expectRefused(store, 'the view "state_');
    await store.close();
    expect(await attacker.traces()).toEqual([]);
  });

  it('is refused where a table is theirs, or is not a plain table as we make it', async () => {
    const url = await server().createDatabase();
    const attacker = await makeAttacker(server(), url);
    const store = storeAt(url);
    await store.write(stateOf(1), 0);
    await query(
      url,
      `GRANT ALL ON SCHEMA public, secrets_state TO ${attacker.name};
       CREATE FUNCTION public.evil() RETURNS text ${trap(attacker, 'default', "'x'")};
       CREATE FUNCTION public.is_evil(text) RETURNS bool ${trap(attacker, 'check', 'true')};
       CREATE FUNCTION public.evil_row() RETURNS trigger ${trap(attacker, 'trigger', 'NEW')};
       ALTER FUNCTION public.evil_row() OWNER TO ${attacker.name};
       CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE DOMAIN public.evil_text AS text`,
    );
    const records = 'secrets_state.state_records';
    const cases: readonly [words: string, make: string, undo: string][] = [
      ['table "state_records" in the schema "secrets_state" belongs to', `ALTER TABLE ${records} OWNER TO ${attacker.name}`, `ALTER TABLE ${records} OWNER TO postgres`],
      ['trigger "evil"', `CREATE TRIGGER evil BEFORE INSERT ON ${records} FOR EACH ROW EXECUTE FUNCTION public.evil_row()`, `DROP TRIGGER evil ON ${records}`],
      ['trigger "borrowed"', `CREATE TRIGGER borrowed BEFORE UPDATE ON ${records} FOR EACH ROW EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()`, `DROP TRIGGER borrowed ON ${records}`],
      ['rule "evil"', `CREATE RULE evil AS ON INSERT TO ${records} DO ALSO SELECT public.evil()`, `DROP RULE evil ON ${records}`],
      ['table with row-level security "state_records"', `CREATE POLICY evil ON ${records} USING (public.is_evil(record))`, `DROP POLICY evil ON ${records}`],
      ['table with row-level security "state_locks"', 'ALTER TABLE secrets_state.state_locks ENABLE ROW LEVEL SECURITY', 'ALTER TABLE secrets_state.state_locks DISABLE ROW LEVEL SECURITY'],
      ['child table "child"', `CREATE TABLE public.child () INHERITS (${records})`, 'DROP TABLE public.child'],
      ['parent table "parent"', `CREATE TABLE public.parent (stack text COLLATE "C" NOT NULL); ALTER TABLE ${records} INHERIT public.parent`, `ALTER TABLE ${records} NO INHERIT public.parent; DROP TABLE public.parent`],
      ['column default "record"', `ALTER TABLE ${records} ALTER record SET DEFAULT public.evil()`, `ALTER TABLE ${records} ALTER record DROP DEFAULT`],
      ['depends on function public.is_evil(text)', `ALTER TABLE ${records} ADD CONSTRAINT evil CHECK (public.is_evil(record))`, `ALTER TABLE ${records} DROP CONSTRAINT evil`],
      ['depends on type public.evil_text', `ALTER TABLE ${records} ADD evil public.evil_text`, `ALTER TABLE ${records} DROP evil`],
    ]; // prettier-ignore
    for (const [words, make, undo] of cases) {
      await query(url, make);
      await expectRefused(store, words);
      await query(url, undo);
      expect((await store.read())?.serial).toBe(1);
    }
    // An administrator's audit is nobody's trap.
    await query(
      url,
      `CREATE TRIGGER audit AFTER INSERT ON ${records} FOR EACH ROW EXECUTE FUNCTION public.audit()`,
    );
    expect((await store.read())?.serial).toBe(1);
    await query(url, 'DROP TABLE secrets_state.state_records');
    await query(url, 'CREATE TABLE secrets_state.state_records (x int) PARTITION BY LIST (x)');
    await expectRefused(store, 'partitioned table "state_records"');
    await store.close();
    expect(await attacker.traces()).toEqual([]);
  });

  it('is used where the environment names its owner', async () => {
    const url = await server().createDatabase();
    const [owner, user] = [await makeAttacker(server(), url), await makeAttacker(server(), url)];
    await query(url, `CREATE SCHEMA secrets_state AUTHORIZATION ${owner.name}`);
    const first = storeAt(owner.url);
    await first.write(stateOf(1), 0);
    await query(
      owner.url,
      `GRANT USAGE ON SCHEMA secrets_state TO ${user.name};
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA secrets_state TO ${user.name}`,
    );
    const refused = storeAt(asRole(url, user.name));
    await expectRefused(refused, `belongs to the role "${owner.name}"`);
    const store = storeAt(asRole(url, user.name), { owner: owner.name });
    await store.write(stateOf(2), 1);
    expect((await store.read())?.serial).toBe(2);
    await Promise.all([first.close(), refused.close(), store.close()]);
  });

  it('says which tables are missing, and makes none beside others', async () => {
    const url = await server().createDatabase();
    const store = storeAt(url);
    await store.write(stateOf(1), 0);
    await query(url, 'DROP TABLE secrets_state.state_locks');
    expect(await codeOf(store.read())).toBe('damaged-state');
    expect(await codeOf(store.lock(lockRequest()))).toBe('damaged-state');
    await store.close();
  });
});

it('the owner comes from the environment, never from the configuration', () => {
  const settings = (env: Readonly<Record<string, string>>) =>
    postgresSettings(
      { stack: 's', fields: { host: plain('db'), user: plain('u'), owner: plain('mallory') } },
      { ...runScope(), toolVersion: '1', env },
    );
  expect(settings({ SECRETS_STATE_OWNER: 'state_owner' }).owner).toBe('state_owner');
  expect(settings({}).owner).toBeUndefined();
});
