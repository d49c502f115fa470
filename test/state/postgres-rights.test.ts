import { expect, it } from 'vitest';
import { DiagnosticError } from '../../src/model/index.js';
import type { Diagnostic } from '../../src/model/index.js';
import { remember } from '../core/plan-input.js';
import { asRole, onRealPostgres } from '../postgres/harness.js';
import { query } from '../support/postgres/index.js';
import { lockRequest, stateOf } from './contract.js';
import { storeAt } from './postgres-clients.js';
import type { StateStore } from '../../src/state/index.js';

/** The problem that a promise ends with. */
async function problemOf(promise: Promise<unknown>): Promise<Diagnostic | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0];
    throw error;
  }
}

/** Runs what a message tells an administrator to run. */
async function obey(url: string, problem: Diagnostic | undefined): Promise<void> {
  const [, sql] = /^Let an administrator run there: (.*)$/.exec(problem?.next ?? '') ?? [];
  if (sql === undefined) throw new Error(`no advice in ${JSON.stringify(problem)}`);
  await query(url, sql);
}

/** Does all that a run does. */
async function useIt(store: StateStore): Promise<void> {
  const lock = await store.lock(lockRequest());
  const serial = (await store.read())?.serial ?? 0;
  await store.write(stateOf(serial + 1, [remember('secret.helios.A')]), serial, lock);
  await store.write(stateOf(serial + 2), serial + 1, lock);
  await lock.release();
}

let roles = 0;

onRealPostgres('the rights of a role', {}, (server) => {
  const newRole = async (): Promise<string> => {
    const role = `ci "${(roles += 1)}"-${server().version}`;
    await query(server().superuserUrl, `CREATE ROLE "${role.replaceAll('"', '""')}" LOGIN`);
    return role;
  };

  it('who may create nothing is told what to ask for, and that is enough', async () => {
    const url = await server().createDatabase();
    const store = storeAt(asRole(url, await newRole()), { schema: 'my "state"' });
    expect(await store.read()).toBeUndefined();
    const problem = await problemOf(store.lock(lockRequest()));
    expect(problem?.code).toBe('state-rights');
    expect(problem?.summary).toContain('may not create a schema');
    await obey(url, problem);
    await useIt(store);
    await store.close();
  });

  it('a schema that an administrator made will do', async () => {
    const url = await server().createDatabase();
    const role = await newRole();
    await query(url, 'CREATE SCHEMA secrets_state');
    const store = storeAt(asRole(url, role));
    // That there are no tables can be seen without rights.
    expect(await store.read()).toBeUndefined();
    for (const ask of [() => store.lock(lockRequest()), () => store.write(stateOf(1), 0)]) {
      const problem = await problemOf(ask());
      expect(problem?.summary).toContain('may not create tables in the schema "secrets_state"');
    }
    await obey(url, await problemOf(store.lock(lockRequest())));
    await useIt(store);
    await store.close();
  });

  it('the tables of another role can be used by who may use them', async () => {
    const url = await server().createDatabase();
    const owner = storeAt(url);
    await useIt(owner);
    const store = storeAt(asRole(url, await newRole()));
    for (const ask of [
      () => store.read(),
      () => store.lock(lockRequest()),
      () => store.write(stateOf(1), 0),
      () => store.unlock('x'),
    ]) {
      const problem = await problemOf(ask());
      expect(problem?.summary).toContain('may not use the tables of the schema "secrets_state"');
    }
    await obey(url, await problemOf(store.read()));
    await useIt(store);
    await useIt(owner);
    await Promise.all([store.close(), owner.close()]);
  });
});
