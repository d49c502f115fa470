import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateData } from '../../src/model/index.js';
import { query } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { startStateServer } from '../state/http-server.js';
import type { StateServer } from '../state/http-server.js';
import { copyDatabase, databaseOf, dropDatabase } from './databases.js';

/** Where a state is kept; `gitlab` is `http` with a server that has GitLab's manners. */
export const HOMES = ['local', 'postgres', 'http', 'gitlab'] as const;

/** One of `HOMES`. */
export type HomeName = (typeof HOMES)[number];

/** A place for the state of one stack, looked at past the program. */
export interface StateHome {
  /** The text of `state:`. */
  readonly text: string;
  /** Variables that it needs. */
  readonly env: Readonly<Record<string, string>>;
  /** Keeps the state as it is now; what is given back brings it back, any number of times. */
  readonly keep: () => Promise<() => Promise<void>>;
  /** The state as it is stored; `undefined` where there is none. */
  readonly read: () => Promise<StateData | undefined>;
  /** What a run should not leave: a lock, drafts, claims. */
  readonly leftovers: () => Promise<readonly string[]>;
  /** Every serial that was stored, in the order in which it was; `undefined` where nobody notes them. */
  readonly serials: () => Promise<readonly number[] | undefined>;
  /** The test server of a state behind HTTP. */
  readonly server?: StateServer;
  readonly close: () => Promise<void>;
}

/** How long a lock outlives its holder in these tests, unless a test says otherwise. */
const LEASE = '60s';

/**
 * Makes a place for the state of the stack `crash`.
 * @param folder where the command runs
 */
export async function openHome(
  name: HomeName,
  server: RealPostgres,
  folder: string,
  lease = LEASE,
): Promise<StateHome> {
  switch (name) {
    case 'local':
      return localHome(folder, lease);
    case 'postgres':
      return postgresHome(server, lease);
    case 'http':
    case 'gitlab':
      return httpHome(name === 'http' ? 'relock' : 'gitlab', lease);
  }
}

/** The files that a local state is meant to have, with its key. */
const LOCAL_FILES = ['.gitignore', 'crash.key', 'crash.state.json', 'crash.state.json.backup'];

function localHome(folder: string, lease: string): StateHome {
  const home = join(folder, '.secrets');
  const kept: string[] = [];
  return {
    text: `{ backend: local, lease: ${lease} }`,
    env: {},
    async keep() {
      const copy = await mkdtemp(join(tmpdir(), 'secrets-crash-state-'));
      kept.push(copy);
      await cp(home, copy, { recursive: true }).catch(() => undefined);
      const isEmpty = (await readdir(copy)).length === 0;
      return async () => {
        await rm(home, { recursive: true, force: true });
        if (!isEmpty) await cp(copy, home, { recursive: true });
      };
    },
    async read() {
      const text = await readFile(join(home, 'crash.state.json'), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as StateData);
    },
    async leftovers() {
      const names = await readdir(home).catch(() => []);
      return names.filter((name) => !LOCAL_FILES.includes(name));
    },
    serials: () => Promise.resolve(undefined),
    async close() {
      await Promise.all(kept.map((one) => rm(one, { recursive: true, force: true })));
    },
  };
}

/** Notes every serial that is stored, past the program. */
const AUDIT = `CREATE TABLE public.audit (at bigserial, serial bigint);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO public.audit (serial) VALUES (NEW.serial); RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON secrets_state.state_heads FOR EACH ROW EXECUTE FUNCTION public.note()`;

let states = 0;

async function postgresHome(server: RealPostgres, lease: string): Promise<StateHome> {
  const url = await server.createDatabase(`crash_state_${String(++states)}_${String(process.pid)}`);
  const database = databaseOf(url);
  const copies: string[] = [];
  const hasTable = async (name: string): Promise<boolean> =>
    (await query(url, `SELECT 1 WHERE to_regclass('${name}') IS NOT NULL`)).length > 0;
  return {
    text: `{ backend: postgres, url: { env: STATE_URL }, lease: ${lease} }`,
    env: { STATE_URL: url, SECRETS_KEY: 'a-key-of-the-stack-for-crash-tests' },
    async keep() {
      // The tables are made with the first state: from then on serials are noted.
      if ((await hasTable('secrets_state.state_heads')) && !(await hasTable('public.audit'))) {
        await query(url, AUDIT);
      }
      const copy = `${database}_kept_${String(copies.push(''))}`;
      copies[copies.length - 1] = copy;
      await copyDatabase(server, database, copy);
      return () => copyDatabase(server, copy, database);
    },
    async read() {
      if (!(await hasTable('secrets_state.state_heads'))) return undefined;
      const [head] = await query<{ serial: string; lineage: string; document: string }>(
        url,
        'SELECT * FROM secrets_state.state_heads',
      );
      if (head === undefined) return undefined;
      const records = await query<{ record: string }>(
        url,
        'SELECT record FROM secrets_state.state_records ORDER BY address',
      );
      return {
        ...(JSON.parse(head.document) as StateData),
        serial: Number(head.serial),
        lineage: head.lineage,
        records: records.map(({ record }) => JSON.parse(record) as StateData['records'][number]),
      };
    },
    async leftovers() {
      if (!(await hasTable('secrets_state.state_locks'))) return [];
      const locks = await query<{ holder: string }>(url, 'SELECT holder FROM secrets_state.state_locks');
      return locks.map(({ holder }) => `lock of ${holder}`);
    },
    async serials() {
      if (!(await hasTable('public.audit'))) return undefined;
      const rows = await query<{ serial: string }>(url, 'SELECT serial FROM public.audit ORDER BY at');
      return rows.map((row) => Number(row.serial));
    },
    async close() {
      await Promise.all(copies.map((copy) => dropDatabase(server, copy)));
    },
  };
}

async function httpHome(kind: 'relock' | 'gitlab', lease: string): Promise<StateHome> {
  const server = await startStateServer({ kind });
  const { retry_wait_min = '', retry_wait_max = '', ...addresses } = server.fields('crash');
  const fields = Object.entries(addresses).map(([key, value]) => `${key}: "${value}"`);
  return {
    text: `{ backend: http, lease: ${lease}, ${fields.join(', ')} }`,
    env: {
      SECRETS_KEY: 'a-key-of-the-stack-for-crash-tests',
      TF_HTTP_RETRY_WAIT_MIN: retry_wait_min,
      TF_HTTP_RETRY_WAIT_MAX: retry_wait_max,
    },
    keep() {
      const kept = structuredClone(server.state('crash'));
      return Promise.resolve(() => {
        const state = server.state('crash');
        const { text, lock, serials } = structuredClone(kept);
        delete state.text;
        delete state.lock;
        Object.assign(state, text === undefined ? {} : { text }, lock === undefined ? {} : { lock });
        state.serials.splice(0, Infinity, ...serials);
        server.log.length = 0;
        return Promise.resolve();
      });
    },
    read() {
      const { text } = server.state('crash');
      return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as StateData));
    },
    leftovers() {
      const { lock } = server.state('crash');
      return Promise.resolve(lock === undefined ? [] : [`lock of ${lock['Who'] ?? '?'}`]);
    },
    serials: () => Promise.resolve([...server.state('crash').serials]),
    server,
    close: () => server.close(),
  };
}
